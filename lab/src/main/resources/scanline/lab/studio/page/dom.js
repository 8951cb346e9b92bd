// Elements, numbers and texts that all views use.

/** Creates an element. Properties that start with "on" are listeners; an attribute that is null, undefined or false is left out. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (name === 'value' || name === 'checked') {
      element[name] = value;
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  append(element, children);
  return element;
}

export function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) {
      element.append(child);
    }
  }
}

/** Replaces the children of an element. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

export const percent = (fraction, digits = 2) => fraction === null || fraction === undefined
  ? '–' : `${(100 * fraction).toFixed(digits)} %`;

/** A percentage for a tick of an axis, with no more digits than it needs. */
export const percentTick = fraction => `${Number((100 * fraction).toPrecision(2))} %`;

export const decimal = (value, digits = 4) => value === null || value === undefined ? '–' : value.toFixed(digits);

export const whole = value => value === null || value === undefined ? '–' : Math.round(value).toLocaleString('en');

/** A duration as people write it, such as 3 min 19 s. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) {
    return '–';
  }
  const s = Math.round(seconds);
  if (s >= 3600) {
    return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
  }
  return s >= 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${s} s`;
}

/** The time since a moment, in words. */
export function ago(millis) {
  const seconds = (Date.now() - millis) / 1000;
  if (seconds < 90) {
    return 'just now';
  }
  for (const [unit, length] of [['minute', 60], ['hour', 3600], ['day', 86400]].reverse()) {
    const count = Math.floor(seconds / length);
    if (count >= 1) {
      return `${count} ${unit}${count > 1 ? 's' : ''} ago`;
    }
  }
  return 'just now';
}

/** Decodes base64 into bytes. */
export function bytes(base64) {
  const text = atob(base64);
  const values = new Uint8Array(text.length);
  for (let i = 0; i < values.length; i++) {
    values[i] = text.charCodeAt(i);
  }
  return values;
}

/** A gray image as a canvas of its own size; CSS enlarges it. Without a label, the text next to it must describe it. */
export function imageCanvas(pixels, height, width, label) {
  const canvas = h('canvas', { width, height, class: 'pixels', ...label ? { role: 'img', 'aria-label': label }
    : { 'aria-hidden': 'true' } });
  const context = canvas.getContext('2d');
  const image = context.createImageData(width, height);
  for (let i = 0; i < pixels.length; i++) {
    image.data.set([pixels[i], pixels[i], pixels[i], 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The name of a run, encoded for an address. */
export const path = name => name.split('/').map(encodeURIComponent).join('/');

/** A color from the style sheet. */
export const color = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Shows a message that must be read. */
export function notice(text) {
  const box = h('p', { class: 'notice' }, text,
    h('button', { type: 'button', class: 'quiet', 'aria-label': 'Close', onclick: () => box.remove() }, '×'));
  document.getElementById('notices').append(box);
  setTimeout(() => box.remove(), 15000);
}
