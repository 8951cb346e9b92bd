// One model, or two beside each other, and what each does with a picture, step by step.
import { listen, post, runs } from './api.js';
import { fill, h, percent } from './dom.js';
import { playhead } from './playhead.js';
import { scanPanel } from './panels/scan.js';
import { probabilitiesPanel } from './panels/probabilities.js';
import { statesPanel } from './panels/states.js';
import { attentionPanel } from './panels/attention.js';
import { mapsPanel } from './panels/maps.js';
import { writingPanel } from './panels/writing.js';

// A panel takes a reading and gives null, or { element, show(step) }: what to draw when so many steps are read.
const PANELS = [probabilitiesPanel, writingPanel, attentionPanel, statesPanel, mapsPanel];

/** Whether two runs learn from the same pictures, so that a number names the same one. */
const sameData = (one, other) => Object.keys({ ...one?.keys, ...other?.keys }).filter(key => key === 'data'
  || /^data\.(dir|folder|canvas|shrink)/.test(key)).every(key => one?.keys[key] === other?.keys[key]);

/** How many steps a reading has to show: those of the sequence, or the words that are written. */
const length = reading => reading.writing ? reading.writing.words.length
  : reading.afterSteps.length || (reading.states.length ? reading.order.length / reading.features : 0);

/**
 * Columns for runs of these names. source() gives the picture that they read: { number } of a test image, { drawing } that gives
 * one, or null. shown(names) is told which models are shown, before they are asked and when one is taken away.
 */
export function modelColumns(runNames, { source, shown }) {
  const columns = [];
  const head = playhead(show);
  const stage = h('div', { class: 'stage' });
  const names = () => columns.map(each => each.name);

  function column(runName) {
    const content = h('div', { class: 'reading' });
    const own = { name: runName, reading: null, panels: [], content, busy: false, again: false,
      said: h('p', { class: 'hidden', 'aria-live': 'polite' }) };
    const select = h('select', { 'aria-label': 'Model', onchange: () => {
      own.name = select.value;
      own.reading = null;
      ask();
    } }, [...runs.values()].filter(run => run.hasWeights).map(run => h('option', { value: run.name }, run.name)));
    select.value = runName;
    own.element = h('article', { class: 'column' }, h('div', { class: 'head' }, select,
      columns.length === 0 ? h('button', { type: 'button', class: 'quiet', onclick: beside }, 'Put another beside it')
        : h('button', { type: 'button', class: 'quiet', onclick: () => {
          columns.splice(columns.indexOf(own), 1);
          layOut();
          columns.forEach(draw);
        } }, 'Take it away')), own.said, content);
    columns.push(own);
  }

  function beside() {
    if (columns.length < 2) {
      const other = [...runs.values()].find(run => run.hasWeights && run.name !== columns[0].name) ?? runs.get(columns[0].name);
      column(other.name);
      layOut();
      ask();
    }
  }

  function layOut() {
    fill(stage, columns.map(each => each.element));
    stage.classList.toggle('two', columns.length > 1);
    shown(names());
  }

  /** Asks every model; while one still answers, the newest picture alone waits. */
  function ask() {
    shown(names());
    columns.forEach(async own => {
      if (own.busy) {
        own.again = true;
        return;
      }
      own.busy = true;
      do {
        own.again = false;
        await read(own);
      } while (own.again);
      own.busy = false;
    });
  }

  async function read(own) {
    const picture = source();
    if (picture === null) {
      own.reading = null;
      draw(own);
      return;
    }
    const lead = columns[0];
    let body = { run: own.name, number: picture.number };
    if (picture.drawing) {
      body = { run: own.name, drawing: picture.drawing() };
    } else if (own !== lead && !sameData(runs.get(own.name), runs.get(lead.name))) {
      if (!lead.reading) {
        return; // it is asked when there is a picture
      }
      body = { run: own.name, drawing: lead.reading.image };
    }
    const run = own.name;
    const began = performance.now();
    try {
      const reading = await post('read', body);
      if (run === own.name) {
        own.reading = reading;
        own.content.dataset.millis = Math.round(performance.now() - began);
        own.said.textContent = `${own.name}: ${reading.answer.names.join(' ') || 'nothing'}, ${percent(reading.answer.probability, 1)}`;
        draw(own);
        if (own === lead && columns[1] && !source()?.drawing && !sameData(runs.get(own.name), runs.get(columns[1].name))) {
          read(columns[1]);
        }
      }
    } catch (e) {
      own.reading = null;
      fill(own.content, h('p', { class: 'error' }, e.message));
    }
  }

  function draw(own) {
    const { reading } = own;
    if (reading === null) {
      own.panels = [];
      fill(own.content, h('p', { class: 'hint' }, 'Draw a picture, and the model reads it while you draw.'));
    } else {
      const scan = scanPanel(reading);
      own.panels = [scan, ...PANELS.map(panel => panel(reading, step => head.jump(step / Math.max(1, length(reading)))))
        .filter(Boolean)];
      const { answer } = reading;
      fill(own.content, h('div', { class: 'answer' }, scan.element,
        h('p', {}, h('b', { class: 'said' }, answer.names.join(' ') || 'nothing'),
          h('span', {}, percent(answer.probability, 1)),
          reading.truth ? h('small', {}, reading.truth.join(' ') === answer.names.join(' ') ? 'which is right'
            : `it is ${reading.truth.join(' ') || 'nothing'}`) : null,
          reading.decided ? h('small', {}, `decided at step ${reading.decided} of ${length(reading)}`) : null)),
      own.panels.slice(1).map(panel => panel.element));
    }
    head.steps(Math.max(0, ...columns.map(each => each.reading ? length(each.reading) : 0)));
  }

  /** Draws every panel at a part of its sequence, and says which step that is in the first. */
  function show(part) {
    for (const { reading, panels } of columns) {
      if (reading) {
        const step = Math.round(part * length(reading));
        panels.forEach(panel => panel.show(step));
      }
    }
    const first = columns.find(each => each.reading && length(each.reading))?.reading;
    return first ? `${first.writing ? 'word' : 'step'} ${Math.round(part * length(first))} of ${length(first)}` : '';
  }

  runNames.forEach(column);
  layOut();
  columns.forEach(draw);
  ask();
  const redraw = () => columns.forEach(draw);
  document.addEventListener('theme', redraw);
  addEventListener('resize', head.redraw);
  const weights = () => columns.map(each => runs.get(each.name)?.bestEpoch).join();
  let known = weights();
  const unlisten = listen(() => {
    if (known !== weights()) { // a better epoch
      known = weights();
      ask();
    }
  });
  return {
    element: h('section', { class: 'models', 'aria-label': 'Models' }, head.element, stage),
    ask,
    end: () => {
      head.stop();
      unlisten();
      document.removeEventListener('theme', redraw);
      removeEventListener('resize', head.redraw);
    },
  };
}
