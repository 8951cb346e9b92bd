// The distribution of weights and gradients at the end of each epoch: one ridge per epoch.
import { color, fill, h } from './dom.js';
import { attempt, get } from './api.js';

export function weightsTab(body, name) {
  const kind = h('select', { 'aria-label': 'Values to show', onchange: draw },
    [['weights', 'weights'], ['gradients', 'gradients']].map(([value, text]) => h('option', { value }, text)));
  const grid = h('div', { class: 'ridges' });
  let all = {};
  fill(body, h('div', { class: 'filters' }, kind, h('p', { class: 'soft' },
    'One ridge per epoch, the first at the back and the last in front. The width is the range over all epochs.')), grid);

  function draw() {
    const tags = Object.keys(all).filter(tag => tag.startsWith(`${kind.value}/`));
    fill(grid, tags.length === 0 ? h('p', {}, 'No distributions recorded. They are written at the end of each epoch.')
      : tags.map(tag => h('figure', {}, h('figcaption', {}, tag.slice(kind.value.length + 1)), ridge(all[tag], tag))));
  }

  function ridge({ min, max, rows }, tag) {
    const [width, height] = [300, 170];
    const top = Math.max(40, height / rows.length); // few ridges are tall
    const scale = devicePixelRatio || 1;
    const canvas = h('canvas', { width: width * scale, height: (height + 16) * scale, role: 'img',
      'aria-label': `${tag}: from ${min.toPrecision(3)} to ${max.toPrecision(3)} over ${rows.length} epochs` });
    const context = canvas.getContext('2d');
    context.scale(scale, scale);
    const shift = rows.length > 1 ? (height - top) / (rows.length - 1) : 0;
    rows.forEach((row, i) => {
      const most = Math.max(...row.counts, 1e-9);
      const base = rows.length > 1 ? top + i * shift : height;
      context.beginPath();
      context.moveTo(0, base);
      row.counts.forEach((count, bin) => context.lineTo((bin + 0.5) / row.counts.length * width, base - count / most * (top - 6)));
      context.lineTo(width, base);
      context.fillStyle = color('card');
      context.fill();
      context.globalAlpha = 0.35 + 0.65 * (i + 1) / rows.length;
      context.strokeStyle = color(i === rows.length - 1 ? 'scan' : 'run0');
      context.stroke();
      context.globalAlpha = 1;
    });
    context.fillStyle = color('soft');
    context.font = '11px system-ui, sans-serif';
    context.fillText(min.toPrecision(2), 0, height + 13);
    context.textAlign = 'right';
    context.fillText(max.toPrecision(2), width, height + 13);
    if (min < 0 && max > 0) {
      context.textAlign = 'center';
      const zero = -min / (max - min) * width;
      if (zero > 40 && zero < width - 40) {
        context.fillText('0', zero, height + 13);
      }
    }
    return canvas;
  }

  attempt(async () => {
    all = await get('histograms', { run: name });
    draw();
  });
  document.addEventListener('theme', draw);
  return () => document.removeEventListener('theme', draw);
}
