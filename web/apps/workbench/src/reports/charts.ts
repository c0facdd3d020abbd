// Lines over time, drawn by uPlot in the colours of the page.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** One line. `values` belong to the times of the chart; null is a hole. */
export interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

/** Counts over time; `times` are in milliseconds since 1970. */
export interface Chart {
  readonly times: readonly number[];
  /** What the times are called, and how one is written. */
  readonly timeLabel: string;
  readonly written: (at: number) => string;
  readonly lines: readonly Line[];
}

/** A chart that goes on. */
export interface Course {
  /** Shows other values of the same lines. */
  readonly show: (times: readonly number[], lines: readonly Line[]) => void;
  readonly clear: () => void;
}

/** Stands in the legend where nothing is pointed at. */
const NONE = '–';

const DASHES = [[], [6, 4], [2, 3]];

/** What is drawn of lines: seconds, then the values of each. */
const dataOf = (times: readonly number[], lines: readonly Line[]): uPlot.AlignedData => [
  times.map((at) => at / 1000),
  ...lines.map(({ values }) => [...values]),
];

interface Looks {
  readonly height: number;
  readonly pointSize: number;
  readonly padding?: uPlot.Padding;
  readonly time: uPlot.Series;
  readonly x: uPlot.Axis;
  readonly y: uPlot.Axis;
  readonly legend: uPlot.Legend;
  /** Seconds that are shown up to the last time; none for all there are. */
  readonly window?: number;
  /** What the upper end stands for, by the highest value. */
  readonly top: (high: number) => number;
}

function draw(
  element: HTMLElement,
  times: readonly number[],
  lines: readonly Line[],
  { height, pointSize, padding, time, x, y, legend, window, top }: Looks,
): Course {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: token('--ink-3'),
    font: '12px system-ui',
    grid: { stroke: token('--line'), width: 1 },
    ticks: { show: false },
  };
  const chart = new uPlot(
    {
      width: element.clientWidth,
      height,
      ...(padding && { padding }),
      legend,
      series: [
        time,
        ...lines.map(({ label }, index) => ({
          label,
          stroke: token(`--chart-${index + 1}`),
          width: 2,
          dash: DASHES[index % DASHES.length] ?? [],
          points: { size: pointSize, show: pointSize > 0 },
          value: (_chart: uPlot, value: number | null) => value ?? NONE,
        })),
      ],
      axes: [
        { ...axis, ...x },
        { ...axis, size: 44, ...y },
      ],
      scales: {
        ...(window !== undefined && { x: { range: (_chart, _low, high) => [high - window, high] } }),
        y: { range: (_chart, _low, high) => [0, top(high)] },
      },
    },
    dataOf(times, lines),
    element,
  );
  const resized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
  resized.observe(element);
  return {
    show: (newTimes, newLines) => chart.setData(dataOf(newTimes, newLines)),
    clear: () => {
      resized.disconnect();
      chart.destroy();
    },
  };
}

/** Draws counts into `element`; returns how to take it away. */
export function drawLines(element: HTMLElement, { times, timeLabel, written, lines }: Chart): () => void {
  return draw(element, times, lines, {
    height: 240,
    pointSize: 6,
    // Half a label has room on the right.
    padding: [8, 28, 0, 0],
    time: {
      label: timeLabel,
      value: (_chart, at: number | null) => (at === null ? NONE : written(at * 1000)),
    },
    x: { space: 90, values: (_chart, ticks) => ticks.map((at) => written(at * 1000)) },
    y: { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000] },
    legend: { live: true },
    top: (high) => Math.max(4, Math.ceil(high * 1.1)),
  }).clear;
}

/** Draws the last minutes of measured values; `time` writes times, which are in milliseconds since 1970. */
export function drawCourse(
  element: HTMLElement,
  times: readonly number[],
  lines: readonly Line[],
  time: (at: number) => string,
): Course {
  const x: uPlot.Axis = {
    values: (_chart, seconds) => seconds.map((second) => time(second * 1000)),
    incrs: [60, 120],
    size: 28,
  };
  const top = (high: number) => Math.max(1, high * 1.1);
  return draw(element, times, lines, {
    height: 150,
    pointSize: 0,
    time: {},
    x,
    y: {},
    legend: { live: false },
    window: 300,
    top,
  });
}
