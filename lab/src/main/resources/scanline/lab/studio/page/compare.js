// Several runs compared: curves, results and recipe differences.
import { attempt, get, listen, runs } from './api.js';
import { chart, MOST, runColor, smoothed } from './curves.js';
import { decimal, duration, fill, h, path, percent, percentTick, whole } from './dom.js';

// Keys that describe a run and do not affect it.
const DESCRIPTION = new Set(['about', 'source', 'published', 'published.accuracy', 'published.divisor', 'target', 'data.dir']);

const MEASURES = {
  loss: { title: 'Loss', log: true, train: row => row.trainLoss, validation: row => row.validationLoss,
    format: value => value.toPrecision(3) },
  error: { title: 'Error', log: true, train: row => 1 - row.trainAccuracy,
    validation: row => row.validationAccuracy === null ? null : 1 - row.validationAccuracy, format: value => percent(value), ticked: percentTick },
};

// Stands in for a run that was deleted meanwhile.
const GONE = { keys: {} };

const FIGURES = [
  ['test accuracy', run => percent(run.testAccuracy)],
  ['test loss', run => decimal(run.testLoss)],
  ['best validation accuracy', run => percent(run.validationAccuracy)],
  ['best epoch', run => run.bestEpoch || '–'],
  ['epochs', run => run.epochs ? `${run.epochsDone} of ${run.epochs}` : '–'],
  ['parameters', run => whole(run.parameters)],
  ['training time', run => duration(run.seconds)],
];

export function compareView(main, _, query) {
  const all = query.getAll('run').filter(name => runs.has(name));
  const names = all.slice(0, MOST);
  const pages = new Map();
  const charts = h('div', { class: 'charts' });
  const tables = h('div');
  let drawn = [];
  let ended = false;
  const choice = (label, options) => {
    const select = h('select', { id: `choose-${label}`, onchange: redraw },
      options.map(([value, text]) => h('option', { value }, text)));
    return { select, field: h('span', { class: 'field' }, h('label', { for: select.id }, label), select) };
  };
  const by = choice('x-axis', [['epoch', 'epoch'], ['step', 'step'], ['seconds', 'training time']]);
  const scale = choice('scale', [['log', 'logarithmic'], ['linear', 'linear']]);
  const lines = choice('lines', [['both', 'training and validation'], ['validation', 'validation'], ['train', 'training']]);
  const smooth = h('input', { type: 'range', min: '0', max: '0.95', step: '0.05', value: '0', id: 'smooth', oninput: draw });

  if (names.length === 0) {
    fill(main, h('h1', {}, 'Nothing to compare'), h('p', {}, 'Select runs in the table of ', h('a', { href: '#/' }, 'all runs'), '.'));
    return () => {};
  }
  fill(main,
    h('div', { class: 'head' }, h('h1', {}, names.length === 1 ? names[0] : `${names.length} runs`)),
    all.length > MOST ? h('p', { class: 'soft' }, `The first ${MOST} of ${all.length} runs: more colors would be hard to tell apart.`) : null,
    h('ul', { class: 'key' }, names.map((name, i) => h('li', {}, h('i', { class: `swatch run${i}` }),
      h('a', { href: `#/run/${path(name)}` }, name)))),
    h('div', { class: 'filters' }, by.field, scale.field, lines.field,
      h('span', { class: 'field' }, h('label', { for: 'smooth' }, 'smoothing'), smooth)),
    charts, tables);

  const abscissa = (row, rows, at) => by.select.value === 'seconds'
    ? rows.slice(0, at + 1).reduce((sum, each) => sum + each.seconds, 0) : row[by.select.value];

  function redraw() {
    drawn.forEach(one => one.end());
    drawn = Object.values(MEASURES).map(measure => {
      const one = chart(measure.title, { x: by.select.value, log: scale.select.value === 'log', format: measure.format, ticked: measure.ticked });
      one.measure = measure;
      return one;
    });
    fill(charts, drawn.map(one => one.box));
    draw();
  }

  function draw() {
    for (const one of drawn) {
      one.set(names.flatMap((name, i) => {
        const rows = pages.get(name)?.epochs ?? [];
        const line = (split, value) => ({
          label: names.length === 1 ? split : `${name}, ${split}`, color: runColor(i), dashed: split === 'training',
          points: rows.length < 30, x: rows.map((row, at) => abscissa(row, rows, at)),
          y: smoothed(rows.map(value), Number(smooth.value)),
        });
        const list = [];
        if (lines.select.value !== 'validation') {
          list.push(line('training', one.measure.train));
        }
        if (lines.select.value !== 'train' && rows.some(row => row.validationLoss !== null)) {
          list.push(line('validation', one.measure.validation));
        }
        return rows.length ? list : [];
      }));
    }
  }

  function table(title, rows, hint) {
    return [h('h2', {}, title), rows.length === 0 ? h('p', {}, hint) : h('div',
      { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': title }, h('table', { class: 'figures' },
        h('thead', {}, h('tr', {}, h('td'), names.map((name, i) => h('th', { scope: 'col' },
          h('i', { class: `swatch run${i}` }), name)))),
        h('tbody', {}, rows.map(([key, values]) => h('tr', {}, h('th', { scope: 'row' }, key),
          values.map(value => h('td', {}, value)))))))];
  }

  function drawTables() {
    const now = names.map(name => runs.get(name) ?? GONE);
    const keys = new Set(now.flatMap(run => Object.keys(run.keys)));
    const differing = [...keys].filter(key => !DESCRIPTION.has(key) && new Set(now.map(run => run.keys[key])).size > 1);
    fill(tables, table('Results', FIGURES.map(([key, figure]) => [key, now.map(figure)])),
      names.length > 1 ? table('Recipe differences', differing.map(key => [key, now.map(run => run.keys[key] ?? '–')]),
        'None.') : null);
  }

  async function load(name) {
    const page = await attempt(() => get('run', { run: name }));
    if (page && !ended) {
      pages.set(name, page);
      draw();
      drawTables();
    }
  }

  redraw();
  drawTables();
  names.forEach(load);
  const stop = listen((kind, name) => {
    if (kind === 'run' && names.includes(name)) {
      load(name);
    }
  });
  return () => {
    ended = true;
    stop();
    drawn.forEach(one => one.end());
  };
}
