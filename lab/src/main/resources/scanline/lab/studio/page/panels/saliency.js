// Saliency: how much each pixel changes the score of what is predicted at the chosen step.
import { fill, h } from '../dom.js';
import { heat, levels, palette } from './heat.js';

const REST_MILLIS = 250; // a moving playhead asks for nothing; it is asked when it rests

export function saliencyPanel(reading, move, explain) {
  const { height, width } = reading.image; // from the start, so that what is below does not move
  const canvas = h('canvas', { class: 'saliency', width, height, role: 'img', 'aria-label': 'The gradient of the score with respect to each pixel' });
  const text = h('p', { class: 'soft' });
  const section = h('section', { class: 'panel' }, h('h2', {}, 'Saliency'), text, h('div', { class: 'maps' }, h('figure', {}, canvas)));
  const steps = reading.writing ? reading.writing.words.length : reading.afterSteps.length;
  let wanted = null;
  let timer = 0;

  async function ask(step) {
    if (!section.isConnected) {
      return; // another image is shown
    }
    try {
      const { names, gradient } = await explain(steps ? { step } : {});
      if (step === wanted) {
        const { values } = levels(gradient);
        const what = names.length ? names.join(' and ') : 'the end of the answer';
        const when = !steps ? '' : reading.writing ? ` as word ${step}` : ` after step ${step}`;
        heat(canvas, height, width, palette(true), (row, column) => values[row * width + column]);
        fill(text, `The gradient of the score of ${what}${when}: more light in a warm pixel raises the score, in a cold one it lowers it.`);
      }
    } catch (e) {
      fill(text, h('span', { class: 'error' }, e.message));
    }
  }

  function show(step) {
    if (step === wanted) {
      return;
    }
    wanted = step;
    clearTimeout(timer);
    if (steps && step === 0) {
      text.textContent = 'There is no saliency map before the first step.';
    } else {
      timer = setTimeout(() => ask(step), REST_MILLIS);
    }
  }

  return { element: section, show };
}
