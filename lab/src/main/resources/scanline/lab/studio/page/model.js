// The layers of a model, each with its output shape, parameters, share of the time and formula; eigenvalues if it has some.
import { fill, h, percent, whole } from './dom.js';
import { get } from './api.js';
import { spectra } from './spectrum.js';

export function modelTab(body, name) {
  fill(body, h('p', { class: 'soft' }, 'Loading …'));
  get('layers', { run: name }).then(answer => {
    const { input, layers, parameters, classes, spectra: diagonal } = answer;
    const all = layers.reduce((sum, layer) => sum + layer.share, 0);
    fill(body,
      h('p', {}, `The model reads ${whole(input.steps)} steps of ${whole(input.features)} numbers and distinguishes ${classes.length} classes: ${
        classes.join(', ')}.`),
      h('ol', { class: 'layers' }, layers.map(layer => h('li', {},
        h('div', { class: 'what' }, h('b', {}, layer.name), h('span', {}, layer.what)),
        h('code', { class: 'shape' }, layer.output),
        h('span', { class: 'count' }, `${whole(layer.parameters)} parameters`),
        h('span', { class: 'share' }, h('meter', { min: '0', max: '1', value: all ? layer.share / all : 0,
          'aria-label': `${layer.name}: share of the time` }), h('small', {}, `${percent(layer.share, 0)} of the time`)),
        layer.formula ? h('pre', { tabindex: '0' }, layer.formula) : null,
        layer.page ? h('a', { class: 'how', href: `#/doc/${layer.page}` }, 'How it is computed') : null))),
      spectra(diagonal),
      h('h2', {}, 'Parameters'), h('p', { class: 'soft' }, "Names and shapes as in PyTorch's state_dict."),
      h('dl', { class: 'keys' }, parameters.map(each => h('div', {}, h('dt', {}, each.name), h('dd', {}, each.shape)))));
  }).catch(e => fill(body, h('p', { class: 'error' }, e.message)));
}
