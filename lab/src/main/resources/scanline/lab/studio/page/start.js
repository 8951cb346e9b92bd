// The dialog that starts a run: a recipe and the keys to change.
import { attempt, get, post } from './api.js';
import { fill, h, path } from './dom.js';

let recipes = null;

export async function startDialog(first = 'lstm-rows', overrides = []) {
  recipes ??= await attempt(() => get('recipes'));
  if (!recipes) {
    return;
  }
  const about = h('p', { class: 'soft' });
  const keys = h('datalist', { id: 'keys' });
  const changes = h('ul', { class: 'changes' });
  const error = h('p', { class: 'error', role: 'alert' });
  const name = h('input', { type: 'text', placeholder: 'recipe name, numbered if taken', maxlength: '100', id: 'run-name' });
  const select = h('select', { id: 'recipe', onchange: pick },
    recipes.map(recipe => h('option', { value: recipe.name }, recipe.name)));
  select.value = recipes.some(recipe => recipe.name === first) ? first : recipes[0].name;
  const dialog = h('dialog', { class: 'start', 'aria-labelledby': 'start-title', onclose: () => dialog.remove() },
    h('form', { method: 'dialog', onsubmit: start },
      h('h2', { id: 'start-title' }, 'New run'),
      h('label', { for: 'recipe' }, 'Recipe'), select, about,
      h('label', { for: 'run-name' }, 'Run name'), name,
      h('fieldset', {}, h('legend', {}, 'Keys to change'), changes, keys,
        h('button', { type: 'button', class: 'quiet', onclick: () => change('', '').focus() }, 'Change a key')),
      error,
      h('div', { class: 'actions' },
        h('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, 'Cancel'),
        h('button', { type: 'submit', class: 'main' }, 'Train'))));

  const recipe = () => recipes.find(each => each.name === select.value);

  function pick() {
    about.textContent = `${recipe().about}. Source: ${recipe().source}.`;
    fill(keys, Object.keys(recipe().keys).map(key => h('option', { value: key })));
  }

  function change(key, value) {
    const valueField = h('input', { type: 'text', value, 'aria-label': 'Value', class: 'value' });
    const keyField = h('input', { type: 'text', value: key, list: 'keys', 'aria-label': 'Key', placeholder: 'epochs',
      class: 'key', onchange: () => {
        valueField.placeholder = recipe().keys[keyField.value] ?? '';
      } });
    const item = h('li', {}, keyField, h('span', {}, '='), valueField,
      h('button', { type: 'button', class: 'quiet', 'aria-label': 'Remove this key', onclick: () => item.remove() }, '×'));
    changes.append(item);
    return keyField;
  }

  async function start(event) {
    event.preventDefault();
    error.textContent = '';
    event.submitter.disabled = true;
    try {
      const list = [...changes.children]
        .map(item => [item.querySelector('.key').value.trim(), item.querySelector('.value').value.trim()])
        .filter(([key]) => key).map(([key, value]) => `${key}=${value}`);
      const { run } = await post('runs', { recipe: select.value, overrides: list, name: name.value.trim() });
      dialog.close();
      location.hash = `#/run/${path(run)}`;
    } catch (e) {
      error.textContent = e.message;
      event.submitter.disabled = false;
    }
  }

  pick();
  for (const override of overrides) {
    change(...override.split(/=(.*)/s));
  }
  document.body.append(dialog);
  dialog.showModal();
}
