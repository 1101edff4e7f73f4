import type { Finding, PreflightFigures, PreflightResult } from '../../../functions/migration/preflight.ts';
import { bytes, count } from '../parts/text.ts';
import { FindingItem } from './finding.tsx';
import { Forecast } from './forecast.tsx';
import { Fact, Facts, Section, When } from './parts.tsx';
import { endpoint } from './sentences.ts';

/** What was looked at before anything moved. */
export const Preflight = ({ preflight }: { preflight: PreflightResult }) => {
  const { verdict, checkedAt, checks, findings, waivers, figures, forecast } = preflight;
  const blocks = (finding: Finding) => finding.severity === 'blocking' && !finding.waived;
  return (
    <Section
      id="preflight"
      title="Preflight"
      aside={
        <span class="small">
          <span class={verdict === 'passed' ? 'ok-text' : 'bad-text'}>{verdict}</span>{' '}
          <span class="muted figures">
            · {count(checks)} checks · <When at={checkedAt} />
          </span>
        </span>
      }
    >
      {findings.length === 0 ? (
        <p>Nothing was found that an operator should know.</p>
      ) : (
        <>
          <p class="small">{tally(findings)}</p>
          <ul class="findings">
            {findings.map((finding) => (
              <FindingItem key={finding.id} finding={finding} isOpen={blocks(finding)} />
            ))}
          </ul>
        </>
      )}
      {waivers.length > 0 && (
        <p class="small muted">
          Waived by the request: <code class="foreign">{waivers.join(', ')}</code>
        </p>
      )}
      <Forecast forecast={forecast} />
      <Sides figures={figures} />
    </Section>
  );
};

const tally = (findings: readonly Finding[]): string => {
  const blocking = findings.filter(({ severity, waived }) => severity === 'blocking' && !waived).length;
  const waived = findings.filter((finding) => finding.waived).length;
  const warnings = findings.filter(({ severity, waived: isWaived }) => severity === 'warning' && !isWaived).length;
  const infos = findings.filter(({ severity, waived: isWaived }) => severity === 'info' && !isWaived).length;
  const told = [
    blocking > 0 && `${blocking} ${blocking === 1 ? 'blocks' : 'block'} the migration`,
    waived > 0 && `${waived} waived`,
    warnings > 0 && `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`,
    infos > 0 && `${infos} to know`,
  ].filter(Boolean);
  return `${told.join(', ')}.`;
};

const Sides = ({ figures }: { figures: PreflightFigures }) => {
  const { source, sourceVersion, targetVersion, keys, usedMemoryBytes, targetCapacityBytes, fence } = figures;
  return (
    <Facts>
      <Fact name="Source">
        {source && (
          <>
            <span class="foreign mono">{endpoint(source)}</span>
            {sourceVersion && <span class="foreign"> version {sourceVersion}</span>}
          </>
        )}
      </Fact>
      <Fact name="Target">{targetVersion && <span class="foreign">version {targetVersion}</span>}</Fact>
      <Fact name="Keys">{keys !== undefined && count(keys)}</Fact>
      <Fact name="Memory">
        {usedMemoryBytes !== undefined &&
          `${bytes(usedMemoryBytes)}${targetCapacityBytes === undefined ? '' : ` of ${bytes(targetCapacityBytes)} on the target`}`}
      </Fact>
      <Fact name="Best fence">{fence}</Fact>
    </Facts>
  );
};
