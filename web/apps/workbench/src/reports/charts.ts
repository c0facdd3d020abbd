// Lines over time, drawn by uPlot in the colours of the page.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** One line. `values` belong to the times of the chart; null is a hole. */
export interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

/** What is drawn; `times` are in milliseconds since 1970. */
export interface Chart {
  readonly times: readonly number[];
  /** What the times are called, and how one is written. */
  readonly timeLabel: string;
  readonly written: (at: number) => string;
  readonly lines: readonly Line[];
}

/** Draws into `element`; returns how to take it away. */
export function drawLines(element: HTMLElement, { times, timeLabel, written, lines }: Chart): () => void {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: token('--ink-3'),
    font: '12px system-ui',
    grid: { stroke: token('--line'), width: 1 },
    ticks: { show: false },
  };
  const dashes = [[], [6, 4], [2, 3]];
  const chart = new uPlot(
    {
      width: element.clientWidth,
      height: 240,
      // Half a label has room on the right.
      padding: [8, 28, 0, 0],
      legend: { live: true },
      series: [
        { label: timeLabel, value: (_chart, at: number | null) => (at === null ? '–' : written(at * 1000)) },
        ...lines.map(({ label }, index) => ({
          label,
          stroke: token(`--chart-${index + 1}`),
          width: 2,
          dash: dashes[index % dashes.length] ?? [],
          points: { size: 6 },
        })),
      ],
      axes: [
        { ...axis, space: 90, values: (_chart, ticks) => ticks.map((at) => written(at * 1000)) },
        { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000] },
      ],
      scales: { y: { range: (_chart, _low, high) => [0, Math.max(4, Math.ceil(high * 1.1))] } },
    },
    [times.map((at) => at / 1000), ...lines.map(({ values }) => [...values])],
    element,
  );
  const resized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: 240 }));
  resized.observe(element);
  return () => {
    resized.disconnect();
    chart.destroy();
  };
}
