import type { ListedMigration } from '../../../functions/migration/view.ts';
import { statusWords, type Tone } from './status-words.ts';

/** Each tone has a form of its own, too: a colour alone tells nothing to many. */
const FORMS: Record<Tone, string> = {
  idle: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Zm0 2a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z',
  run: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Zm0 2v8a4 4 0 0 0 0-8Z',
  yours: 'M8 1l7 7-7 7-7-7 7-7Zm-1 3.5v4.5h2V4.500H7ZM7 10v2h2v-2H7Z',
  act: 'M2 3l5 5-5 5V3Zm6 0l5 5-5 5V3Z',
  ok: 'M6.200 13L1.500 8.300l1.600-1.600 3.100 3.100 6.700-6.700 1.600 1.600L6.200 13Z',
  bad: 'M3.400 1.800L8 6.400l4.600-4.600 1.600 1.600L9.600 8l4.600 4.600-1.600 1.600L8 9.600l-4.600 4.600-1.600-1.600L6.400 8 1.800 3.400l1.600-1.600Z',
  off: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2ZM4.500 7v2h7V7h-7Z',
};

export const ToneMark = ({ tone }: { tone: Tone }) => (
  <svg class="mark" viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
    <path d={FORMS[tone]} fill="currentColor" fill-rule="evenodd" />
  </svg>
);

export const StatusBadge = ({
  migration: { status, phase, dryRunResult },
}: {
  migration: Pick<ListedMigration, 'status' | 'phase' | 'dryRunResult'>;
}) => {
  const { tone, text } = statusWords(status, phase, dryRunResult?.verdict);
  return (
    <span class={`badge ${tone}`}>
      <ToneMark tone={tone} />
      {text}
    </span>
  );
};
