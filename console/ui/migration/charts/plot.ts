import uPlot from 'uplot';
import { aloneIn, type Band } from './series.ts';

export interface Line {
  label: string;
  /** A class of charts.css whose colour the line has. */
  colour: 'lag' | 'speed' | 'buffer' | 'limit' | 'loss';
  dashed?: boolean;
  filled?: boolean;
}

export interface PlotOptions {
  lines: readonly Line[];
  text(value: number): string;
  bands(): readonly Band[];
  /** The index under the cursor; undefined when it has left. */
  onCursor(index: number | undefined): void;
  /** The time that was chosen by dragging, in seconds; undefined for all of it. */
  onZoom(range: { min: number; max: number } | undefined): void;
}

export interface Plot {
  draw(data: (number | null)[][], range: { min: number; max: number }): void;
  /** After a change of the theme: a canvas has no style sheet. */
  recolour(): void;
  end(): void;
}

const HEIGHT = 132;
const AXIS_WIDTH = 66;
const KEY = 'charts';
const FONT = '11px system-ui, sans-serif';

/** A chart of time. All charts of a page share one cursor. */
export const makePlot = (place: HTMLElement, { lines, text, bands, onCursor, onZoom }: PlotOptions): Plot => {
  let colours = coloursOf(place);
  const axis = {
    stroke: () => colours.text,
    font: FONT,
    ticks: { show: false },
    grid: { stroke: () => colours.grid, width: 1 },
  };
  const plot = new uPlot(
    {
      width: Math.max(200, place.clientWidth),
      height: HEIGHT,
      padding: [6, 26, 0, 0],
      legend: { show: false },
      scales: { x: { time: true }, y: { range: (_, __, most) => [0, Math.max(1, most) * 1.08] } },
      cursor: {
        sync: { key: KEY, setSeries: false },
        points: { size: 7 },
        drag: { x: true, y: false, setScale: false },
        y: false,
      },
      axes: [
        { ...axis, size: 26, space: 70, values: clockValues },
        { ...axis, size: AXIS_WIDTH, space: 34, incrs: BYTE_STEPS, values: (_, splits) => splits.map(text) },
      ],
      series: [
        {},
        ...lines.map(({ label, colour, dashed, filled }) => ({
          label,
          stroke: () => colours[colour],
          width: 1.5,
          ...(dashed && { dash: [5, 4] }),
          ...(filled && { fill: () => `${colours[colour].replace(')', ' / 14%)')}` }),
          points: {
            show: false,
            size: 4,
            fill: () => colours[colour],
            filter: ({ data }: uPlot, at: number) => aloneIn(data[at] ?? []),
          },
          spanGaps: false,
        })),
      ],
      hooks: {
        drawClear: [(self) => drawBands(self, bands(), colours)],
        setCursor: [({ cursor: { idx } }) => onCursor(idx ?? undefined)],
        setSelect: [
          (self) => {
            const { left, width } = self.select;
            if (width < 5) return;
            onZoom({ min: self.posToVal(left, 'x'), max: self.posToVal(left + width, 'x') });
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    },
    [[], ...lines.map(() => [])] as unknown as uPlot.AlignedData,
    place,
  );
  plot.over.addEventListener('dblclick', () => onZoom(undefined));
  const observer = new ResizeObserver(() => plot.setSize({ width: Math.max(200, place.clientWidth), height: HEIGHT }));
  observer.observe(place);
  return {
    draw(data, { min, max }) {
      plot.batch(() => {
        plot.setData(data as uPlot.AlignedData, false);
        plot.setScale('x', { min, max: Math.max(max, min + 10) });
      });
    },
    recolour() {
      colours = coloursOf(place);
      plot.redraw(false);
    },
    end() {
      observer.disconnect();
      plot.destroy();
    },
  };
};

const KIB = 1024;
/** Round in bytes, and not in tens. */
const BYTE_STEPS = Array.from({ length: 5 }, (_, power) =>
  [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((step) => step * KIB ** power),
).flat();

const clockValues = (_: uPlot, splits: number[], __: number, ___: number, step: number): string[] =>
  splits.map((seconds) => {
    const at = new Date(seconds * 1000);
    const [clock = '', date] = [at.toTimeString(), at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })];
    if (step >= 86_400 || clock.startsWith('00:00:00')) return date;
    return clock.slice(0, step < 60 ? 8 : 5);
  });

type Colours = Record<'text' | 'grid' | 'loss' | 'act' | 'wait' | Line['colour'], string>;
const NAMES: readonly (keyof Colours)[] = ['text', 'grid', 'loss', 'act', 'wait', 'lag', 'speed', 'buffer', 'limit'];

/** The style sheet's colours as a canvas takes them. */
const coloursOf = (place: HTMLElement): Colours => {
  const probe = document.createElement('span');
  place.append(probe);
  const read = (name: string) => {
    probe.className = `of-${name}`;
    return getComputedStyle(probe).color.replace(/^rgba?\((\d+), (\d+), (\d+).*/, 'rgb($1 $2 $3)');
  };
  const colours = Object.fromEntries(NAMES.map((name) => [name, read(name)])) as Colours;
  probe.remove();
  return colours;
};

const SHADES: Partial<Record<string, 'loss' | 'act' | 'wait'>> = {
  linkLost: 'loss',
  promotionInDoubt: 'loss',
  verifying: 'wait',
  draining: 'act',
  fencing: 'act',
  completing: 'act',
  promoting: 'act',
};

const drawBands = ({ ctx, bbox, scales: { x }, valToPos }: uPlot, bands: readonly Band[], colours: Colours): void => {
  const { min, max } = x ?? {};
  if (min == null || max == null) return;
  ctx.save();
  for (const { phase, fromSeconds, toSeconds } of bands) {
    if (toSeconds < min || fromSeconds > max) continue;
    const left = Math.max(bbox.left, valToPos(fromSeconds, 'x', true));
    const right = Math.min(bbox.left + bbox.width, valToPos(toSeconds, 'x', true));
    const shade = SHADES[phase];
    if (shade) {
      ctx.fillStyle = colours[shade].replace(')', ' / 13%)');
      ctx.fillRect(left, bbox.top, Math.max(1, right - left), bbox.height);
    }
    if (fromSeconds > min) {
      ctx.fillStyle = colours.grid;
      ctx.fillRect(Math.round(left), bbox.top, devicePixelRatio, bbox.height);
    }
  }
  ctx.restore();
};
