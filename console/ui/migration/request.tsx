import type { MigrationView } from '../../../functions/migration/view.ts';
import { fullTime } from '../parts/text.ts';
import { Fact, Facts, Section } from './parts.tsx';
import { askedBy, endpoint } from './sentences.ts';

/** What was asked for, by whom and why: the migration, and what came after it. */
export const Requests = ({ view }: { view: MigrationView }) => {
  const {
    source,
    replicationGroupId,
    acceptedAt,
    startedAt,
    stoppedAt,
    requestedBy,
    reason,
    waivers,
    requests = {},
    replicationTest,
  } = view;
  return (
    <Section id="request" title="Request">
      <Facts>
        <Fact name="Source">
          <span class="foreign mono">{endpoint(source)}</span>
        </Fact>
        <Fact name="Replication group">
          <span class="foreign">{replicationGroupId}</span>
        </Fact>
        <Fact name="Accepted">{fullTime(acceptedAt)}</Fact>
        <Fact name="Replication started">{startedAt && fullTime(startedAt)}</Fact>
        <Fact name="Ended">{stoppedAt && fullTime(stoppedAt)}</Fact>
        <Fact name="Asked for by">{requestedBy && <span class="foreign">{askedBy(requestedBy)}</span>}</Fact>
        <Fact name="Reason">{reason && <span class="foreign">{reason}</span>}</Fact>
        <Fact name="Waivers">{waivers.length > 0 && <code class="foreign">{waivers.join(', ')}</code>}</Fact>
        <Fact name="ElastiCache's test">
          {replicationTest && <span class="foreign">{`${replicationTest.verdict}: ${replicationTest.detail}`}</span>}
        </Fact>
        {Object.entries(requests).map(([act, { at, by, reason: why }]) => (
          <Fact key={act} name={`Asked to ${act}`}>
            {fullTime(at)} by <span class="foreign">{askedBy(by)}</span>
            {why && (
              <>
                : <q class="foreign">{why}</q>
              </>
            )}
          </Fact>
        ))}
      </Facts>
    </Section>
  );
};
