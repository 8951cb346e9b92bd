// The frame of all views: shows the view of an address, and whether the server responds.
import { fill, h } from './dom.js';
import { follow } from './api.js';
import { runsView } from './runs.js';
import { runView } from './run.js';
import { compareView } from './compare.js';
import { lookView } from './look.js';
import { docView } from './doc.js';

// The first part of an address, and its view. A view fills an element and returns a function that ends it.
const VIEWS = { '': runsView, run: runView, compare: compareView, look: lookView, doc: docView };

const main = document.getElementById('main');
let end = () => {};

/** Decodes a part of an address; returns it unchanged if its encoding is broken. */
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
    fill(main, h('h1', {}, 'Page not found'), h('p', {}, h('a', { href: '#/' }, 'All runs')));
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
  event.preventDefault(); // #main is not the address of a view
  main.focus();
});

const connection = document.getElementById('connection');

await follow(here => {
  connection.textContent = here ? '' : 'The studio is not responding; retrying';
}).catch(() => {
  connection.textContent = 'The studio is not responding; reload the page once it is running';
});
addEventListener('hashchange', () => {
  show();
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
});
show();
