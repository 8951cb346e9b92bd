// Labels as the model writes them: the probability and the attention of each word, and the paths of beam search.
import { bytes, fill, h, percent } from '../dom.js';
import { levels, overlay, places } from './heat.js';

export function writingPanel(reading, move) {
  const { writing, classes, answer, image } = reading;
  if (!writing) {
    return null;
  }
  const pixels = bytes(image.pixels);
  const where = places(reading);
  const steps = reading.order.length / reading.features;
  const cross = writing.heads ? levels(writing.cross) : null;
  const words = writing.words.map((row, t) => {
    const isEnd = t === writing.words.length - 1;
    const label = isEnd ? classes.length : answer.labels[t];
    return { name: isEnd ? 'end' : answer.names[t], probability: row[label] };
  });
  const cards = words.map((word, t) => {
    const canvas = cross ? h('canvas', { class: 'overlay', role: 'img', 'aria-label': `attention for ${word.name}` }) : null;
    if (canvas) {
      const weights = Array.from({ length: steps }, (_, k) => Array.from({ length: writing.heads },
        (_, head) => cross.values[(head * words.length + t) * steps + k]).reduce((a, b) => a + b, 0));
      const most = Math.max(...weights, 1e-9);
      overlay(canvas, image, pixels, i => where[i] < 0 ? 0 : weights[where[i]] / most);
    }
    return h('li', {}, h('button', { type: 'button', onclick: () => move(t + 1) }, canvas,
      h('b', {}, word.name), h('small', {}, percent(word.probability, 1))));
  });
  const beam = h('ol', { class: 'beam' });
  const section = h('section', { class: 'panel' }, h('h2', {}, 'Word by word'), h('ol', { class: 'words' }, cards),
    writing.beam.some(paths => paths.length > 1) ? [h('h3', {}, 'Beam search'), h('p', { class: 'soft' },
      'The label paths followed after each word, the most probable first.'), beam] : null);

  function show(step) {
    cards.forEach((card, t) => {
      card.classList.toggle('later', t >= step);
      card.classList.toggle('current', t === step - 1);
    });
    fill(beam, writing.beam.slice(0, Math.max(1, step)).map(paths => h('li', {}, h('ul', {}, paths.map(path => {
      const item = h('li', { class: path.ended ? 'ended' : null }, h('span', {}, path.labels.join(' → ') || '(nothing)', path.ended ? ' ■' : ' →'),
        h('small', {}, percent(path.probability, 1)));
      item.style.setProperty('--p', path.probability);
      return item;
    })))));
  }

  return { element: section, show };
}
