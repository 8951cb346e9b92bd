// The image as the model reads it: pixels that have been read are bright, those being read are under the scan line.
import { bytes, color, h } from '../dom.js';

export function scanPanel(reading) {
  const { height, width } = reading.image;
  const pixels = bytes(reading.image.pixels);
  const steps = reading.order.length / reading.features;
  const scale = Math.max(1, Math.floor(224 / Math.max(height, width)));
  const canvas = h('canvas', { class: 'scan', width: width * scale, height: height * scale, role: 'img',
    'aria-label': 'The image as the model reads it' });
  const context = canvas.getContext('2d');
  const moves = reading.writing === null && (reading.afterSteps.length > 0 || reading.states.length > 0);

  function show(step) {
    const read = new Uint8Array(height * width).fill(moves ? 0 : 1);
    const now = new Set();
    if (moves) {
      for (let i = 0; i < step * reading.features; i++) {
        if (reading.order[i] >= 0) {
          read[reading.order[i]] = 1;
        }
      }
      for (let f = 0; step > 0 && step < steps && f < reading.features; f++) {
        now.add(reading.order[(step - 1) * reading.features + f]);
      }
    }
    const line = color('scan');
    for (let i = 0; i < pixels.length; i++) {
      const level = read[i] ? pixels[i] : Math.round(pixels[i] * 0.28);
      context.fillStyle = `rgb(${level},${level},${level})`;
      context.fillRect(i % width * scale, Math.floor(i / width) * scale, scale, scale);
      if (now.has(i)) {
        context.globalAlpha = 0.55;
        context.fillStyle = line;
        context.fillRect(i % width * scale, Math.floor(i / width) * scale, scale, scale);
        context.globalAlpha = 1;
      }
    }
  }

  return { element: canvas, show };
}
