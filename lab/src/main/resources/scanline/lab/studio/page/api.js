// What the server knows: asked for, or told as it changes.
import { notice } from './dom.js';

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error(body.error ?? `the studio answered ${response.status}`);
  }
  return body;
}

/** Asks for what a path and a query name. */
export async function get(path, query = {}) {
  return answer(await fetch(`api/${path}?${new URLSearchParams(query)}`));
}

/** Sends a JSON object. */
export async function post(path, body) {
  return answer(await fetch(`api/${path}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  }));
}

/** Does something, and says it if it fails. */
export async function attempt(doing) {
  try {
    return await doing();
  } catch (e) {
    notice(e.message);
    return null;
  }
}

/** All runs by their names, as they are now. */
export const runs = new Map();

const AGAIN_MILLIS = 3000;

const listeners = new Set();

/** Is told of each change: what it is (run, step, gone or all) and of which run; gives back what ends that. */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(kind, name) {
  for (const listener of [...listeners]) {
    listener(kind, name);
  }
}

async function load() {
  const all = await get('runs');
  runs.clear();
  for (const run of all) {
    runs.set(run.name, run);
  }
  tell('all', '');
}

/** Gets all runs, and follows what changes from there on; not while nobody sees the page, as a browser has few connections. */
export async function follow(connected) {
  let source = open(connected);
  document.addEventListener('visibilitychange', () => {
    source.close();
    if (!document.hidden) {
      source = open(connected);
    }
  });
  setInterval(() => {
    if (source.readyState === EventSource.CLOSED && !document.hidden) { // the browser gave up
      source = open(connected);
    }
  }, AGAIN_MILLIS);
  await load();
}

function open(connected) {
  const source = new EventSource('api/events');
  let first = true;
  const on = (kind, handle) => source.addEventListener(kind, event => handle(JSON.parse(event.data)));
  on('run', run => {
    runs.set(run.name, run);
    tell('run', run.name);
  });
  on('step', ({ name, live }) => {
    const run = runs.get(name);
    if (run) {
      run.live = live;
      tell('step', name);
    }
  });
  on('gone', ({ name }) => {
    runs.delete(name);
    tell('gone', name);
  });
  on('failed', ({ name, why }) => notice(`${name}: ${why}`));
  on('missed', () => attempt(load));
  source.addEventListener('open', () => {
    connected(true);
    if (first && runs.size > 0) { // what changed while nobody listened
      attempt(load);
    }
    first = false;
  });
  source.addEventListener('error', () => connected(false));
  return source;
}
