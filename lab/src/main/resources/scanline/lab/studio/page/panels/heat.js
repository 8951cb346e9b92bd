// Heat maps: numbers as colours, from one end of their range to the other.
import { bytes, colour } from '../dom.js';

/** Three numbers from a colour such as #0969da. */
function rgb(text) {
  const value = parseInt(text.slice(1), 16);
  return [value >> 16, value >> 8 & 255, value & 255];
}

/** 256 colours for levels: from one end through the paper to the other where values have a sign, else from the paper up. */
export function palette(signed) {
  const [low, middle, high] = [rgb(colour('cold')), rgb(colour('heat-paper')), rgb(colour('warm'))];
  return Array.from({ length: 256 }, (_, level) => {
    const part = signed ? (level - 127.5) / 127.5 : level / 255;
    const end = part < 0 ? low : high;
    return middle.map((value, i) => Math.round(value + Math.abs(part) * (end[i] - value)));
  });
}

/** Levels (a byte each) drawn as pixels, rows x columns; `at(row, column)` says which level. */
export function heat(canvas, rows, columns, colours, at) {
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d');
  const image = context.createImageData(columns, rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      image.data.set([...colours[at(row, column)], 255], 4 * (row * columns + column));
    }
  }
  context.putImageData(image, 0, 0);
}

/** The levels of numbers that travelled as bytes, and what they stand for. */
export function levels(packed) {
  const values = bytes(packed.bytes);
  return { values, number: i => packed.least + values[i] / 255 * (packed.most - packed.least), signed: packed.least < 0 };
}

/** A picture with weights on its pixels: the brighter the paper, the more weight; `weight(pixel)` is from 0 to 1. */
export function overlay(canvas, image, pixels, weight) {
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext('2d');
  const data = context.createImageData(image.width, image.height);
  const glow = rgb(colour('scan'));
  for (let i = 0; i < pixels.length; i++) {
    const w = weight(i);
    const grey = pixels[i] * 0.55;
    data.data.set([0, 1, 2].map(c => Math.min(255, grey + w * glow[c] * 0.85)), 4 * i);
    data.data[4 * i + 3] = 255;
  }
  context.putImageData(data, 0, 0);
}

/** For each pixel the step that it is read in; -1 where none. */
export function places(reading) {
  const where = new Int32Array(reading.image.height * reading.image.width).fill(-1);
  reading.order.forEach((pixel, i) => {
    if (pixel >= 0) {
      where[pixel] = Math.floor(i / reading.features);
    }
  });
  return where;
}
