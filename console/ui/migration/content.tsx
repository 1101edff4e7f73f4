import { useMemo, useRef } from 'preact/hooks';
import type { MigrationView } from '../../../functions/migration/view.ts';
import { Acts } from '../acts/acts.tsx';
import { lackingMode } from '../parts/guarantees.ts';
import { Note } from '../parts/note.tsx';
import { againOf } from './again.ts';
import { Certificate } from './certificate.tsx';
import { Charts } from './charts/charts.tsx';
import { addLive, type Live } from './charts/series.ts';
import { Cutover } from './cutover.tsx';
import { DryRun } from './dry-run.tsx';
import { Figures } from './figures.tsx';
import { Guarantees, LacksNote } from './guarantees.tsx';
import { NewPrimary } from './new-primary.tsx';
import { still } from './parts.tsx';
import { Preflight } from './preflight.tsx';
import { Rail } from './rail.tsx';
import { Requests } from './request.tsx';
import { waits } from './sentences.ts';
import { Shards } from './shards.tsx';
import { Stragglers } from './stragglers.tsx';
import { Timeline } from './timeline.tsx';
import { Verification } from './verification.tsx';

const StillPreflight = still(Preflight);
const StillShards = still(Shards);
const StillVerification = still(Verification);
const StillCutover = still(Cutover);
const StillCertificate = still(Certificate);
const StillStragglers = still(Stragglers);
const StillDryRun = still(DryRun);

const TITLES: Record<string, string> = {
  charts: 'Charts',
  cutover: 'Cutover',
  stragglers: 'Stragglers',
  certificate: 'Certificate',
  verification: 'Verification',
  nodes: 'Nodes',
  preflight: 'Preflight',
  'dry-run': 'Dry run',
  timeline: 'Timeline',
  request: 'Request',
  guarantees: 'What it lacks',
};

/** Everything that is known of a migration, what is most urgent first. */
export const Content = ({ view, onChanged }: { view: MigrationView; onChanged(view: MigrationView): void }) => {
  const lived = useLived(view);
  const { phase, dryRun, dryRunResult, preflight, shards, verification, cutover, completeSentAt, failure, outcome } =
    view;
  const { certificate, stragglers } = cutover;
  // After the promotion the nodes are looked at by others, who tell no figures.
  const follows = !outcome && cutover.promotedAt === undefined;
  const whole = certificate && 'certificate' in certificate ? certificate : undefined;
  // What never came, nobody looks for any more.
  const isVerified =
    verification.report ?? verification.progress ?? (!outcome && !dryRun && verification.mode !== 'none');
  const cutsOver = cutover.fenced ?? cutover.backOuts ?? cutover.requestedAt ?? (!outcome && !dryRun);
  const isBlocked = preflight !== undefined && view.progress === undefined;
  const lacks = lackingMode(view) !== undefined;
  const places = [
    view.progress && 'charts',
    isBlocked && 'preflight',
    lacks && 'guarantees',
    cutsOver && 'cutover',
    stragglers && 'stragglers',
    whole && 'certificate',
    isVerified && 'verification',
    shards.length > 0 && 'nodes',
    dryRunResult && 'dry-run',
    preflight && !isBlocked && 'preflight',
    'timeline',
    'request',
  ].filter((place) => typeof place === 'string');
  const has = (place: string) => places.includes(place);
  return (
    <>
      <div class="now card">
        <div class="now-words">
          <p class="reason foreign">{view.statusReason}</p>
          {waits(view) && <p class="waits foreign">{waits(view)}</p>}
          <NewPrimary view={view} />
          <LacksNote view={view} />
          {failure && !view.statusReason.includes(failure.cause) && (
            <Note tone="danger" title={failure.error}>
              <p class="foreign">{failure.cause}</p>
            </Note>
          )}
          <Acts view={view} onChanged={onChanged} />
          {againOf(view).length > 0 && (
            <p class="again">
              {againOf(view).map(({ href, text }) => (
                <a key={href} href={href}>
                  {text}
                </a>
              ))}
            </p>
          )}
        </div>
        <Figures view={view} bytesPerSecond={lived.at(-1)?.bytesPerSecond} />
      </div>
      <div class="migration">
        <div class="side">
          <Rail view={view} places={new Set(places)} />
          <nav class="places" aria-label="On this page">
            <ul>
              {places.map((place) => (
                <li key={place}>
                  <a href={`#${place}`}>{TITLES[place]}</a>
                </li>
              ))}
            </ul>
          </nav>
        </div>
        <div class="sections">
          {has('charts') && <Charts view={view} lived={lived} />}
          {isBlocked && <StillPreflight preflight={preflight} />}
          {dryRunResult && <StillDryRun result={dryRunResult} />}
          {lacks && <Guarantees view={view} />}
          {has('cutover') && <StillCutover cutover={cutover} completeSentAt={completeSentAt} />}
          {stragglers && <StillStragglers stragglers={stragglers} />}
          {whole && <StillCertificate certificate={whole} />}
          {has('verification') && <StillVerification verification={verification} isUnderWay={phase === 'verifying'} />}
          {shards.length > 0 && <StillShards shards={shards} seenAt={follows ? view.progress?.asOf : undefined} />}
          {preflight && !isBlocked && <StillPreflight preflight={preflight} />}
          <Timeline view={view} />
          <Requests view={view} />
        </div>
      </div>
    </>
  );
};

/** What this page has seen since it was opened. */
const useLived = (view: MigrationView): readonly Live[] => {
  const lived = useRef<readonly Live[]>([]);
  return useMemo(() => {
    lived.current = addLive(lived.current, view);
    return lived.current;
  }, [view]);
};
