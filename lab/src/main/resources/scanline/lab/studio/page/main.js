// The frame of all views: which of them an address shows, and whether the server is there.
import { fill, h } from './dom.js';
import { follow } from './api.js';
import { runsView } from './runs.js';
import { runView } from './run.js';
import { compareView } from './compare.js';
import { lookView } from './look.js';
import { docView } from './doc.js';

// What an address begins with, and the view that it shows. A view fills an element and gives back what ends it.
const VIEWS = { '': runsView, run: runView, compare: compareView, look: lookView, doc: docView };

const main = document.getElementById('main');
let end = () => {};

/** What an address has encoded; as it stands if it is broken. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function show() {
  const [place, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, ...rest] = place.split('/');
  end();
  end = () => {};
  const view = VIEWS[name];
  fill(main);
  if (view) {
    end = view(main, rest.map(decoded).join('/'), new URLSearchParams(query)) ?? end;
  } else {
    fill(main, h('h1', {}, 'There is nothing here'), h('p', {}, h('a', { href: '#/' }, 'All runs')));
  }
  for (const link of document.querySelectorAll('.top nav a')) {
    const own = link.getAttribute('href').replace('#/', '');
    if (own === name || (own === '' && (name === 'run' || name === 'compare'))) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
}

document.querySelector('.skip').addEventListener('click', event => {
  event.preventDefault(); // its address is none of a view's
  main.focus();
});

const connection = document.getElementById('connection');

await follow(here => {
  connection.textContent = here ? '' : 'The studio does not answer; trying again';
}).catch(() => {
  connection.textContent = 'The studio does not answer; reload the page when it runs';
});
addEventListener('hashchange', () => {
  show();
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
});
show();
