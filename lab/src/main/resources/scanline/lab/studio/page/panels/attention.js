// The attention of an encoder: each head of a block drawn over the image, and all blocks combined by rollout.
import { bytes, fill, h } from '../dom.js';
import { levels, overlay, places } from './heat.js';

const READOUT = { CLASS_TOKEN: 'the class token', FIRST_STEP: 'the first step', MEAN: 'all steps (mean)', '': 'all steps (mean)' };

let chosen = null;

export function attentionPanel(reading) {
  const { attention, image } = reading;
  if (!attention) {
    return null;
  }
  const pixels = bytes(image.pixels);
  const where = places(reading);
  const { tokens, heads } = attention;
  const front = attention.readout === 'CLASS_TOKEN' ? 1 : 0;
  const blocks = attention.blocks.map(levels);
  let token = null; // whose attention is shown; null for the readout
  let block = Math.min(chosen ?? blocks.length - 1, blocks.length - 1);
  const maps = h('div', { class: 'maps' });
  const hint = h('p', { class: 'soft' });
  const select = h('select', { 'aria-label': 'Block', onchange: () => {
    block = Number(select.value);
    chosen = block;
    draw();
  } }, blocks.map((_, i) => h('option', { value: i }, `block ${i + 1} of ${blocks.length}`)));
  select.value = block;
  const part = h('select', { 'aria-label': 'Attention from', onchange: () => {
    token = part.value === '' ? null : Number(part.value);
    draw();
  } }, h('option', { value: '' }, `from ${READOUT[attention.readout]}`),
  Array.from({ length: tokens - front }, (_, i) => h('option', { value: i + front }, `from part ${i + 1}`)));
  const section = h('section', { class: 'panel' }, h('h2', {}, 'Attention'), h('div', { class: 'filters' }, select, part, hint), maps);

  /** The weight that the selected token, or else the readout, gives to each token in a head. */
  function attended(head) {
    const { values } = blocks[block];
    const at = head * tokens * tokens;
    const rows = token !== null ? [token] : attention.readout === 'MEAN' || attention.readout === ''
      ? Array.from({ length: tokens }, (_, i) => i) : [0];
    return Array.from({ length: tokens }, (_, k) => rows.reduce((sum, row) => sum + values[at + row * tokens + k], 0) / rows.length);
  }

  function map(title, weights) {
    const most = Math.max(...weights.slice(front), 1e-9);
    const canvas = h('canvas', { class: 'overlay', role: 'img', 'aria-label': `${title}: attention on the image` });
    overlay(canvas, image, pixels, i => where[i] < 0 ? 0 : weights[front + where[i]] / most);
    canvas.addEventListener('click', event => {
      const box = canvas.getBoundingClientRect();
      const pixel = Math.floor((event.clientY - box.top) / box.height * image.height) * image.width
        + Math.floor((event.clientX - box.left) / box.width * image.width);
      const next = where[pixel] + front;
      token = where[pixel] < 0 || next === token ? null : next;
      draw();
    });
    return h('figure', {}, canvas, h('figcaption', {}, title));
  }

  function draw() {
    part.value = token ?? '';
    hint.textContent = token === null
      ? `Attention from ${READOUT[attention.readout]} to each part. Select a part to see its attention to the others.`
      : `Attention from part ${token - front + 1} of ${tokens - front} to the others. Select it again to go back.`;
    fill(maps, attention.rollout.length && token === null ? map('rollout', attention.rollout) : null,
      Array.from({ length: heads }, (_, head) => map(`head ${head + 1}`, attended(head))));
  }

  draw();
  return { element: section, show: () => {} };
}
