// All runs: a table that lives, sorted and filtered, and the way to start one.
import { ago, decimal, duration, fill, h, path, percent, whole } from './dom.js';
import { listen, runs } from './api.js';
import { startDialog } from './start.js';
import { stateOf } from './state.js';

/** The columns: a title, what it sorts by, and what it shows. */
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
  { id: 'time', title: 'Trained', figure: true, by: run => run.seconds, cell: run => duration(run.seconds) },
  { id: 'changed', title: 'Changed', by: run => run.changed, cell: run => ago(run.changed) },
];

export function runsView(main) {
  let sort = { column: COLUMNS.at(-1), down: true };
  let filter = '';
  let state = '';
  const chosen = new Set();
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
  } }, [['', 'every state'], ['TRAINING', 'training'], ['STOPPED', 'stopped'], ['FINISHED', 'finished'],
    ['BROKEN', 'broken']].map(([value, text]) => h('option', { value }, text)));
  const search = h('input', { type: 'search', placeholder: 'Filter: lstm, seed=2, adam …', 'aria-label': 'Filter the runs',
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
  fill(heads, h('th', {}, h('span', { class: 'hidden' }, 'Chosen')), titles);

  function drawHeads() {
    titles.forEach((th, i) => {
      th.removeAttribute('aria-sort');
      if (COLUMNS[i] === sort.column) {
        th.setAttribute('aria-sort', sort.down ? 'descending' : 'ascending');
      }
    });
  }

  /** The row of a run: the same element as long as nothing of the run has changed. */
  function row(run) {
    const known = made.get(run.name);
    if (known?.run !== run) {
      made.set(run.name, { run, element: newRow(run) });
    }
    return made.get(run.name).element;
  }

  function newRow(run) {
    const box = h('input', { type: 'checkbox', 'aria-label': `Choose ${run.name}`, checked: chosen.has(run.name),
      onchange: () => {
        chosen[box.checked ? 'add' : 'delete'](run.name);
        drawChoice();
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
    if (at && focused !== document.activeElement) { // who goes through the table by keyboard stays where they are
      const now = focused.isConnected ? focused : made.get(at)?.element.querySelector(focused.localName);
      now?.focus({ preventScroll: true });
    }
    table.hidden = runs.size === 0;
    count.textContent = list.length === runs.size ? `${runs.size} run${runs.size === 1 ? '' : 's'}`
      : `${list.length} of ${runs.size} runs`;
    empty.hidden = runs.size > 0;
    if (runs.size === 0) {
      fill(empty, h('h2', {}, 'No run yet'),
        h('p', {}, 'A run is a recipe, trained. The first to try is lstm-rows: an LSTM that reads a digit row by row. It takes a'
          + ' few minutes, and you can watch it learn.'),
        h('button', { type: 'button', class: 'main', onclick: () => startDialog('lstm-rows') }, 'Train lstm-rows'));
    }
    drawChoice();
  }

  function drawChoice() {
    for (const name of chosen) {
      if (!runs.has(name)) {
        chosen.delete(name);
      }
    }
    bar.hidden = chosen.size === 0;
    if (offered === [...chosen].join()) {
      return; // whoever is about to press it can
    }
    offered = [...chosen].join();
    const query = new URLSearchParams([...chosen].map(name => ['run', name]));
    fill(bar, h('span', {}, `${chosen.size} chosen`),
      h('a', { class: 'button main', href: `#/compare?${query}` }, chosen.size === 1 ? 'Look at its curves' : 'Compare them'),
      h('button', { type: 'button', class: 'quiet', onclick: () => {
        chosen.clear();
        made.clear();
        draw();
      } }, 'Choose none'));
  }

  /** A step changes two cells alone: whoever reads or types is not disturbed. */
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
    } else { // once for all that change together
      cancelAnimationFrame(due);
      due = requestAnimationFrame(draw);
    }
  });
  return () => {
    cancelAnimationFrame(due);
    stop();
  };
}
