import { announce } from '../../data/announce.tsx';
import { whenText } from '../parts.tsx';
import { canZoom, type Range, type Step, zoomed } from './zoom.ts';

const STEPS: readonly [step: Step, text: string, name: string][] = [
  ['earlier', '←', 'Earlier'],
  ['later', '→', 'Later'],
  ['closer', '+', 'Look closer'],
  ['wider', '−', 'Look at more'],
];

const timeOf = (seconds: number): string => whenText(new Date(seconds * 1000).toISOString());

const shownText = (zoom: Range | undefined): string =>
  zoom ? `${timeOf(zoom.min)} to ${timeOf(zoom.max)}` : 'all of the time above';

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
  const take = (step: Step) => {
    if (!canZoom(step, shown, whole)) return;
    const next = zoomed(step, shown, whole);
    onZoom(next);
    announce(`The charts show ${shownText(next)}`);
  };
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
          onClick={() => take(step)}
        >
          {text}
        </button>
      ))}
      <span class="shown muted small figures">{shownText(zoom)}</span>
    </fieldset>
  );
};
