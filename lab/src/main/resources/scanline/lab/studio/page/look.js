// The Draw view: an image, drawn here or chosen from the test set, and what one or two models do with it.
import { attempt, get, runs } from './api.js';
import { modelColumns } from './columns.js';
import { bytes, fill, h, imageCanvas, path } from './dom.js';
import { pad } from './pad.js';

const PAGE = 24;

/** The width of the pen, and the rows and columns of cells in the image: where it has several digits, each is drawn smaller. */
function pen(run) {
  const keys = run?.keys ?? {};
  if (keys['data.canvas'] === 'grid') {
    const [rows, columns] = [Number(keys['data.canvas.rows']), Number(keys['data.canvas.columns'])];
    return { brush: 0.09 / columns, rows, columns };
  }
  return { brush: keys['data.canvas'] === 'scatter' ? 0.04 : 0.075, rows: 1, columns: 1 };
}

function newest() {
  const list = [...runs.values()].filter(run => run.hasWeights).sort((a, b) => b.changed - a.changed);
  return (list.find(run => run.state === 'FINISHED') ?? list[0])?.name ?? null;
}

export function lookView(main, name, query) {
  const looked = [name || newest(), query.get('beside')].filter(each => each !== null);
  if (!runs.has(looked[0])) {
    fill(main, h('h1', {}, 'Draw'), h('p', {}, 'No trained model yet. ', h('a', { href: '#/' }, 'Train one'),
      ' and come back after its first epoch.'));
    return () => {};
  }
  let source = query.get('number') === null ? null : { number: Number(query.get('number')) };
  let lead = null; // the model whose test images are offered
  let from = 0;

  const board = pad({ changed: () => {
    source = board.isEmpty() ? null : { drawing: board.body };
    models.ask();
  } });
  const strip = h('div', { class: 'strip' });
  const [previous, next] = [['Previous', -PAGE], ['Next', PAGE]].map(([words, by]) => h('button', { type: 'button', class: 'quiet',
    disabled: true, onclick: () => {
      from = Math.max(0, from + by);
      testImages();
    } }, words));

  function address(names) {
    const rest = new URLSearchParams();
    if (names.length > 1) {
      rest.set('beside', names[1]);
    }
    if (source?.number !== undefined) {
      rest.set('number', source.number);
    }
    const text = rest.toString();
    const next = `#/look/${path(names[0])}${text ? `?${text}` : ''}`;
    if (next !== location.hash) { // browsers limit how often it may change
      history.replaceState(null, '', next);
    }
  }

  async function testImages() {
    const [own, asked] = [lead, from];
    const got = await attempt(() => get('pictures', { run: own, from, count: PAGE }));
    if (!got || own !== lead || asked !== from) {
      return;
    }
    [previous.disabled, next.disabled] = [from === 0, from + PAGE >= got.total];
    fill(strip, h('ul', {}, got.pictures.map(each => h('li', {}, h('button', { type: 'button',
      'aria-label': `Test image ${each.number}: ${each.labels.join(' ') || 'nothing'}`, onclick: () => {
        board.clear();
        source = { number: each.number };
        models.ask();
      } }, imageCanvas(bytes(each.pixels), got.height, got.width, ''))))));
  }

  const models = modelColumns(looked.filter(each => runs.has(each)), { source: () => source, shown: names => {
    board.kind(pen(runs.get(names[0])));
    address(names);
    if (names[0] !== lead) {
      [lead, from] = [names[0], 0];
      testImages();
    }
  } });
  fill(main, h('h1', { class: 'hidden' }, 'Draw an image and watch a model read it'),
    h('div', { class: 'look' },
      h('section', { class: 'source', 'aria-label': 'Image' }, board.element,
        h('p', { class: 'soft' }, 'Draw here or choose a test image:'), strip, h('p', {}, previous, next)), models.element));
  return models.end;
}
