import { useEffect, useId, useRef } from 'preact/hooks';
import type { Sample } from '../../../../functions/migration/sample.ts';
import { bytes } from '../../parts/text.ts';
import { whenText } from '../parts.tsx';
import { type Line, makePlot, type Plot } from './plot.ts';
import { type Band, type Figure, type Series, type Summary, summaryOf } from './series.ts';

export interface ChartProps {
  title: string;
  hint: string;
  lines: readonly (Line & { figure: Figure })[];
  unit: '' | '/s';
  series: Series;
  samples: readonly Sample[];
  bands: readonly Band[];
  range: { min: number; max: number };
  /** The sample under the cursor of whichever chart. */
  at: number | undefined;
  theme: number;
  onCursor(index: number | undefined): void;
  onZoom(range: { min: number; max: number } | undefined): void;
}

/** Not every figure is still measured: the buffer's ends with the full sync. */
const latestText = (
  { latest, latestAt }: Summary,
  samples: readonly Sample[],
  text: (value: number) => string,
): string =>
  latestAt === samples.at(-1)?.at ? `latest ${text(latest)}` : `last ${text(latest)} at ${whenText(latestAt)}`;

/** One chart, with what is under the cursor told beside its title. */
export const Chart = (props: ChartProps) => {
  const { title, hint, lines, unit, series, samples, range, at, theme } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const titleId = useId();
  const text = (value: number) => `${bytes(Math.round(value))}${unit}`;

  useEffect(() => {
    plot.current = makePlot(place.current as HTMLElement, {
      lines,
      text,
      bands: () => latest.current.bands,
      onCursor: (index) => latest.current.onCursor(index),
      onZoom: (chosen) => latest.current.onZoom(chosen),
    });
    return () => plot.current?.end();
  }, []);
  useEffect(() => {
    plot.current?.draw([series.seconds, ...lines.map(({ figure }) => series.columns[figure])], range);
  }, [series, range]);
  useEffect(() => plot.current?.recolour(), [theme]);

  const [main] = lines;
  const summary = main && summaryOf(samples, main.figure);
  const shown = at === undefined ? undefined : samples[at];
  const told = summary
    ? `${latestText(summary, samples, text)}, at most ${text(summary.most)} at ${whenText(summary.mostAt)}`
    : 'not known yet';
  return (
    <figure class="chart">
      <figcaption>
        <h3 id={titleId}>{title}</h3>
        <span class="muted small chart-hint">{hint}</span>
        <span class="chart-values figures small">
          {shown ? (
            <>
              <span class="muted">{whenText(shown.at)}</span>
              {lines.map(({ label, figure, colour }) => (
                <span key={label}>
                  <i class={`swatch of-${colour}`} aria-hidden="true" /> {lines.length > 1 && `${label} `}
                  {shown[figure] === undefined ? 'not known' : text(shown[figure])}
                </span>
              ))}
            </>
          ) : (
            <span class="muted">{told}</span>
          )}
        </span>
      </figcaption>
      <div ref={place} class="plot" role="img" aria-label={`${title}: ${told}. The figures are in the table below.`} />
    </figure>
  );
};
