// Curves of runs, drawn by uPlot: one chart per measure, with one line per run and split.
import { color, h } from './dom.js';

/** The number of runs that can be told apart by their colors. */
export const MOST = 8;

export const runColor = i => `run${i % MOST}`;

// Ticks of epochs and steps are whole numbers.
const WHOLE = [1, 2, 5].flatMap(n => [0, 1, 2, 3, 4, 5, 6, 7, 8].map(power => n * 10 ** power)).sort((a, b) => a - b);

/** The exponential moving average of a line, bias-corrected so that early points are not pulled toward zero. Gaps stay gaps. */
export function smoothed(values, weight) {
  let mean = 0;
  let mass = 0;
  return values.map(value => {
    if (value === null || weight === 0) {
      return value;
    }
    mean = weight * mean + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return mean / mass;
  });
}

/**
 * A chart whose lines can be replaced.
 * A line: { label, x: [...], y: [...], color, dashed, points }; color is the name of a color in the style sheet.
 */
export function chart(title, { x = 'step', log = false, format = value => value.toPrecision(3),
  ticked = value => String(Number(value.toPrecision(2))), height = 260 } = {}) {
  const box = h('figure', { class: 'chart' }, h('figcaption', {}, title));
  let plot = null;
  let last = [];
  let zoomed = false; // a zoomed range stays while lines grow

  function options(lines) {
    const axis = { stroke: color('soft'), grid: { stroke: color('line'), width: 1 }, ticks: { stroke: color('line'), width: 1 },
      font: '12px system-ui, sans-serif' };
    return {
      width: Math.max(240, box.clientWidth), height, legend: { live: true },
      hooks: { setSelect: [({ select }) => {
        zoomed = select.width > 0;
      }] },
      cursor: { bind: { dblclick: (_, __, handle) => event => {
        zoomed = false;
        return handle(event);
      } }, drag: { x: true, y: false }, points: { size: 7 } },
      scales: { x: { time: false }, y: { distr: log ? 3 : 1 } },
      axes: [{ ...axis, label: x, labelSize: 16, labelFont: '12px system-ui, sans-serif',
        incrs: WHOLE, values: (_, ticks) => ticks.map(tick => tick.toLocaleString('en')) },
      { ...axis, size: 66, values: (_, ticks) => ticks.map(tick => tick === null ? '' : ticked(tick)) }],
      series: [{ label: x }, ...lines.map(line => ({
        label: line.label, stroke: color(line.color), width: line.faint ? 1 : 2, dash: line.dashed ? [6, 4] : undefined,
        points: { show: line.points ?? false, size: 5 }, spanGaps: true, alpha: line.faint ? 0.45 : 1,
        value: (_, value) => value === null || value === undefined ? '–' : format(value),
      }))],
    };
  }

  function set(lines) {
    last = lines;
    box.dataset.points = lines.reduce((sum, line) => sum + line.y.filter(value => value !== null).length, 0);
    const positive = value => value === null || value === undefined || (log && value <= 0) ? null : value;
    const data = lines.length ? uPlot.join(lines.map(line => [line.x, line.y.map(positive)])) : null;
    const same = plot && plot.series.length === lines.length + 1
      && lines.every((line, i) => plot.series[i + 1].label === line.label);
    if (same) {
      plot.setData(data, !zoomed);
      if (zoomed) {
        plot.redraw();
      }
    } else {
      plot?.destroy();
      plot = data ? new uPlot(options(lines), data, box) : null;
    }
  }

  const redraw = () => {
    plot?.destroy();
    plot = null;
    set(last);
  };
  const watch = new ResizeObserver(() => plot?.setSize({ width: Math.max(240, box.clientWidth), height }));
  watch.observe(box);
  document.addEventListener('theme', redraw);
  return { box, set, end: () => {
    watch.disconnect();
    document.removeEventListener('theme', redraw);
    plot?.destroy();
  } };
}
