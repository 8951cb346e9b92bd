// Heat maps: numbers drawn as colors.
import { bytes, color } from '../dom.js';

/** The red, green and blue components of a color such as #0969da. */
function rgb(text) {
  const value = parseInt(text.slice(1), 16);
  return [value >> 16, value >> 8 & 255, value & 255];
}

/** 256 colors for levels: from cold through the paper color to warm for signed values, from the paper color to warm for others. */
export function palette(signed) {
  const [low, middle, high] = [rgb(color('cold')), rgb(color('heat-paper')), rgb(color('warm'))];
  return Array.from({ length: 256 }, (_, level) => {
    const part = signed ? (level - 127.5) / 127.5 : level / 255;
    const end = part < 0 ? low : high;
    return middle.map((value, i) => Math.round(value + Math.abs(part) * (end[i] - value)));
  });
}

/** Draws levels, a byte each, as pixels, rows x columns; `at(row, column)` returns the level. */
export function heat(canvas, rows, columns, colors, at) {
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d');
  const image = context.createImageData(columns, rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      image.data.set([...colors[at(row, column)], 255], 4 * (row * columns + column));
    }
  }
  context.putImageData(image, 0, 0);
}

/** Unpacks numbers that were sent as bytes: their levels, and the numbers that the levels stand for. */
export function levels(packed) {
  const values = bytes(packed.bytes);
  return { values, number: i => packed.least + values[i] / 255 * (packed.most - packed.least), signed: packed.least < 0 };
}

/** Draws an image with weights on its pixels: the stronger the glow, the larger the weight; `weight(pixel)` is from 0 to 1. */
export function overlay(canvas, image, pixels, weight) {
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext('2d');
  const data = context.createImageData(image.width, image.height);
  const glow = rgb(color('scan'));
  for (let i = 0; i < pixels.length; i++) {
    const w = weight(i);
    const gray = pixels[i] * 0.55;
    data.data.set([0, 1, 2].map(c => Math.min(255, gray + w * glow[c] * 0.85)), 4 * i);
    data.data[4 * i + 3] = 255;
  }
  context.putImageData(data, 0, 0);
}

/** The step in which each pixel is read, or -1. */
export function places(reading) {
  const where = new Int32Array(reading.image.height * reading.image.width).fill(-1);
  reading.order.forEach((pixel, i) => {
    if (pixel >= 0) {
      where[pixel] = Math.floor(i / reading.features);
    }
  });
  return where;
}
