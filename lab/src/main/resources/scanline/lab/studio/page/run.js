// One run: its state, live curves, mistakes, weights, model and recipe.
import { attempt, get, listen, post, runs } from './api.js';
import { chart } from './curves.js';
import { decimal, duration, fill, h, path, percent, percentTick, whole } from './dom.js';
import { mistakesTab } from './mistakes.js';
import { weightsTab } from './weights.js';
import { modelTab } from './model.js';
import { recipeTab } from './recipe.js';
import { stateOf } from './state.js';

// The tabs of the page, in order. A tab fills an element and returns a function that ends it, or nothing.
const TABS = { curves: ['Curves', curvesTab], mistakes: ['Mistakes', mistakesTab], weights: ['Weights', weightsTab],
  model: ['Model', modelTab], recipe: ['Recipe', recipeTab] };

export function runView(main, name, query) {
  const title = h('div', { class: 'title' });
  const now = h('div', { class: 'now' });
  const actions = h('div', { class: 'actions' });
  const head = h('div', { class: 'head' }, title, now, actions);
  const tiles = h('dl', { class: 'tiles' });
  const tab = TABS[query.get('tab')] ? query.get('tab') : 'curves';
  const body = h('section', { class: 'tab' });
  const problems = h('ul', { class: 'problems', hidden: true });
  let loads = 0;
  let ended = false;
  let end = () => {};
  let page = null;
  let acts = ''; // the state that the buttons were made for; they are replaced only when it changes
  let shown = ''; // the version of the data that the tab shows
  const watchers = new Set();

  fill(main, head, tiles, h('nav', { class: 'tabs', 'aria-label': 'Sections of this run' }, Object.entries(TABS).map(([id, [words]]) =>
    h('a', { href: `#/run/${path(name)}?tab=${id}`, 'aria-current': id === tab ? 'page' : null }, words))), problems, body);

  function drawHead() {
    const run = runs.get(name);
    if (!run) {
      fill(title, h('h1', {}, name), h('p', { class: 'soft' }, 'This run does not exist, or it is just starting.'));
      [now, actions, tiles].forEach(part => fill(part));
      acts = '';
      return;
    }
    const act = (what, text) => h('button', { type: 'button', onclick: async event => {
      event.target.disabled = true;
      await attempt(() => post(what, { run: name }));
      setTimeout(() => {
        event.target.disabled = false;
      }, 1500);
    } }, text);
    fill(now, stateOf(run));
    if (acts !== `${run.state} ${run.hasWeights}`) {
      acts = `${run.state} ${run.hasWeights}`;
      fill(title, h('h1', {}, name), h('p', { class: 'soft' }, run.keys.about ?? ''));
      fill(actions, run.state === 'TRAINING' ? act('stop', 'Stop') : null, run.state === 'STOPPED' ? act('resume', 'Resume') : null,
        run.hasWeights ? h('a', { class: 'button main', href: `#/look/${path(name)}` }, 'Try it') : null);
    }
    const step = run.live?.step;
    const tile = (title, value, note) => h('div', {}, h('dt', {}, title), h('dd', {}, h('b', {}, value), h('small', {}, note)));
    fill(tiles,
      run.testAccuracy === null ? null : tile('test accuracy', percent(run.testAccuracy), `loss ${decimal(run.testLoss)}`),
      tile('validation accuracy', percent(run.validationAccuracy), run.bestEpoch ? `epoch ${run.bestEpoch}` : 'after the first epoch'),
      tile('training loss', decimal(step?.loss ?? run.trainLoss), step ? `accuracy ${percent(step.accuracy)}` : 'last epoch'),
      tile('training time', duration(run.seconds), step ? `${whole(step.examplesPerSecond)} examples/s` : `${run.epochsDone} epochs`),
      tile('parameters', whole(run.parameters), run.keys.model ?? ''));
  }

  async function load() {
    const own = ++loads;
    const got = await get('run', { run: name }).catch(e => {
      if (page === null && own === loads) {
        fill(body, h('p', { class: 'error' }, e.message));
      }
    });
    if (!got || ended || own !== loads) {
      return;
    }
    page = got;
    problems.hidden = page.problems.length === 0;
    fill(problems, page.problems.map(problem => h('li', {}, problem)));
    // Curves are extended in place; the other tabs are made again when the weights or the state of the run change.
    const of = tab === 'curves' ? 'curves' : tab === 'weights' ? `${page.summary.epochsDone}` : `${acts} ${page.summary.state}`;
    if (of !== shown) {
      shown = of;
      end();
      watchers.clear();
      end = TABS[tab][1](body, name, () => page, watcher => watchers.add(watcher)) ?? (() => {});
    } else {
      watchers.forEach(watch => watch('page'));
    }
  }

  drawHead();
  if (runs.has(name)) {
    load();
  }
  const stop = listen((kind, which) => {
    if (which !== name && which !== '') {
      return;
    }
    drawHead();
    if (kind === 'step') {
      watchers.forEach(watch => watch('step'));
    } else if (kind !== 'gone') {
      load();
    }
  });
  return () => {
    ended = true;
    stop();
    end();
  };
}

/** Loss by step, updated while the run trains; error, learning rate and speed by epoch. */
function curvesTab(body, name, page, watch) {
  const MOST_LIVE = 1500;
  let live = { x: [], y: [] };
  const loss = chart('Loss', { x: 'step', log: true, format: value => value.toPrecision(3), height: 300 });
  const error = chart('Error', { x: 'epoch', log: true, format: value => percent(value), ticked: percentTick, height: 300 });
  const rate = chart('Learning rate', { x: 'epoch', format: value => value.toPrecision(2), height: 160 });
  const speed = chart('Examples per second', { x: 'epoch', format: value => whole(value), ticked: value => whole(value), height: 160 });
  fill(body, h('div', { class: 'charts' }, loss.box, error.box, rate.box, speed.box));

  function draw() {
    const { epochs, losses } = page();
    const known = losses.steps.at(-1) ?? 0;
    const from = live.x.findIndex(step => step > known);
    const tail = from < 0 ? { x: [], y: [] } : { x: live.x.slice(from), y: live.y.slice(from) };
    const steps = epochs.map(row => row.step);
    const points = epochs.length < 40;
    loss.set([
      { label: 'single batch', x: [...losses.steps, ...tail.x], y: [...losses.values, ...tail.y], color: 'run0', faint: true },
      { label: 'training', x: steps, y: epochs.map(row => row.trainLoss), color: 'run0', points },
      { label: 'validation', x: steps, y: epochs.map(row => row.validationLoss), color: 'run1', points },
    ].filter(line => line.x.length));
    const x = epochs.map(row => row.epoch);
    error.set([
      { label: 'training', x, y: epochs.map(row => 1 - row.trainAccuracy), color: 'run0', points },
      { label: 'validation', x, y: epochs.map(row => row.validationAccuracy === null ? null : 1 - row.validationAccuracy),
        color: 'run1', points },
    ].filter(line => line.x.length));
    rate.set(x.length ? [{ label: 'rate', x, y: epochs.map(row => row.rate), color: 'run2', points }] : []);
    speed.set(x.length ? [{ label: 'examples/s', x, y: epochs.map(row => row.examplesPerSecond), color: 'run3', points }] : []);
  }

  watch(kind => {
    const step = runs.get(name)?.live?.step;
    if (kind === 'step' && step) {
      const at = (step.epoch - 1) * step.steps + step.step;
      if (at < live.x.at(-1)) { // the run resumed from an earlier checkpoint
        const kept = live.x.findIndex(x => x >= at);
        live = { x: live.x.slice(0, kept), y: live.y.slice(0, kept) };
      }
      if (at > (live.x.at(-1) ?? 0)) {
        live.x.push(at);
        live.y.push(step.batchLoss);
      }
      if (live.x.length > MOST_LIVE) {
        live = { x: live.x.filter((_, i) => i % 2), y: live.y.filter((_, i) => i % 2) };
      }
    }
    draw();
  });
  draw();
  return () => [loss, error, rate, speed].forEach(one => one.end());
}
