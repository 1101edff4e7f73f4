import type {
  DifferenceSide,
  ReportedDifference,
  VerificationCounts,
} from '../../../functions/migration/verification.ts';
import { CopyButton } from '../parts/copy.tsx';
import { count, fullTime } from '../parts/text.ts';
import { Wide } from './parts.tsx';

const KINDS: Record<ReportedDifference['kind'], string> = {
  missing: 'missing on the target',
  extra: 'only on the target',
  type: 'another type',
  value: 'another value',
  ttl: 'another expiry',
};

/** The differences that are listed; the counts have all. */
export const Differences = ({
  differences,
  counts,
}: {
  differences: ReportedDifference[];
  counts: VerificationCounts | undefined;
}) => {
  const all = counts ? Object.values(counts.differences).reduce((sum, keys) => sum + keys, 0) : differences.length;
  return (
    <>
      <div class="section-head">
        <h3>
          {all > differences.length
            ? `The first ${count(differences.length)} of ${count(all)} differences`
            : 'Differences'}
        </h3>
        <CopyButton text={JSON.stringify(differences, null, 2)} label="Copy the differences as JSON" />
      </div>
      <Wide label="Differences">
        <table class="dense">
          <caption class="unseen">Keys that differ</caption>
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col" class="number">
                Database
              </th>
              <th scope="col">Difference</th>
              <th scope="col">Source</th>
              <th scope="col">Target</th>
            </tr>
          </thead>
          <tbody>
            {differences.map(({ database, key, keyBase64, kind, source, target, note }) => (
              <tr key={`${database} ${keyBase64 ?? key} ${kind}`}>
                <th scope="row" class="foreign mono">
                  {key}
                </th>
                <td class="number">{database}</td>
                <td>
                  {KINDS[kind] ?? kind}
                  {note && <span class="sub foreign">{note}</span>}
                </td>
                <td>
                  <Side side={source} />
                </td>
                <td>
                  <Side side={target} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </>
  );
};

const Side = ({ side }: { side: DifferenceSide | undefined }) => {
  if (!side) return <span class="muted">not there</span>;
  const { type, length, digest, expiresAtMs } = side;
  return (
    <>
      <span class="foreign">{type}</span>{' '}
      <span class="muted figures">
        {count(length)}
        {type === 'string' ? ' bytes' : ''}
      </span>
      {digest && <span class="sub mono">{digest}</span>}
      {expiresAtMs !== undefined && <span class="sub figures">expires {fullTime(expiresAtMs)}</span>}
    </>
  );
};
