import type { OffsetCertificate } from '../../../functions/migration/certificate.ts';
import type { BackOut, FenceSummary } from '../../../functions/migration/cutover-record.ts';
import type { CutoverView } from '../../../functions/migration/cutover-view.ts';
import { Note } from '../parts/note.tsx';
import { duration } from '../parts/text.ts';
import { Ago } from '../parts/time.tsx';
import { cutoverSteps, fenceText, isOutcomeUnknown } from './cutover.ts';
import { Fact, Facts, Section, When, Wide } from './parts.tsx';
import { askedBy, endpoint } from './sentences.ts';

/** How it cuts over, what stood on the source, and what came of it. */
export const Cutover = ({ cutover, completeSentAt }: { cutover: CutoverView; completeSentAt: string | undefined }) => {
  const { fenced, backOuts = [], certificate, rollback, confirmation, confirmRefused, unfenceRefused } = cutover;
  const whole = certificate && 'certificate' in certificate ? certificate : undefined;
  return (
    <Section
      id="cutover"
      title="Cutover"
      aside={<span class="muted small">{cutover.mode === 'manual' ? 'when you ask for it' : 'by itself'}</span>}
    >
      {completeSentAt && isOutcomeUnknown(cutover) && (
        <Note tone="danger" title="CompleteMigration was sent, and its outcome is not known">
          <p>
            It was sent at <When at={completeSentAt} />. Until somebody has looked, no client may write to either side.
          </p>
        </Note>
      )}
      <Asked cutover={cutover} />
      {fenced && <Steps cutover={cutover} fenced={fenced} certificate={whole} />}
      {whole && <FencedNodes certificate={whole} />}
      {confirmation && (
        <p class="small">
          The promotion rests on the word of <span class="foreign">{askedBy(confirmation.by)}</span>.
        </p>
      )}
      {confirmation?.unfenced && (
        <Note tone="danger" title="The source's fence was not seen to stand then">
          <ul class="foreign">
            {confirmation.unfenced.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </Note>
      )}
      {confirmRefused && (
        <Note tone="warn" title="Your word for the promotion was not taken">
          <p class="foreign">{confirmRefused.why}</p>
        </Note>
      )}
      {unfenceRefused && (
        <Note tone="warn" title="Your word to lift the fence was not taken">
          <p class="foreign">{unfenceRefused.why}</p>
        </Note>
      )}
      {rollback && (
        <Note
          tone="info"
          title={rollback.possible ? 'One call still returns to the source' : 'No call returns to the source any more'}
        >
          <p class="foreign">{rollback.why}</p>
          <p class="muted small">
            Seen <Ago at={rollback.asOf} /> ago.
          </p>
        </Note>
      )}
      {backOuts.length > 0 && <BackOuts backOuts={backOuts} />}
      <Facts>
        <Fact name="Fence asked for">{cutover.fence}</Fact>
        <Fact name="Drain at most">{cutover.drainBudgetMs !== undefined && duration(cutover.drainBudgetMs)}</Fact>
        <Fact name="In doubt after">
          {cutover.promotionBudgetSeconds !== undefined && duration(cutover.promotionBudgetSeconds * 1000)}
        </Fact>
        <Fact name="Closes after quiet of">
          {cutover.quietSeconds !== undefined && duration(cutover.quietSeconds * 1000)}
        </Fact>
      </Facts>
    </Section>
  );
};

const Asked = ({ cutover: { requestedAt, reason, by, waivers = [] } }: { cutover: CutoverView }) =>
  requestedAt ? (
    <p class="small">
      Asked for at <When at={requestedAt} />
      {by && (
        <>
          {' '}
          by <span class="foreign">{askedBy(by)}</span>
        </>
      )}
      {reason && (
        <>
          : <q class="foreign">{reason}</q>
        </>
      )}
      {waivers.length > 0 && (
        <>
          {' '}
          · waives <code class="foreign">{waivers.join(', ')}</code>
        </>
      )}
    </p>
  ) : null;

const Steps = ({
  cutover,
  fenced,
  certificate,
}: {
  cutover: CutoverView;
  fenced: FenceSummary;
  certificate: OffsetCertificate | undefined;
}) => (
  <>
    <p>{fenceText(fenced, cutover.confirmation)}</p>
    <ol class="moments">
      {cutoverSteps(cutover, certificate).map(({ title, at, sinceFreezeMs, more }) => (
        <li key={title}>
          <span class="moment-time">
            <When at={at} />
          </span>
          <span>
            {title}
            {more && <span class="sub foreign">{more}</span>}
          </span>
          <span class="figures muted">{sinceFreezeMs === undefined ? '' : `+${duration(sinceFreezeMs)}`}</span>
        </li>
      ))}
    </ol>
    {cutover.outageMs !== undefined && (
      <p>
        Writes stood still for <strong class="figures">{duration(cutover.outageMs)}</strong>, from the freeze to the
        promotion; until clients are re-pointed comes on top of it.
      </p>
    )}
  </>
);

const FencedNodes = ({ certificate: { fence } }: { certificate: OffsetCertificate }) => (
  <Wide label="Fence of each node">
    <table class="dense">
      <caption>Fence of each node of the source</caption>
      <thead>
        <tr>
          <th scope="col">Node of the source</th>
          <th scope="col">Role</th>
          <th scope="col">Fence</th>
          <th scope="col">Outlives a restart</th>
        </tr>
      </thead>
      <tbody>
        {fence.nodes.map((node) => (
          <tr key={endpoint(node.endpoint)}>
            <th scope="row" class="foreign mono">
              {endpoint(node.endpoint)}
            </th>
            <td>{node.role}</td>
            <td>{fence.kind}</td>
            <td>{node.outlivesRestart ? 'yes' : <span class="warn-text">no</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Wide>
);

const BackOuts = ({ backOuts }: { backOuts: BackOut[] }) => (
  <div class="back-outs">
    <h3>Cutovers that came to nothing</h3>
    <ol class="moments two">
      {backOuts.toReversed().map(({ at, reason, request }) => (
        <li key={at}>
          <span class="moment-time">
            <When at={at} />
          </span>
          <span>
            <span class="foreign">{reason}</span>
            {request?.by && (
              <span class="sub">
                asked for by <span class="foreign">{askedBy(request.by)}</span>
              </span>
            )}
          </span>
        </li>
      ))}
    </ol>
  </div>
);
