import { useEffect, useRef, useState } from 'preact/hooks';
import type { Announced } from '../../../functions/migration/announced.ts';
import type { MigrationView } from '../../../functions/migration/view.ts';
import { get } from '../data/api.ts';
import { usePoll } from '../data/use-poll.ts';
import { CopyButton } from '../parts/copy.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { ToneMark } from '../parts/status.tsx';
import { count } from '../parts/text.ts';
import { Block, Section, still, When } from './parts.tsx';
import { readOn, sentenceOf, timelinePauseMs, titleOf, toneOf } from './timeline.ts';

/** So many are drawn at once. */
const SHOWN = 100;

/** What was announced, newest first, with what its consumers were told. */
export const Timeline = ({ view }: { view: MigrationView }) => {
  const { migrationId, executionArn, status, phase, outcome, correlationId } = view;
  const path = `/migrations/${encodeURIComponent(migrationId)}`;
  const known = useRef<Announced[]>([]);
  const changedAt = useRef(performance.now());
  const {
    data: events,
    problem,
    refresh,
  } = usePoll<Announced[]>(
    `${path}?timeline=events`,
    async (signal) => {
      const read = (nextToken: string | undefined) => get('announced', path, { timeline: 'events', nextToken }, signal);
      known.current = await readOn(known.current, read);
      return known.current;
    },
    () => timelinePauseMs(outcome !== undefined, performance.now() - changedAt.current),
  );
  useEffect(() => {
    changedAt.current = performance.now();
    refresh();
  }, [status, phase, outcome]);
  const [most, setMost] = useState(SHOWN);
  return (
    <Section
      id="timeline"
      title="Timeline"
      aside={<span class="muted small">{events && `${count(events.length)} events, newest first`}</span>}
    >
      {problem && <ProblemNote problem={problem} />}
      {events?.length === 0 && (
        <p class="muted">
          {outcome
            ? 'The execution is gone: Step Functions keeps it for 90 days after its end.'
            : 'Nothing was announced yet.'}
        </p>
      )}
      <ol class="timeline">
        {events?.slice(0, most).map((event) => (
          <Event key={event.detail.metadata.id} event={event} />
        ))}
      </ol>
      {events && events.length > most && (
        <button type="button" onClick={() => setMost(most + SHOWN)}>
          Show older ones
        </button>
      )}
      <p class="muted small">
        Execution <span class="mono foreign">{executionArn}</span>, correlation id{' '}
        <span class="mono foreign">{correlationId}</span>
      </p>
    </Section>
  );
};

const Event = still(({ event }: { event: Announced }) => {
  const { at, detailType, detail } = event;
  const [isOpen, setOpen] = useState(false);
  const text = isOpen ? JSON.stringify(detail, null, 2) : '';
  return (
    <li>
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <When at={at} />
          <span class={`event-title tone-${toneOf(detailType)}`}>
            <ToneMark tone={toneOf(detailType)} /> {titleOf(detailType)}
          </span>
          <span class="event-why foreign">{sentenceOf(event)}</span>
        </summary>
        {isOpen && (
          <div class="payload">
            <div class="commands-head">
              <code>{detailType}</code>
              <CopyButton text={text} label={`Copy the payload of ${detailType}`} />
            </div>
            <Block label={`Payload of ${detailType}`} text={text} />
          </div>
        )}
      </details>
    </li>
  );
});
