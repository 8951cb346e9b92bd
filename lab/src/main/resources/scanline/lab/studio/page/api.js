// The API of the server: requests, and the events that report changes.
import { notice } from './dom.js';

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error(body.error ?? `the studio answered ${response.status}`);
  }
  return body;
}

/** Sends a GET request for a path and a query; returns the JSON answer. */
export async function get(path, query = {}) {
  return answer(await fetch(`api/${path}?${new URLSearchParams(query)}`));
}

/** Posts a JSON object to a path; returns the JSON answer. */
export async function post(path, body) {
  return answer(await fetch(`api/${path}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  }));
}

/** Runs an action; if it fails, shows the error and returns null. */
export async function attempt(doing) {
  try {
    return await doing();
  } catch (e) {
    notice(e.message);
    return null;
  }
}

/** All runs by name, kept up to date. */
export const runs = new Map();

const AGAIN_MILLIS = 3000;

const listeners = new Set();

/** Calls a listener with the kind of each change (run, step, gone or all) and the name of the run; returns a function that removes it. */
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

/** Loads all runs and follows their changes, except while the page is hidden, because a browser has few connections. */
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
    if (first && runs.size > 0) { // changes from the time without a connection
      attempt(load);
    }
    first = false;
  });
  source.addEventListener('error', () => connected(false));
  return source;
}
