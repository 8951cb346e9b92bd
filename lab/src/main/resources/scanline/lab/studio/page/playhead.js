// The playhead: how much of a sequence is shown. It is moved by hand, or plays by itself.
import { h } from './dom.js';

const FRAME_MILLIS = 60;

/** A playhead. For each position, from 0 to 1, show(part) draws that part of the sequence and returns a text that describes the position. */
export function playhead(show) {
  let at = 1;
  let playing = null;
  const slider = h('input', { type: 'range', min: '0', max: '1', value: '1', id: 'playhead',
    oninput: () => jump(Number(slider.value) / Number(slider.max)) });
  const play = h('button', { type: 'button', class: 'play', 'aria-label': 'Play', onclick: () => playing ? stop() : start() }, '▶');
  const where = h('span', { class: 'where' });
  const element = h('div', { class: 'transport', hidden: true }, play, h('label', { class: 'hidden', for: 'playhead' }, 'Playhead'),
    slider, where);

  function redraw() {
    slider.value = Math.round(at * Number(slider.max));
    where.textContent = show(at);
  }

  function move(part) {
    at = Math.min(1, Math.max(0, part));
    redraw();
  }

  function jump(part) {
    stop();
    move(part);
  }

  function start() {
    if (at >= 1) {
      at = 0;
    }
    const millis = Math.max(2500, Math.min(9000, Number(slider.max) * FRAME_MILLIS));
    let last = performance.now();
    const frame = now => {
      move(at + (now - last) / millis);
      last = now;
      if (at >= 1) {
        stop();
      } else {
        playing = requestAnimationFrame(frame);
      }
    };
    playing = requestAnimationFrame(frame);
    play.textContent = '❚❚';
    play.setAttribute('aria-label', 'Pause');
  }

  function stop() {
    cancelAnimationFrame(playing);
    playing = null;
    play.textContent = '▶';
    play.setAttribute('aria-label', 'Play');
  }

  /** Sets the number of steps to show. */
  function steps(count) {
    element.hidden = count === 0;
    slider.max = Math.max(1, count);
    redraw();
  }

  return { element, jump, redraw, steps, stop };
}
