import { percent as percentText } from './text.ts';

/** @param percent 0-100 @param label what progresses, for who cannot see the bar */
export const Progress = ({ percent, label }: { percent: number; label: string }) => (
  <span class="progress">
    <progress value={percent} max={100} aria-label={label}>
      {percentText(percent)}
    </progress>
    <span class="figures">{percentText(percent)}</span>
  </span>
);
