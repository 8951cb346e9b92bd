// The state of a run, in a word, and its progress.
import { duration, h } from './dom.js';

const WORDS = { TRAINING: 'training', STOPPED: 'stopped', FINISHED: 'finished', BROKEN: 'broken' };

/** The fraction of its training that a run has completed. */
export function fraction(run) {
  const step = run.live?.step;
  if (step && run.epochs) {
    return Math.min(1, (step.epoch - 1 + step.step / step.steps) / run.epochs);
  }
  return run.epochs ? Math.min(1, run.epochsDone / run.epochs) : 0;
}

/** The state of a run, with a progress bar until it has finished. */
export function stateOf(run) {
  const word = run.live?.phase === 'TESTING' ? 'testing' : WORDS[run.state];
  const parts = [h('span', { class: `state ${run.state.toLowerCase()}` }, word)];
  if (run.state === 'BROKEN') {
    parts.push(h('small', { class: 'why' }, run.problem));
  } else if (run.state !== 'FINISHED') {
    const done = fraction(run);
    parts.push(h('progress', { max: '1', value: done, 'aria-label': `${run.name}: training progress` }));
    const step = run.live?.step;
    parts.push(h('small', {}, run.state === 'TRAINING' && step
      ? `epoch ${step.epoch} of ${run.epochs}, ${duration(step.secondsLeft)} left`
      : `${run.epochsDone} of ${run.epochs} epochs`));
  }
  return parts;
}
