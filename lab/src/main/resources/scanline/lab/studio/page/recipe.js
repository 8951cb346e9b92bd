// The recipe of a run with all keys, and the provenance of the run.
import { fill, h } from './dom.js';
import { runs } from './api.js';
import { startDialog } from './start.js';

export function recipeTab(body, name, page) {
  const run = runs.get(name);
  const { provenance } = page();
  const { recipe, ...made } = provenance; // the recipe's keys are listed above
  const list = entries => h('dl', { class: 'keys' }, entries.map(([key, value]) => h('div', {}, h('dt', {}, key),
    h('dd', {}, value === '' ? '–' : value))));
  const flat = (prefix, value) => value && typeof value === 'object' && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, inner]) => flat(prefix ? `${prefix}.${key}` : key, inner))
    : [[prefix, Array.isArray(value) ? value.map(each => typeof each === 'object' ? JSON.stringify(each) : each).join(' ') : String(value)]];
  const known = /^[a-z0-9-]+$/.test(run.recipe);
  fill(body,
    h('p', {}, run.keys.source ? `Source: ${run.keys.source}.` : '', run.keys.published ? ` Published: ${run.keys.published}` : ''),
    known ? h('p', {}, h('button', { type: 'button', onclick: () => startDialog(run.recipe, changes(run, provenance)) },
      'Train again with changes')) : null,
    h('h2', {}, 'All keys'), list(Object.entries(run.keys).filter(([key]) => !['about', 'source', 'published'].includes(key))),
    h('h2', {}, 'Provenance'), list(flat('', made)));
}

/** The recipe keys that the command of a run changed. */
function changes(run, provenance) {
  const words = Array.isArray(provenance.command) ? provenance.command : String(provenance.command ?? '').split(/\s+/);
  return words.filter(word => /^[a-z][A-Za-z.]*=/.test(word) && !word.startsWith('data.dir='));
}
