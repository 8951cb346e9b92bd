// A pad for drawing with a mouse, a finger or a pen: light on dark, like the images of MNIST.
import { h } from './dom.js';

const SIDE = 140;

/** A drawing pad that calls changed() after each change. */
export function pad({ changed }) {
  const strokes = [];
  let current = null;
  let width = 0.075;
  let height = SIDE;
  const canvas = h('canvas', { width: SIDE, height: SIDE, class: 'pad', role: 'img', tabindex: '0',
    'aria-label': 'Drawing pad: draw with a mouse, a finger or a pen; Backspace removes the last stroke' });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const guide = h('div', { class: 'guide', 'aria-hidden': 'true' });

  function paint() {
    canvas.classList.toggle('drawn', strokes.length > 0);
    context.fillStyle = '#000';
    context.fillRect(0, 0, SIDE, height);
    context.strokeStyle = '#fff';
    context.fillStyle = '#fff';
    context.lineCap = 'round';
    context.lineJoin = 'round';
    for (const stroke of strokes) {
      context.lineWidth = stroke.width * SIDE;
      context.beginPath();
      const [first, ...rest] = stroke.points;
      context.moveTo(...first);
      if (rest.length === 0) {
        context.lineTo(first[0] + 0.01, first[1]);
      }
      rest.forEach((point, i) => {
        const next = rest[i + 1] ?? point;
        context.quadraticCurveTo(...point, (point[0] + next[0]) / 2, (point[1] + next[1]) / 2);
      });
      context.stroke();
    }
  }

  const point = event => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * SIDE, (event.clientY - box.top) / box.height * height];
  };
  canvas.addEventListener('pointerdown', event => {
    if (event.button !== 0) {
      return;
    }
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    current = { id: event.pointerId, width, points: [point(event)] };
    strokes.push(current);
    paint();
    changed();
  });
  canvas.addEventListener('pointermove', event => {
    if (current?.id !== event.pointerId) {
      return;
    }
    const events = event.getCoalescedEvents?.() ?? [];
    current.points.push(...(events.length ? events : [event]).map(point));
    paint();
    changed();
  });
  for (const end of ['pointerup', 'pointercancel']) {
    canvas.addEventListener(end, () => {
      current = null;
      changed();
    });
  }
  const undo = () => {
    strokes.pop();
    paint();
    changed();
  };
  const clear = () => {
    strokes.length = 0;
    paint();
    changed();
  };
  canvas.addEventListener('keydown', event => {
    if (event.key === 'Backspace' || (event.key === 'z' && (event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      undo();
    }
  });
  paint();

  return {
    element: h('div', { class: 'drawing' }, h('div', { class: 'board' }, canvas, guide), h('div', { class: 'tools' },
      h('button', { type: 'button', onclick: clear }, 'Clear'), h('button', { type: 'button', onclick: undo }, 'Undo'))),
    isEmpty: () => strokes.length === 0,
    clear,
    /** Sets the kind of image to draw: the width of the pen as a fraction of the pad's width, and the rows and columns of cells. */
    kind: ({ brush, rows, columns }) => {
      width = brush;
      guide.style.setProperty('--rows', rows);
      guide.style.setProperty('--columns', columns);
      const next = Math.round(SIDE * rows / columns);
      if (next !== height) {
        height = next;
        canvas.height = next;
        canvas.style.aspectRatio = `${columns} / ${rows}`;
        paint();
      }
    },
    /** The gray levels in the form that requests use. */
    body: () => {
      const { data } = context.getImageData(0, 0, SIDE, height);
      let text = '';
      for (let i = 0; i < data.length; i += 4) {
        text += String.fromCharCode(data[i]);
      }
      return { height, width: SIDE, pixels: btoa(text) };
    },
  };
}
