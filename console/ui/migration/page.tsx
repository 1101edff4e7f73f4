import './migration.css';
import './parts.css';
import './tables.css';
import './findings.css';
import './timeline.css';
import { useEffect, useRef } from 'preact/hooks';
import type { MigrationView } from '../../../functions/migration/view.ts';
import { announce } from '../data/announce.tsx';
import { get } from '../data/api.ts';
import { usePoll } from '../data/use-poll.ts';
import { lackingMode } from '../parts/guarantees.ts';
import { Heading } from '../parts/heading.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { StatusBadge } from '../parts/status.tsx';
import { statusWords } from '../parts/status-words.ts';
import { Content } from './content.tsx';
import { endpoint } from './sentences.ts';

/** One migration. */
export const MigrationPage = ({ id }: { id: string }) => {
  const path = `/migrations/${encodeURIComponent(id)}`;
  const { data: view, problem, set } = usePoll(path, (signal) => get('migration', path, {}, signal), pauseMs);
  useStatusTold(view);
  useAnchor(view !== undefined);
  const group = view?.replicationGroupId;
  return (
    <>
      <p class="small crumbs">
        <a href="/console">Migrations</a>
      </p>
      <div class="migration-head">
        <Heading title={id}>
          {group === undefined || !id.startsWith(`${group}-`) ? (
            <span class="foreign">{id}</span>
          ) : (
            <>
              <span class="foreign">{group}</span>
              <span class="muted id-rest">{id.slice(group.length)}</span>
            </>
          )}
        </Heading>
        {view && <StatusBadge migration={view} />}
        {view?.dryRun && <span class="tag">dry run</span>}
        {view && lackingMode(view) && <span class="tag warn-text">{lackingMode(view)}</span>}
        {view && (
          <span class="muted small">
            from <span class="mono foreign">{endpoint(view.source)}</span>
          </span>
        )}
      </div>
      {problem && <ProblemNote problem={problem} />}
      {!view && !problem && <p class="muted">The migration is being read.</p>}
      {view && <Content view={view} onChanged={set} />}
    </>
  );
};

const LIVE_MS = 1000;
const ENDED_MS = 5000;
const pauseMs = ({ outcome }: MigrationView): number => (outcome ? ENDED_MS : LIVE_MS);

/** Changes of the status are told to screen readers; figures are not, since they change all the time. */
const useStatusTold = (view: MigrationView | undefined): void => {
  const told = useRef<string>(undefined);
  useEffect(() => {
    if (!view) return;
    const { status, phase, statusReason, dryRunResult } = view;
    const { text } = statusWords(status, phase, dryRunResult?.verdict);
    if (told.current !== undefined && told.current !== text) announce(`${text}. ${statusReason}`);
    told.current = text;
  }, [view?.status, view?.phase, view?.dryRunResult]);
};

/** A link to a part of the page leads there once there is something. */
const useAnchor = (isThere: boolean): void => {
  useEffect(() => {
    const { hash } = location;
    if (isThere && hash.length > 1) document.getElementById(decodeURIComponent(hash.slice(1)))?.scrollIntoView();
  }, [isThere]);
};
