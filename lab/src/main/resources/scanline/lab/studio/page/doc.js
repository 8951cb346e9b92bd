// A page of docs/. Supports as much of Markdown as those pages use.
import { attempt } from './api.js';
import { fill, h } from './dom.js';

/** Text with code, emphasis and links. A link to another page of docs leads there; any other link becomes text. */
function inline(text) {
  const parts = [];
  const pattern = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|\[([^\]]+)\]\(([^)]+)\)/g;
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(at, match.index));
    at = match.index + match[0].length;
    const [, code, strong, soft, link, target] = match;
    parts.push(code ? h('code', {}, code) : strong ? h('b', {}, strong) : soft ? h('em', {}, soft)
      : /^[a-z]+\.md/.test(target) ? h('a', { href: `#/doc/kernels/${target.replace(/#.*/, '')}` }, inline(link)) : inline(link));
  }
  parts.push(text.slice(at));
  return parts;
}

const cells = line => line.replace(/^\||\|$/g, '').split('|').map(cell => inline(cell.trim()));

/** Blocks: a fence, a table, a list, a heading, or a paragraph. */
export function markdown(text) {
  const lines = text.split('\n');
  const blocks = [];
  const take = pattern => {
    const matched = [];
    while (lines.length && pattern.test(lines[0])) {
      matched.push(lines.shift());
    }
    return matched;
  };
  while (lines.length) {
    const line = lines[0];
    if (line.startsWith('```')) {
      lines.shift();
      blocks.push(h('pre', { tabindex: '0' }, take(/^(?!```)/).join('\n')));
      lines.shift();
    } else if (line.startsWith('|')) {
      const [head, , ...rows] = take(/^\|/);
      blocks.push(h('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': 'Table' }, h('table', {},
        h('thead', {}, h('tr', {}, cells(head).map(cell => h('th', { scope: 'col' }, cell)))),
        h('tbody', {}, rows.map(row => h('tr', {}, cells(row).map(cell => h('td', {}, cell))))))));
    } else if (/^(-|\d+\.) /.test(line)) {
      const items = take(/^((-|\d+\.) |  )/).join('\n').split(/\n(?=(?:-|\d+\.) )/);
      blocks.push(h(line.startsWith('-') ? 'ul' : 'ol', {}, items.map(item => h('li', {}, inline(item.replace(/^(-|\d+\.) /, ''))))));
    } else if (/^#+ /.test(line)) {
      const level = line.indexOf(' ');
      blocks.push(h(`h${level}`, {}, inline(lines.shift().slice(level + 1))));
    } else if (line.trim() === '') {
      lines.shift();
    } else {
      blocks.push(h('p', {}, inline(take(/^(?!```|\||#+ |(-|\d+\.) )\s*\S/).join(' '))));
    }
  }
  return blocks;
}

export function docView(main, page) {
  attempt(async () => {
    const response = await fetch(/^kernels\/[a-z]+\.md$/.test(page) ? page : 'kernels/none.md');
    fill(main, response.ok ? h('article', { class: 'doc' }, markdown(await response.text()))
      : [h('h1', {}, 'Page not found'), h('p', {}, h('a', { href: '#/' }, 'All runs'))]);
  });
  return () => {};
}
