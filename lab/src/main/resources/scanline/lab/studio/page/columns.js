// One model, or two side by side, and what each does with an image, step by step.
import { listen, post, runs } from './api.js';
import { fill, h, percent } from './dom.js';
import { playhead } from './playhead.js';
import { scanPanel } from './panels/scan.js';
import { probabilitiesPanel } from './panels/probabilities.js';
import { saliencyPanel } from './panels/saliency.js';
import { statesPanel } from './panels/states.js';
import { attentionPanel } from './panels/attention.js';
import { mapsPanel } from './panels/maps.js';
import { writingPanel } from './panels/writing.js';

// A panel takes a reading and returns null or { element, show(step) }; show draws the panel as it is after that many steps. It is
// also given two functions: one moves the playhead to a step, the other asks for the saliency map of a step.
const PANELS = [probabilitiesPanel, writingPanel, saliencyPanel, attentionPanel, statesPanel, mapsPanel];

/** Whether two runs use the same images, so that a number means the same image in both. */
const sameData = (one, other) => Object.keys({ ...one?.keys, ...other?.keys }).filter(key => key === 'data'
  || /^data\.(dir|folder|canvas|shrink)/.test(key)).every(key => one?.keys[key] === other?.keys[key]);

/** The number of steps that a reading has to show: steps of the sequence, or written words. */
const length = reading => reading.writing ? reading.writing.words.length
  : reading.afterSteps.length || (reading.states.length ? reading.order.length / reading.features : 0);

/**
 * Columns for the runs of these names. source() returns the image that they read: { number } of a test image, { drawing }, a
 * function that returns a drawing, or null. shown(names) is called with the models shown, before they are asked and after one is
 * removed.
 */
export function modelColumns(runNames, { source, shown }) {
  const columns = [];
  const head = playhead(show);
  const stage = h('div', { class: 'stage' });
  const names = () => columns.map(each => each.name);

  function column(runName) {
    const content = h('div', { class: 'reading' });
    const own = { name: runName, reading: null, panels: [], content, busy: false, again: false,
      status: h('p', { class: 'hidden', 'aria-live': 'polite' }) };
    const select = h('select', { 'aria-label': 'Model', onchange: () => {
      own.name = select.value;
      own.reading = null;
      ask();
    } }, [...runs.values()].filter(run => run.hasWeights).map(run => h('option', { value: run.name }, run.name)));
    select.value = runName;
    own.element = h('article', { class: 'column' }, h('div', { class: 'head' }, select,
      columns.length === 0 ? h('button', { type: 'button', class: 'quiet', onclick: addColumn }, 'Compare with another model')
        : h('button', { type: 'button', class: 'quiet', onclick: () => {
          columns.splice(columns.indexOf(own), 1);
          layOut();
          columns.forEach(draw);
        } }, 'Remove')), own.status, content);
    columns.push(own);
  }

  function addColumn() {
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

  /** Asks every model. While one is still answering, only the newest image waits for it. */
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
    const image = source();
    if (image === null) {
      own.reading = null;
      draw(own);
      return;
    }
    const lead = columns[0];
    let body = { run: own.name, number: image.number };
    if (image.drawing) {
      body = { run: own.name, drawing: image.drawing() };
    } else if (own !== lead && !sameData(runs.get(own.name), runs.get(lead.name))) {
      if (!lead.reading) {
        return; // it is asked when there is an image
      }
      body = { run: own.name, drawing: lead.reading.image };
    }
    const run = own.name;
    const began = performance.now();
    try {
      const reading = await post('read', body);
      if (run === own.name) {
        own.reading = reading;
        own.explain = step => post('saliency', { ...body, ...step });
        own.content.dataset.millis = Math.round(performance.now() - began);
        own.status.textContent = `${own.name}: ${reading.answer.names.join(' ') || 'nothing'}, ${percent(reading.answer.probability, 1)}`;
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
      fill(own.content, h('p', { class: 'hint' }, 'Draw an image; the model reads it as you draw.'));
    } else {
      const scan = scanPanel(reading);
      own.panels = [scan, ...PANELS.map(panel => panel(reading, step => head.jump(step / Math.max(1, length(reading))), own.explain))
        .filter(Boolean)];
      const { answer } = reading;
      fill(own.content, h('div', { class: 'answer' }, scan.element,
        h('p', {}, h('b', { class: 'prediction' }, answer.names.join(' ') || 'nothing'),
          h('span', {}, percent(answer.probability, 1)),
          reading.truth ? h('small', {}, reading.truth.join(' ') === answer.names.join(' ') ? 'correct'
            : `correct answer: ${reading.truth.join(' ') || 'nothing'}`) : null,
          reading.decided ? h('small', {}, `decided at step ${reading.decided} of ${length(reading)}`) : null)),
      own.panels.slice(1).map(panel => panel.element));
    }
    head.steps(Math.max(0, ...columns.map(each => each.reading ? length(each.reading) : 0)));
  }

  /** Draws every panel at a fraction of its sequence; returns the step that this is in the first sequence, as text. */
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
    if (known !== weights()) { // new best weights
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
