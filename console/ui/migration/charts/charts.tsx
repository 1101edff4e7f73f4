import 'uplot/dist/uPlot.min.css';
import './charts.css';
import { useMemo, useRef, useState } from 'preact/hooks';
import type { History, Sample } from '../../../../functions/migration/sample.ts';
import type { MigrationView } from '../../../../functions/migration/view.ts';
import { get } from '../../data/api.ts';
import { useTick } from '../../data/clock.ts';
import { usePoll } from '../../data/use-poll.ts';
import { ProblemNote } from '../../parts/problem.tsx';
import { Section } from '../parts.tsx';
import { Chart, type ChartProps } from './chart.tsx';
import { bandsOf, type Figure, type Live, merge, readHistory, toSeries } from './series.ts';
import { HistoryTable } from './table.tsx';
import { useTheme } from './use-theme.ts';
import { type Range, shownOf, type Zoom, zoomTo } from './zoom.ts';
import { ZoomButtons } from './zoom-buttons.tsx';

const POINTS = '1500';
/** The samples are written every half a minute; what is newer the page has seen itself. */
const EVERY_MS = 15_000;
const ENDED_MS = 60_000;
const MOVES_MS = 2000;

const SPANS: [label: string, hours: number | undefined][] = [
  ['10 min', 1 / 6],
  ['1 h', 1],
  ['6 h', 6],
  ['24 h', 24],
  ['All', undefined],
];

/** From the first sample on: to now, as long as it goes on, so that a line that ends is seen to end. */
const wholeOf = (samples: readonly Sample[], isLive: boolean, nowMs: number): Range => {
  const secondsOf = (sample: Sample | undefined) => (sample ? Date.parse(sample.at) / 1000 : 0);
  return { min: secondsOf(samples[0]), max: isLive ? nowMs / 1000 : secondsOf(samples.at(-1)) };
};

/** Lag, throughput and buffer over time: what was kept, and after it what the page has seen itself. */
export const Charts = ({ view, lived }: { view: MigrationView; lived: readonly Live[] }) => {
  const { migrationId, acceptedAt, stoppedAt, outcome } = view;
  const [hours, setHours] = useState<number>();
  const [zoom, setZoom] = useState<Zoom>();
  const [at, setAt] = useState<number>();
  const [isOpen, setOpen] = useState(false);
  const theme = useTheme();
  // While a cutover is awaited nothing else would move the charts on for minutes.
  const nowMs = useTick((now) => (stoppedAt ? 0 : Math.ceil(now / MOVES_MS) * MOVES_MS));
  const endMs = stoppedAt ? Date.parse(stoppedAt) : nowMs;
  const fromMs =
    hours === undefined ? Date.parse(acceptedAt) : Math.max(Date.parse(acceptedAt), endMs - hours * 3_600_000);
  // To the minute, so that the same question is not another one each second.
  const from = new Date(Math.floor(fromMs / 60_000) * 60_000).toISOString();
  const path = `/migrations/${encodeURIComponent(migrationId)}/history`;
  const key = `${path}?${hours}`;
  const known = useRef<{ key: string; history: History }>(undefined);
  const { data, problem } = usePoll<History>(
    key,
    async (signal) => {
      const before = known.current?.key === key ? known.current.history : undefined;
      const history = await readHistory(before, (since = from) =>
        get('history', path, { from: since, points: POINTS }, signal),
      );
      known.current = { key, history };
      return history;
    },
    () => (outcome ? ENDED_MS : EVERY_MS),
  );
  const samples = useMemo(() => merge(data?.samples ?? [], lived, fromMs), [data, lived, hours, nowMs]);
  const series = useMemo(() => toSeries(samples), [samples]);
  const bands = useMemo(() => bandsOf(view, nowMs), [view.phases, stoppedAt, samples, nowMs]);
  // After the promotion nothing follows the source any more.
  const goesOn = outcome === undefined && view.cutover.promotedAt === undefined;
  const has = (figure: Figure) => series.columns[figure].some((value) => value !== null);
  const whole = useMemo(() => wholeOf(samples, goesOn, nowMs), [samples, goesOn, nowMs]);
  const range = useMemo(() => (zoom ? shownOf(zoom, whole) : whole), [zoom, whole]);
  const onZoom = (next: Range | undefined) => setZoom(next && zoomTo(next, whole));
  const shared = { series, samples, bands, range, at, theme, onCursor: setAt, onZoom };

  return (
    <Section
      id="charts"
      title="Lag, throughput, buffer"
      aside={
        <Spans hours={hours} isZoomed={zoom !== undefined} onHours={setHours} onWhole={() => setZoom(undefined)} />
      }
    >
      {problem && <ProblemNote problem={problem} />}
      {samples.length === 0 ? (
        <p class="muted">
          {outcome ? 'No samples were kept of this migration.' : 'There is a sample as soon as the replication runs.'}
        </p>
      ) : (
        <>
          <div class="charts">
            {has('lagBytes') && <Chart {...shared} {...LAG} />}
            <Chart {...shared} {...SPEED} />
            {has('bufferBytes') && <Chart {...shared} {...BUFFER} />}
          </div>
          <p class="muted small chart-key">
            <i class="swatch of-loss" aria-hidden="true" /> link lost, or promotion in doubt{' '}
            <i class="swatch of-wait" aria-hidden="true" /> verification <i class="swatch of-act" aria-hidden="true" />{' '}
            cutover and promotion. Drag to look closer, double-click for all of it, or use the buttons below.
          </p>
          <ZoomButtons zoom={zoom && range} whole={whole} onZoom={onZoom} />
          <details class="chart-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
            <summary>The same as a table</summary>
            {isOpen && <HistoryTable samples={samples} />}
          </details>
        </>
      )}
    </Section>
  );
};

const Spans = ({
  hours,
  isZoomed,
  onHours,
  onWhole,
}: {
  hours: number | undefined;
  isZoomed: boolean;
  onHours(hours: number | undefined): void;
  onWhole(): void;
}) => (
  <fieldset class="spans">
    <legend class="unseen">Time that the charts show</legend>
    {SPANS.map(([label, value]) => (
      <button
        key={label}
        type="button"
        aria-pressed={!isZoomed && hours === value}
        onClick={() => {
          onWhole();
          onHours(value);
        }}
      >
        {label}
      </button>
    ))}
  </fieldset>
);

type Fixed = Pick<ChartProps, 'title' | 'hint' | 'lines' | 'unit'>;

const LAG: Fixed = {
  title: 'Lag',
  hint: 'still to be applied by the target',
  unit: '',
  lines: [{ label: 'lag', figure: 'lagBytes', colour: 'lag', filled: true }],
};
const SPEED: Fixed = {
  title: 'Throughput',
  hint: 'full sync while it copies, then writes applied',
  unit: '/s',
  lines: [{ label: 'throughput', figure: 'bytesPerSecond', colour: 'speed', filled: true }],
};
const BUFFER: Fixed = {
  title: "Source's buffer",
  hint: 'held back for the target during the full sync',
  unit: '',
  lines: [
    { label: 'buffer', figure: 'bufferBytes', colour: 'buffer', filled: true },
    { label: 'limit', figure: 'bufferLimitBytes', colour: 'limit', dashed: true },
  ],
};
