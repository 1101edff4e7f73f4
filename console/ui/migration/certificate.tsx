import type { CertifiedShard, Confirmation, OffsetCertificate } from '../../../functions/migration/certificate.ts';
import { CopyButton } from '../parts/copy.tsx';
import { Note } from '../parts/note.tsx';
import { count } from '../parts/text.ts';
import { Block, Fact, Facts, Section, When, Wide } from './parts.tsx';
import { askedBy, endpoint } from './sentences.ts';

/** What the cutover rests on, to keep and to check elsewhere. */
export const Certificate = ({ certificate }: { certificate: OffsetCertificate }) => {
  const { migrationId, hash, signature, unsignedBecause, shards, verification, confirmation } = certificate;
  const text = JSON.stringify(certificate, null, 2);
  return (
    <Section
      id="certificate"
      title="Offset certificate"
      aside={
        <span class="actions">
          <CopyButton text={text} label="Copy the certificate" />
          <button type="button" class="copy" onClick={() => download(`${migrationId}-certificate.json`, text)}>
            Download
          </button>
        </span>
      }
    >
      <p class="small">
        Every node of the target had applied what the source had when it was fenced. The file is checked by{' '}
        <code>npm run certificate -- {migrationId}-certificate.json</code>.
      </p>
      {confirmation && <Confirmed confirmation={confirmation} />}
      {shards.map((shard) => (
        <Offsets key={shard.nodeGroupId} shard={shard} />
      ))}
      <Facts>
        <Fact name={hash.algorithm}>
          <span class="mono foreign">{hash.value}</span>
        </Fact>
        <Fact name="Signature">
          {signature ? (
            <>
              {signature.algorithm} by <span class="mono foreign">{signature.keyId}</span>
            </>
          ) : (
            <span class="foreign">{unsignedBecause ?? 'none: no key is configured'}</span>
          )}
        </Fact>
        <Fact name="Verification">
          {verification ? `${verification.verdict}${verification.waived ? ', waived' : ''}` : 'it rests on none'}
        </Fact>
      </Facts>
      <details>
        <summary>The whole certificate</summary>
        <Block label="The whole certificate" text={text} />
      </details>
    </Section>
  );
};

/** What is certified of the time before it is as good as ever. */
const Confirmed = ({
  confirmation: { at, by, reason, unproven, unfenced = [], keys },
}: {
  confirmation: Confirmation;
}) => (
  <Note tone="warn" title="The promotion is confirmed by an operator, and not proven">
    <p>
      By <span class="foreign">{askedBy(by)}</span> at <When at={at} />: <q class="foreign">{reason}</q>
    </p>
    <ul class="foreign">
      {[...unproven, ...unfenced].map((text) => (
        <li key={text}>{text}</li>
      ))}
      {keys.map(({ nodeGroupId, sourceKeys, targetKeys }) => (
        <li key={nodeGroupId}>
          Keys of shard {nodeGroupId} then: {count(targetKeys)} on the target,{' '}
          {sourceKeys === undefined ? 'the source could not be read' : `${count(sourceKeys)} on the source`}.
        </li>
      ))}
    </ul>
  </Note>
);

const Offsets = ({ shard }: { shard: CertifiedShard }) => {
  const { nodeGroupId, source, fencedOffset, nodes, promoted } = shard;
  return (
    <Wide label={`Offsets of shard ${nodeGroupId}`}>
      <table class="dense">
        <caption>
          Shard {nodeGroupId}: <span class="foreign mono">{endpoint(source)}</span> was fenced at offset{' '}
          {count(fencedOffset)}
          {promoted.continuesUpToOffset !== undefined &&
            `, and the new primary continues its history up to ${count(promoted.continuesUpToOffset)}`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">Role</th>
            <th scope="col" class="number">
              Had applied
            </th>
          </tr>
        </thead>
        <tbody>
          {nodes.map(({ cacheClusterId, role, appliedOffset }) => (
            <tr key={cacheClusterId}>
              <th scope="row" class="foreign">
                {cacheClusterId}
              </th>
              <td>{role}</td>
              <td class="number">{count(appliedOffset)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
};

const download = (name: string, text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
};
