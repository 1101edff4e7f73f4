import type {
  VerificationCounts,
  VerificationProgress,
  VerificationReport,
} from '../../../functions/migration/verification.ts';
import type { VerificationView } from '../../../functions/migration/view.ts';
import { Note } from '../parts/note.tsx';
import { Progress } from '../parts/progress.tsx';
import { count, duration } from '../parts/text.ts';
import { Ago } from '../parts/time.tsx';
import { Differences } from './differences.tsx';
import { Fact, Facts, Section, When } from './parts.tsx';
import { left } from './sentences.ts';

const TITLES: Record<VerificationReport['verdict'], { tone: 'ok' | 'danger' | 'warn'; title: string }> = {
  same: { tone: 'ok', title: 'Source and target hold the same' },
  different: { tone: 'danger', title: 'Source and target differ' },
  unknown: { tone: 'warn', title: 'It could not be told whether they hold the same' },
};

/** How source and target compare. */
export const Verification = ({ verification, isUnderWay }: { verification: VerificationView; isUnderWay: boolean }) => {
  const { mode, sampleKeys, maxKeysPerSecond, freshForMinutes, ttlToleranceMs, progress, report } = verification;
  return (
    <Section
      id="verification"
      title="Verification"
      aside={
        <span class="muted small">{mode === 'sample' ? `sample of ${count(sampleKeys ?? 0)} keys` : 'every key'}</span>
      }
    >
      {isUnderWay && progress && <UnderWay progress={progress} />}
      {!progress && !report && <p class="muted">It begins when the target is in sync.</p>}
      {report && <Report report={report} isOld={isUnderWay} />}
      <Facts>
        <Fact name="Speed">{maxKeysPerSecond !== undefined && `at most ${count(maxKeysPerSecond)} keys a second`}</Fact>
        <Fact name="A result is fresh for">{freshForMinutes !== undefined && duration(freshForMinutes * 60_000)}</Fact>
        <Fact name="Expiries may differ by">{ttlToleranceMs !== undefined && duration(ttlToleranceMs)}</Fact>
      </Facts>
    </Section>
  );
};

const UnderWay = ({ progress }: { progress: VerificationProgress }) => {
  const { percent, keysDone, keysTotal, keysPerSecond, etaSeconds, waitingFor, counts } = progress;
  return (
    <div class="bar">
      <Progress percent={percent} label="Comparison of source and target" />
      <p class="small figures">
        {count(keysDone)} of {count(keysTotal)} keys
        {keysPerSecond !== undefined && ` · ${count(keysPerSecond)} a second`}
        {left(etaSeconds) && ` · ${left(etaSeconds)}`}
        {waitingFor && ` · waits for ${waitingFor}`}
      </p>
      <Counts counts={counts} />
    </div>
  );
};

const Report = ({ report, isOld }: { report: VerificationReport; isOld: boolean }) => {
  const { verdict, why, startedAt, verifiedAt, confidence, counts, differences, untold, notes, epoch } = report;
  return (
    <div class="report">
      <Note {...TITLES[verdict]}>
        <p class="foreign">
          {isOld && 'The verification before this one: '}
          {why}
        </p>
        <p class="small muted figures">
          <When at={verifiedAt} />, <Ago at={verifiedAt} /> ago; it took{' '}
          {duration(Date.parse(verifiedAt) - Date.parse(startedAt))}.
        </p>
      </Note>
      {confidence && <p class="small foreign">{confidence.text}</p>}
      {counts && <Counts counts={counts} />}
      {differences.length > 0 && <Differences differences={differences} counts={counts} />}
      {untold.length > 0 && (
        <details>
          <summary>{untold.length === 1 ? 'A key' : `${untold.length} keys`} that could not be told</summary>
          <ul class="plain small foreign">
            {untold.map((what) => (
              <li key={what}>{what}</li>
            ))}
          </ul>
        </details>
      )}
      {notes.length > 0 && (
        <ul class="notes small foreign">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {epoch && (
        <p class="muted small">
          It holds for the copy under replication id <span class="mono foreign">{epoch.replicationId}</span>.
        </p>
      )}
    </div>
  );
};

const Counts = ({ counts }: { counts: VerificationCounts }) => {
  const { compared, lookedFor, big, candidates, settled, expired, evicted, unsettled, unreadable } = counts;
  const different = Object.entries(counts.differences).filter(([, keys]) => keys > 0);
  return (
    <Facts>
      <Fact name="Compared">{count(compared)}</Fact>
      <Fact name="Looked for on the source">{count(lookedFor)}</Fact>
      <Fact name="Big, piece by piece">{big > 0 && count(big)}</Fact>
      <Fact name="Looked at again">{candidates > 0 && `${count(candidates)}, of which ${count(settled)} settled`}</Fact>
      <Fact name="Expired meanwhile">{expired > 0 && count(expired)}</Fact>
      <Fact name="Evicted meanwhile">{evicted > 0 && count(evicted)}</Fact>
      <Fact name="Changed too fast">{unsettled > 0 && count(unsettled)}</Fact>
      <Fact name="Unreadable">{unreadable > 0 && count(unreadable)}</Fact>
      <Fact name="Differences">
        {different.length > 0 && (
          <span class="bad-text">{different.map(([kind, keys]) => `${kind} ${count(keys)}`).join(', ')}</span>
        )}
      </Fact>
    </Facts>
  );
};
