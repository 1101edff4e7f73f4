import { whenText } from '../parts.tsx';
import { canZoom, type Range, type Step, zoomed } from './zoom.ts';

const STEPS: readonly [step: Step, text: string, name: string][] = [
  ['earlier', '←', 'Earlier'],
  ['later', '→', 'Later'],
  ['closer', '+', 'Look closer'],
  ['wider', '−', 'Look at more'],
];

const timeOf = (seconds: number): string => whenText(new Date(seconds * 1000).toISOString());

/** The same as dragging over a chart, for whoever has no pointer. */
export const ZoomButtons = ({
  zoom,
  whole,
  onZoom,
}: {
  /** Undefined: all of it. */
  zoom: Range | undefined;
  whole: Range;
  onZoom(zoom: Range | undefined): void;
}) => {
  const shown = zoom ?? whole;
  return (
    <fieldset class="zoom">
      <legend class="unseen">Part of the time that the charts show</legend>
      {STEPS.map(([step, text, name]) => (
        <button
          key={step}
          type="button"
          aria-label={name}
          title={name}
          // Not disabled: a button that loses the focus by being pressed leaves the keyboard nowhere.
          aria-disabled={!canZoom(step, shown, whole)}
          onClick={() => canZoom(step, shown, whole) && onZoom(zoomed(step, shown, whole))}
        >
          {text}
        </button>
      ))}
      <output class="muted small figures">
        {zoom ? `${timeOf(shown.min)} to ${timeOf(shown.max)}` : 'all of the time above'}
      </output>
    </fieldset>
  );
};
