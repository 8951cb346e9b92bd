// The mistakes of the best weights: a confusion matrix whose cells show their images, and the examples worth a look.
import { bytes, fill, h, imageCanvas, path, percent, whole } from './dom.js';
import { get, runs } from './api.js';

export function mistakesTab(body, name, page) {
  const { confusion, labels, provenance } = page();
  const run = runs.get(name);
  const classes = provenance.data?.classes ?? confusion.map((_, i) => String(i));
  const gallery = h('div', { class: 'found', 'aria-live': 'polite' });
  let asked = 0;

  fill(body, confusion.length ? matrix() : labels.length > 1 ? labelTable() : h('p', { class: 'soft' },
    'The confusion matrix is shown when the run has finished.'),
  run.hasWeights ? h('div', { class: 'filters' },
    h('button', { type: 'button', onclick: () => show('mistakes', {}, 'Most confident mistakes') }, 'Most confident mistakes'),
    h('button', { type: 'button', onclick: () => show('unsure', {}, 'Least confident predictions') }, 'Least confident predictions'))
    : h('p', { class: 'soft' }, 'This run has no weights yet.'), gallery);
  if (run.hasWeights) {
    show('mistakes', {}, 'Most confident mistakes');
  }

  return () => {
    asked++;
  };

  function matrix() {
    const most = Math.max(1, ...confusion.flatMap((row, i) => row.filter((_, j) => i !== j)));
    const cell = (count, i, j) => {
      const sum = confusion[i].reduce((a, b) => a + b, 0);
      const td = h('td', { class: i === j ? 'correct' : 'incorrect' }, count === 0 ? '' : h('button', { type: 'button',
        'aria-label': `${whole(count)} of class ${classes[i]} predicted as ${classes[j]}`,
        onclick: () => show('cell', { truth: i, answer: j }, `${classes[i]} predicted as ${classes[j]}`) }, whole(count)));
      td.style.setProperty('--a', count === 0 ? 0 : i === j ? 0.12 + 0.28 * count / sum : 0.08 + 0.32 * Math.sqrt(count / most));
      return td;
    };
    return [h('h2', {}, 'Confusion matrix'), h('p', { class: 'soft' },
      'Test images by true class (rows) and predicted class (columns). Select a cell to see its images.'),
    h('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': 'Confusion matrix' }, h('table', { class: 'matrix' },
      h('thead', {}, h('tr', {}, h('th', {}, h('span', { class: 'hidden' }, 'class')), classes.map(each => h('th', { scope: 'col' }, each)),
        h('th', { scope: 'col' }, 'recall'))),
      h('tbody', {}, confusion.map((row, i) => h('tr', {}, h('th', { scope: 'row' }, classes[i]),
        row.map((count, j) => cell(count, i, j)),
        h('td', { class: 'sum' }, percent(row[i] / Math.max(1, row.reduce((a, b) => a + b, 0)))))),
      h('tr', {}, h('th', { scope: 'row' }, 'precision'), confusion.map((_, j) => h('td', { class: 'sum' },
        percent(confusion[j][j] / Math.max(1, confusion.reduce((sum, row) => sum + row[j], 0)), 1))), h('td')))))];
  }

  function labelTable() {
    const [head, ...rows] = labels;
    return [h('h2', {}, 'Labels'), h('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': 'Labels' },
      h('table', { class: 'figures' }, h('thead', {}, h('tr', {}, head.map(each => h('th', { scope: 'col' }, each)))),
        h('tbody', {}, rows.map((row, i) => h('tr', {}, h('th', { scope: 'row' }, classes[i] ?? row[0]),
          row.slice(1).map(each => h('td', {}, each)))))))];
  }

  async function show(kind, query, title) {
    const own = ++asked;
    fill(gallery, h('h2', {}, title), h('p', { class: 'soft' }, 'Evaluating all images …'));
    while (own === asked) {
      const found = await get('examples', { run: name, kind, ...query }).catch(e => ({ error: e.message }));
      if (own !== asked) {
        return;
      }
      if (found.error) {
        fill(gallery, h('h2', {}, title), h('p', { class: 'error' }, found.error));
        return;
      }
      if (found.progress === undefined) {
        draw(title, found);
        return;
      }
      fill(gallery, h('h2', {}, title), h('p', { class: 'soft' }, 'Evaluating all images: ',
        h('progress', { max: '1', value: found.progress, 'aria-label': 'Evaluation progress' })));
      await new Promise(resolve => setTimeout(resolve, 400));
    }
  }

  function draw(title, found) {
    const of = found.split === 'TEST' ? 'test images' : 'validation images';
    fill(gallery, h('h2', {}, title), h('p', { class: 'soft' }, found.total === 0 ? `None of the ${of}.`
      : `${whole(found.total)} of the ${of}${found.total > found.examples.length ? `; the first ${found.examples.length} are shown` : ''}.`),
    h('ul', { class: 'gallery' }, found.examples.map(example => h('li', {},
      h('a', { href: found.split === 'TEST' ? `#/look/${path(name)}?number=${example.number}` : null },
        imageCanvas(bytes(example.pixels), found.height, found.width, `${example.truth.join(' ') || 'nothing'} predicted as ${example.answer.join(' ') || 'nothing'}`)),
      h('p', {}, example.correct ? example.answer.join(' ') : [example.truth.join(' ') || '–', ' as ', h('mark', {}, example.answer.join(' ') || 'nothing')],
        h('small', {}, percent(example.probability, 1)))))));
  }
}
