// The eigenvalues of diagonal layers in the unit circle, before and after training, and their impulse responses.
import { color, h } from './dom.js';
import { heat, levels, palette } from './panels/heat.js';

const SIZE = 260;
const MARGIN = 12;

/** A panel for each layer with a diagonal recurrence; null if the model has none. */
export function spectra(all) {
  if (all.length === 0) {
    return null;
  }
  return [h('h2', {}, 'Eigenvalues and impulse responses'), h('p', { class: 'soft' },
    `In each step, a state is multiplied by its eigenvalue. Near the circle it remembers for long; its angle is how far it turns in a step. ${
      all[0].trained.length ? 'Circles: before training. Dots: the best weights.' : 'Before training.'} The maps have a row for each of some
    channels and a column for each step: the output of the channel after a single input of 1.`),
  h('div', { class: 'spectra' }, all.map(layer => h('figure', {}, h('figcaption', {}, layer.layer), circle(layer), responses(layer))))];
}

function circle(layer) {
  const scale = devicePixelRatio || 1;
  const canvas = h('canvas', { width: SIZE * scale, height: SIZE * scale, class: 'circle', role: 'img',
    'aria-label': `${layer.initial.length / 2} eigenvalues of ${layer.layer} in the unit circle` });
  const context = canvas.getContext('2d');
  const radius = SIZE / 2 - MARGIN;
  const x = re => SIZE / 2 + re * radius;
  const y = im => SIZE / 2 - im * radius;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.strokeStyle = color('line');
  context.beginPath();
  context.arc(x(0), y(0), radius, 0, 2 * Math.PI);
  context.moveTo(x(-1), y(0));
  context.lineTo(x(1), y(0));
  context.moveTo(x(0), y(-1));
  context.lineTo(x(0), y(1));
  context.stroke();
  const points = (values, size, draw) => {
    for (let i = 0; i < values.length; i += 2) {
      context.beginPath();
      context.arc(x(values[i]), y(values[i + 1]), size, 0, 2 * Math.PI);
      draw();
    }
  };
  context.strokeStyle = color('soft');
  points(layer.initial, 2.5, () => context.stroke());
  context.fillStyle = color('scan');
  points(layer.trained, 1.8, () => context.fill());
  return canvas;
}

function responses(layer) {
  const canvas = h('canvas', { class: 'heat', role: 'img', 'aria-label': `Impulse responses of ${layer.channels} channels of ${layer.layer}` });
  const { values } = levels(layer.responses);
  heat(canvas, layer.channels, layer.steps, palette(true), (row, step) => values[row * layer.steps + step]);
  return canvas;
}
