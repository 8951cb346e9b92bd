// The feature maps of convolutions: a small image per channel.
import { h } from '../dom.js';
import { heat, levels, palette } from './heat.js';

export function mapsPanel(reading) {
  if (reading.maps.length === 0) {
    return null;
  }
  const colors = palette(false);
  return {
    element: h('section', { class: 'panel' }, h('h2', {}, 'Feature maps'), reading.maps.map(layer => {
      const { values } = levels(layer.values);
      return h('div', {}, h('h3', {}, `${layer.layer}: ${layer.channels} channels of ${layer.height} x ${layer.width}`),
        h('div', { class: 'channels' }, Array.from({ length: layer.channels }, (_, channel) => {
          const canvas = h('canvas', { role: 'img', 'aria-label': `channel ${channel + 1} of ${layer.layer}` });
          heat(canvas, layer.height, layer.width, colors, (row, column) => values[(row * layer.width + column) * layer.channels + channel]);
          return canvas;
        })));
    })),
    show: () => {},
  };
}
