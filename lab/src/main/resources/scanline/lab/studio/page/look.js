// The signature view: a picture, and what one or two models do with it, step by step.
import { attempt, get, listen, post, runs } from './api.js';
import { bytes, fill, h, path, percent, picture } from './dom.js';
import { pad } from './pad.js';
import { scanPanel } from './panels/scan.js';
import { probabilitiesPanel } from './panels/probabilities.js';
import { statesPanel } from './panels/states.js';
import { attentionPanel } from './panels/attention.js';
import { mapsPanel } from './panels/maps.js';
import { writingPanel } from './panels/writing.js';

// A panel takes a reading and gives null, or { element, show(step) }: what to draw when so many steps are read.
const PANELS = [probabilitiesPanel, writingPanel, attentionPanel, statesPanel, mapsPanel];
const PAGE = 24;
const FRAME_MILLIS = 60;

/** How wide a pen is, and how many cells a picture has: several digits are drawn smaller. */
function pen(run) {
  const keys = run?.keys ?? {};
  if (keys['data.canvas'] === 'grid') {
    const [rows, columns] = [Number(keys['data.canvas.rows']), Number(keys['data.canvas.columns'])];
    return { brush: 0.09 / columns, rows, columns };
  }
  return { brush: keys['data.canvas'] === 'scatter' ? 0.04 : 0.075, rows: 1, columns: 1 };
}

/** Whether two runs learn from the same pictures, so that a number names the same one. */
const sameData = (one, other) => Object.keys({ ...one?.keys, ...other?.keys }).filter(key => key === 'data'
  || /^data\.(dir|folder|canvas|shrink)/.test(key)).every(key => one?.keys[key] === other?.keys[key]);

/** How many steps a reading has to show: those of the sequence, or the words that are written. */
const length = reading => reading.writing ? reading.writing.words.length
  : reading.afterSteps.length || (reading.states.length ? reading.order.length / reading.features : 0);

export function lookView(main, name, query) {
  const looked = [name || newest(), query.get('beside')].filter(each => each !== null);
  const columns = [];
  let source = query.get('number') === null ? null : { number: Number(query.get('number')) };
  let at = 1; // the part of the sequence that is read
  let playing = null;
  let from = 0;

  const board = pad({ changed: () => {
    source = board.isEmpty() ? null : { drawing: true };
    ask();
  } });
  const strip = h('div', { class: 'strip' });
  const [before, next] = [['Before', -PAGE], ['Next', PAGE]].map(([words, by]) => h('button', { type: 'button', class: 'quiet',
    disabled: true, onclick: () => {
      from = Math.max(0, from + by);
      pictures();
    } }, words));
  const slider = h('input', { type: 'range', min: '0', max: '1', value: '1', id: 'playhead',
    oninput: () => {
      stop();
      move(Number(slider.value) / Number(slider.max));
    } });
  const play = h('button', { type: 'button', class: 'play', 'aria-label': 'Play', onclick: () => playing ? stop() : start() }, '▶');
  const where = h('span', { class: 'where' });
  const transport = h('div', { class: 'transport', hidden: true }, play, h('label', { class: 'hidden', for: 'playhead' }, 'Playhead'),
    slider, where);
  const stage = h('div', { class: 'stage' });

  fill(main, h('h1', { class: 'hidden' }, 'Draw, and see what a model does with it'),
    h('div', { class: 'look' },
      h('section', { class: 'source', 'aria-label': 'Picture' }, board.element,
        h('p', { class: 'soft' }, 'Draw here, or take a test image:'), strip, h('p', {}, before, next)),
      h('section', { class: 'models', 'aria-label': 'Models' }, transport, stage)));

  function newest() {
    const list = [...runs.values()].filter(run => run.hasWeights).sort((a, b) => b.changed - a.changed);
    return (list.find(run => run.state === 'FINISHED') ?? list[0])?.name ?? null;
  }

  function address() {
    const rest = new URLSearchParams();
    if (columns[1]) {
      rest.set('beside', columns[1].name);
    }
    if (source?.number !== undefined) {
      rest.set('number', source.number);
    }
    const text = rest.toString();
    const next = `#/look/${path(columns[0]?.name ?? '')}${text ? `?${text}` : ''}`;
    if (next !== location.hash) { // browsers take only so many changes a second
      history.replaceState(null, '', next);
    }
  }

  function column(runName) {
    const content = h('div', { class: 'reading' });
    const own = { name: runName, reading: null, panels: [], content, busy: false, again: false,
      said: h('p', { class: 'hidden', 'aria-live': 'polite' }) };
    const select = h('select', { 'aria-label': 'Model', onchange: () => {
      own.name = select.value;
      own.reading = null;
      if (own === columns[0]) {
        from = 0;
        pictures();
      }
      address();
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
    return own;
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
    address();
  }

  /** Asks every model; while one still answers, the newest picture alone waits. */
  function ask() {
    board.kind(pen(runs.get(columns[0]?.name)));
    address();
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
    if (source === null) {
      own.reading = null;
      draw(own);
      return;
    }
    const lead = columns[0];
    let body = { run: own.name, number: source.number };
    if (source.drawing) {
      body = { run: own.name, drawing: board.body() };
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
        if (own === lead && columns[1] && !source?.drawing && !sameData(runs.get(own.name), runs.get(columns[1].name))) {
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
      own.panels = [scan, ...PANELS.map(panel => panel(reading, step => {
        stop();
        move(step / Math.max(1, length(reading)));
      })).filter(Boolean)];
      const { answer } = reading;
      fill(own.content, h('div', { class: 'answer' }, scan.element,
        h('p', {}, h('b', { class: 'said' }, answer.names.join(' ') || 'nothing'),
          h('span', {}, percent(answer.probability, 1)),
          reading.truth ? h('small', {}, reading.truth.join(' ') === answer.names.join(' ') ? 'which is right'
            : `it is ${reading.truth.join(' ') || 'nothing'}`) : null,
          reading.decided ? h('small', {}, `decided at step ${reading.decided} of ${length(reading)}`) : null)),
      own.panels.slice(1).map(panel => panel.element));
    }
    const most = Math.max(0, ...columns.map(each => each.reading ? length(each.reading) : 0));
    transport.hidden = most === 0;
    slider.max = Math.max(1, most);
    show();
  }

  function move(part) {
    at = Math.min(1, Math.max(0, part));
    show();
  }

  function show() {
    slider.value = Math.round(at * Number(slider.max));
    for (const { reading, panels } of columns) {
      if (reading) {
        const step = Math.round(at * length(reading));
        panels.forEach(panel => panel.show(step));
      }
    }
    const first = columns.find(each => each.reading && length(each.reading));
    if (first) {
      const all = length(first.reading);
      where.textContent = `${first.reading.writing ? 'word' : 'step'} ${Math.round(at * all)} of ${all}`;
    }
  }

  function start() {
    if (at >= 1) {
      at = 0;
    }
    const most = Math.max(1, ...columns.map(each => each.reading ? length(each.reading) : 0));
    const millis = Math.max(2500, Math.min(9000, most * FRAME_MILLIS));
    let last = performance.now();
    const frame = now => {
      move(at + (now - last) / millis);
      last = now;
      if (at >= 1) {
        stop();
      } else {
        playing = requestAnimationFrame(frame);
      }
    };
    playing = requestAnimationFrame(frame);
    play.textContent = '❚❚';
    play.setAttribute('aria-label', 'Pause');
  }

  function stop() {
    cancelAnimationFrame(playing);
    playing = null;
    play.textContent = '▶';
    play.setAttribute('aria-label', 'Play');
  }

  async function pictures() {
    const own = columns[0].name;
    const asked = from;
    const got = await attempt(() => get('pictures', { run: own, from, count: PAGE }));
    if (!got || columns[0]?.name !== own || asked !== from) {
      return;
    }
    [before.disabled, next.disabled] = [from === 0, from + PAGE >= got.total];
    fill(strip, h('ul', {}, got.pictures.map(each => h('li', {}, h('button', { type: 'button',
      'aria-label': `Test image ${each.number}: ${each.labels.join(' ') || 'nothing'}`, onclick: () => {
        board.clear();
        source = { number: each.number };
        ask();
      } }, picture(bytes(each.pixels), got.height, got.width, ''))))));
  }

  if (looked.length === 0 || !runs.has(looked[0])) {
    fill(main, h('h1', {}, 'Draw'), h('p', {}, 'There is no trained model yet. ', h('a', { href: '#/' }, 'Train one'),
      ' and come back after its first epoch.'));
    return () => {};
  }
  looked.filter(each => runs.has(each)).forEach(column);
  layOut();
  columns.forEach(draw);
  pictures();
  ask();
  const redraw = () => columns.forEach(draw);
  document.addEventListener('theme', redraw);
  addEventListener('resize', show);
  const weights = () => columns.map(each => runs.get(each.name)?.bestEpoch).join();
  let known = weights();
  const unlisten = listen(() => {
    if (known !== weights()) { // a better epoch
      known = weights();
      ask();
    }
  });
  return () => {
    stop();
    unlisten();
    document.removeEventListener('theme', redraw);
    removeEventListener('resize', show);
  };
}
