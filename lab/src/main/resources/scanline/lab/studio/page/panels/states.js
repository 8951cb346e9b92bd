// The states of layers that mix the steps: a heat map for each state, gate and output, with one column per step.
import { fill, h } from '../dom.js';
import { heat, levels, palette } from './heat.js';

const NAMES = { h: 'hidden state h', c: 'cell c', i: 'input gate i', f: 'forget gate f', g: 'candidate g', o: 'output gate o',
  r: 'reset gate r', z: 'update gate z', n: 'candidate n', x: 'state', y: 'output' };

// The choice is kept when the image changes.
let sorted = true;

export function statesPanel(reading, move) {
  if (reading.states.length === 0) {
    return null;
  }
  const steps = reading.order.length / reading.features;
  const maps = h('div', { class: 'heats' });
  const lines = [];
  const box = h('input', { type: 'checkbox', checked: sorted, onchange: () => {
    sorted = box.checked;
    draw();
  } });
  const section = h('section', { class: 'panel' }, h('h2', {}, 'States and gates'),
    h('p', { class: 'soft' }, 'Rows are units, columns are steps. ', h('label', {}, box, ' sort units by the step at which their state changes most')),
    maps);

  /** Units sorted by the step at which their hidden state changes most. */
  function order(layer) {
    const all = Array.from({ length: layer.units }, (_, unit) => unit);
    if (!sorted) {
      return all;
    }
    const { values } = levels(layer.values.h ?? layer.values.x ?? layer.values.y);
    const peak = all.map(unit => {
      let [most, at] = [-1, 0];
      for (let t = 0; t < steps; t++) {
        const before = t === 0 ? 127.5 : values[(t - 1) * layer.units + unit];
        const change = Math.abs(values[t * layer.units + unit] - before);
        if (change > most) {
          [most, at] = [change, t];
        }
      }
      return at;
    });
    return all.sort((a, b) => peak[a] - peak[b] || a - b);
  }

  function draw() {
    lines.length = 0;
    fill(maps, reading.states.map(layer => {
      const units = order(layer);
      return h('div', { class: 'layer' }, h('h3', {}, `Layer ${layer.layer}${layer.reverse ? ', reverse direction' : ''}`),
        h('div', { class: 'small' }, Object.entries(layer.values).map(([name, packed]) => {
          const { values, signed, number } = levels(packed);
          const colors = palette(signed);
          const canvas = h('canvas', { class: 'heat', role: 'img', 'aria-label': `${NAMES[name] ?? name} of layer ${layer.layer}` });
          heat(canvas, layer.units, steps, colors, (row, step) => values[step * layer.units + units[row]]);
          const line = h('i', { class: 'line' });
          lines.push(line);
          const value = h('small', {});
          const frame = h('div', { class: 'frame' }, canvas, line);
          const at = event => {
            const area = canvas.getBoundingClientRect();
            return [Math.min(steps - 1, Math.max(0, Math.floor((event.clientX - area.left) / area.width * steps))),
              Math.min(layer.units - 1, Math.max(0, Math.floor((event.clientY - area.top) / area.height * layer.units)))];
          };
          frame.addEventListener('pointermove', event => {
            const [step, row] = at(event);
            value.textContent = `unit ${units[row]}, step ${step + 1}: ${number(step * layer.units + units[row]).toFixed(2)}`;
            if (event.buttons & 1) {
              move(step + 1);
            }
          });
          frame.addEventListener('pointerdown', event => move(at(event)[0] + 1));
          frame.addEventListener('pointerleave', () => {
            value.textContent = '';
          });
          return h('figure', {}, h('figcaption', {}, NAMES[name] ?? name, value), frame);
        })));
    }));
  }

  draw();
  return { element: section, show: step => lines.forEach(line => {
    line.style.left = `${100 * step / steps}%`;
  }) };
}
