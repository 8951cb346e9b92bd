// The probability of each class: after every step if the model has steps, otherwise as bars.
import { color, h, percent } from '../dom.js';

const [HEIGHT, RIGHT, LEFT, TOP, BOTTOM] = [210, 92, 40, 12, 22];

export const classColor = (i, all) => all <= 10 ? color(`class${i}`) : `hsl(${Math.round(360 * i / all)} 65% 50%)`;

export function probabilitiesPanel(reading, move) {
  if (reading.writing) {
    return null;
  }
  return reading.afterSteps.length ? stream(reading, move) : bars(reading);
}

function bars(reading) {
  const { classes, answer } = reading;
  const rows = classes.map((name, i) => ({ name, i, p: answer.scores[i] })).sort((a, b) => b.p - a.p).slice(0, 12);
  return {
    element: h('section', { class: 'panel' }, h('h2', {}, 'Probabilities'), h('ol', { class: 'bars' }, rows.map(({ name, p }) =>
      h('li', {}, h('span', {}, name), h('meter', { min: '0', max: '1', value: p, 'aria-label': name }), h('b', {}, percent(p, 1)))))),
    show: () => {},
  };
}

function stream(reading, move) {
  const { afterSteps, classes, decided } = reading;
  const steps = afterSteps.length;
  const canvas = h('canvas', { class: 'wide', role: 'img',
    'aria-label': `The probability of each class after each of ${steps} steps; decided at step ${decided}` });
  const now = h('p', { class: 'soft' });
  const panel = h('section', { class: 'panel' }, h('h2', {}, 'Prediction after each step'), canvas, now);
  const best = classes.map((_, c) => Math.max(...afterSteps.map(row => row[c])));
  const drawn = classes.map((_, c) => c).filter(c => best[c] > 0.03).sort((a, b) => best[a] - best[b]);
  let width = 0;
  const x = step => LEFT + (width - LEFT - RIGHT) * (step / steps);
  const y = p => TOP + (HEIGHT - TOP - BOTTOM) * (1 - p);

  function show(step) {
    const scale = devicePixelRatio || 1;
    width = Math.max(260, canvas.clientWidth || 560);
    if (canvas.width !== Math.round(width * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = HEIGHT * scale;
    }
    const context = canvas.getContext('2d');
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, HEIGHT);
    context.font = '11px system-ui, sans-serif';
    context.lineWidth = 1;
    for (const p of [0, 0.5, 1]) {
      context.strokeStyle = color('line');
      context.beginPath();
      context.moveTo(LEFT, y(p));
      context.lineTo(width - RIGHT, y(p));
      context.stroke();
      context.fillStyle = color('soft');
      context.textAlign = 'right';
      context.fillText(`${100 * p} %`, LEFT - 6, y(p) + 4);
    }
    context.textAlign = 'center';
    context.fillText(`step ${decided}: decided`, Math.min(Math.max(x(decided), LEFT + 45), width - RIGHT - 45), HEIGHT - 5);
    context.setLineDash([3, 3]);
    context.strokeStyle = color('soft');
    context.beginPath();
    context.moveTo(x(decided), y(1));
    context.lineTo(x(decided), y(0));
    context.stroke();
    context.setLineDash([]);
    for (const c of drawn) {
      context.strokeStyle = classColor(c, classes.length);
      context.lineWidth = 2;
      for (const [from, to, alpha] of [[1, step, 1], [Math.max(1, step), steps, 0.22]]) {
        context.globalAlpha = alpha;
        context.beginPath();
        for (let t = from; t <= to; t++) {
          context[t === from ? 'moveTo' : 'lineTo'](x(t), y(afterSteps[t - 1][c]));
        }
        context.stroke();
      }
      context.globalAlpha = 1;
    }
    context.strokeStyle = color('scan');
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x(step), TOP - 6);
    context.lineTo(x(step), HEIGHT - BOTTOM);
    context.stroke();
    const row = afterSteps[Math.max(0, step - 1)];
    const top = classes.map((name, c) => ({ name, c, p: step === 0 ? 0 : row[c] })).sort((a, b) => b.p - a.p).slice(0, 4);
    context.textAlign = 'left';
    let free = TOP;
    if (step > 0) {
      for (const { name, c, p } of top.filter(each => each.p > 0.03)) {
        const at = Math.max(free, y(p) + 4);
        free = at + 14;
        context.fillStyle = classColor(c, classes.length);
        context.fillRect(width - RIGHT + 6, at - 9, 9, 9);
        context.fillStyle = color('ink');
        context.fillText(`${name.slice(0, 8)}  ${percent(p, 0)}`, width - RIGHT + 19, at);
      }
    }
    now.textContent = step === 0 ? 'Nothing is read yet.'
      : `After step ${step}: ${top.filter(each => each.p > 0.005).map(each => `${each.name} ${percent(each.p, 1)}`).join(', ')}.`;
  }

  const drag = event => {
    if (event.buttons & 1) {
      const box = canvas.getBoundingClientRect();
      move(Math.round((event.clientX - box.left - LEFT) / (width - LEFT - RIGHT) * steps));
    }
  };
  canvas.addEventListener('pointerdown', drag);
  canvas.addEventListener('pointermove', drag);
  return { element: panel, show };
}
