// All runs: a live table that can be sorted and filtered, and the button that starts a run.
import { ago, decimal, duration, fill, h, path, percent, whole } from './dom.js';
import { listen, runs } from './api.js';
import { startDialog } from './start.js';
import { stateOf } from './state.js';

/** The columns: title, sort key and cell content. */
const COLUMNS = [
  { id: 'name', title: 'Run', by: run => run.name, cell: run => [
    h('a', { href: `#/run/${path(run.name)}` }, run.name),
    h('small', {}, [run.recipe, run.keys.data, run.keys.seed && `seed ${run.keys.seed}`].filter(Boolean).join(' · ')),
  ] },
  { id: 'state', title: 'State', by: run => run.state, cell: stateOf },
  { id: 'validation', title: 'Validation', figure: true, by: run => run.validationAccuracy ?? -1,
    cell: run => percent(run.validationAccuracy) },
  { id: 'test', title: 'Test', figure: true, by: run => run.testAccuracy ?? -1, cell: run => percent(run.testAccuracy) },
  { id: 'loss', title: 'Loss', figure: true, by: run => run.live?.step?.loss ?? run.trainLoss ?? Infinity,
    cell: run => decimal(run.live?.step?.loss ?? run.trainLoss) },
  { id: 'parameters', title: 'Parameters', figure: true, by: run => run.parameters ?? -1,
    cell: run => whole(run.parameters) },
  { id: 'time', title: 'Training time', figure: true, by: run => run.seconds, cell: run => duration(run.seconds) },
  { id: 'changed', title: 'Modified', by: run => run.changed, cell: run => ago(run.changed) },
];

export function runsView(main) {
  let sort = { column: COLUMNS.at(-1), down: true };
  let filter = '';
  let state = '';
  const selected = new Set();
  const made = new Map();
  let offered = '';
  let due = 0;
  const rows = h('tbody');
  const heads = h('tr');
  const count = h('p', { class: 'soft', role: 'status' });
  const bar = h('div', { class: 'choice', hidden: true });
  const table = h('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': 'All runs' },
    h('table', { class: 'runs' }, h('thead', {}, heads), rows));
  const empty = h('section', { class: 'empty' });
  const states = h('select', { 'aria-label': 'State', onchange: event => {
    state = event.target.value;
    draw();
  } }, [['', 'all states'], ['TRAINING', 'training'], ['STOPPED', 'stopped'], ['FINISHED', 'finished'],
    ['BROKEN', 'broken']].map(([value, text]) => h('option', { value }, text)));
  const search = h('input', { type: 'search', placeholder: 'Filter: lstm, seed=2, adam …', 'aria-label': 'Filter runs',
    oninput: event => {
      filter = event.target.value.toLowerCase();
      draw();
    } });

  fill(main,
    h('div', { class: 'head' }, h('h1', {}, 'Runs'),
      h('button', { type: 'button', class: 'main', onclick: () => startDialog() }, 'Train a recipe')),
    h('div', { class: 'filters' }, search, states, count), empty, table, bar);

  const entries = run => Object.entries(run.keys).map(([key, value]) => `${key}=${value}`.toLowerCase());
  const text = run => [run.name, run.recipe, run.state, ...entries(run)].join(' ').toLowerCase();

  function shown() {
    const words = filter.split(/\s+/).filter(Boolean);
    const list = [...runs.values()].filter(run => (!state || run.state === state)
      && words.every(word => word.includes('=') ? entries(run).includes(word) : text(run).includes(word)));
    const way = sort.down ? -1 : 1;
    return list.sort((a, b) => {
      const [x, y] = [sort.column.by(a), sort.column.by(b)];
      return way * (x < y ? -1 : x > y ? 1 : 0) || a.name.localeCompare(b.name);
    });
  }

  const titles = COLUMNS.map(column => h('th', { scope: 'col', class: column.figure ? 'figure' : null },
    h('button', { type: 'button', class: 'sort', onclick: () => {
      sort = { column, down: sort.column === column ? !sort.down : Boolean(column.figure) };
      drawHeads();
      draw();
    } }, column.title)));
  fill(heads, h('th', {}, h('span', { class: 'hidden' }, 'Selected')), titles);

  function drawHeads() {
    titles.forEach((th, i) => {
      th.removeAttribute('aria-sort');
      if (COLUMNS[i] === sort.column) {
        th.setAttribute('aria-sort', sort.down ? 'descending' : 'ascending');
      }
    });
  }

  /** The row of a run. The element is reused until the run changes. */
  function row(run) {
    const known = made.get(run.name);
    if (known?.run !== run) {
      made.set(run.name, { run, element: newRow(run) });
    }
    return made.get(run.name).element;
  }

  function newRow(run) {
    const box = h('input', { type: 'checkbox', 'aria-label': `Select ${run.name}`, checked: selected.has(run.name),
      onchange: () => {
        selected[box.checked ? 'add' : 'delete'](run.name);
        drawSelection();
      } });
    return h('tr', { 'data-run': run.name, class: run.state.toLowerCase() }, h('td', {}, box),
      COLUMNS.map((column, i) => h(i === 0 ? 'th' : 'td', {
        scope: i === 0 ? 'row' : null, class: column.figure ? 'figure' : null, 'data-title': column.title,
      }, column.cell(run))));
  }

  function draw() {
    const list = shown();
    const focused = document.activeElement;
    const at = focused?.closest('tr')?.dataset.run;
    const elements = list.map(row);
    if (elements.length !== rows.children.length || elements.some((element, i) => element !== rows.children[i])) {
      fill(rows, elements);
    }
    if (at && focused !== document.activeElement) { // keep the keyboard focus where it was
      const now = focused.isConnected ? focused : made.get(at)?.element.querySelector(focused.localName);
      now?.focus({ preventScroll: true });
    }
    table.hidden = runs.size === 0;
    count.textContent = list.length === runs.size ? `${runs.size} run${runs.size === 1 ? '' : 's'}`
      : `${list.length} of ${runs.size} runs`;
    empty.hidden = runs.size > 0;
    if (runs.size === 0) {
      fill(empty, h('h2', {}, 'No runs yet'),
        h('p', {}, 'A run trains a recipe. Start with lstm-rows, an LSTM that reads a digit row by row. Training takes a few minutes,'
          + ' and you can watch it learn.'),
        h('button', { type: 'button', class: 'main', onclick: () => startDialog('lstm-rows') }, 'Train lstm-rows'));
    }
    drawSelection();
  }

  function drawSelection() {
    for (const name of selected) {
      if (!runs.has(name)) {
        selected.delete(name);
      }
    }
    bar.hidden = selected.size === 0;
    if (offered === [...selected].join()) {
      return; // keep the buttons: one may be about to be pressed
    }
    offered = [...selected].join();
    const query = new URLSearchParams([...selected].map(name => ['run', name]));
    fill(bar, h('span', {}, `${selected.size} selected`),
      h('a', { class: 'button main', href: `#/compare?${query}` }, selected.size === 1 ? 'Show curves' : 'Compare'),
      h('button', { type: 'button', class: 'quiet', onclick: () => {
        selected.clear();
        made.clear();
        draw();
      } }, 'Clear selection'));
  }

  /** Updates only the two cells that a step changes, so that the focus stays where it is. */
  function step(name) {
    const tr = [...rows.children].find(each => each.dataset.run === name);
    if (tr) {
      for (const id of ['state', 'loss']) {
        const at = COLUMNS.findIndex(column => column.id === id);
        fill(tr.children[at + 1], COLUMNS[at].cell(runs.get(name)));
      }
    }
  }

  drawHeads();
  draw();
  const stop = listen((kind, name) => {
    if (kind === 'step') {
      step(name);
    } else { // one redraw for all changes of a frame
      cancelAnimationFrame(due);
      due = requestAnimationFrame(draw);
    }
  });
  return () => {
    cancelAnimationFrame(due);
    stop();
  };
}
