import './list.css';
import { useRef } from 'preact/hooks';
import type { ListedMigration } from '../../../functions/migration/view.ts';
import { get } from '../data/api.ts';
import { usePoll } from '../data/use-poll.ts';
import { LACKS_IN_SHORT, lackingMode } from '../parts/guarantees.ts';
import { Heading } from '../parts/heading.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { Empty } from './empty.tsx';
import { Filters } from './filters.tsx';
import { hrefOf, useListQuery } from './query.ts';
import { MigrationTable } from './table.tsx';
import { YourTurn } from './your-turn.tsx';

interface Listed {
  migrations: ListedMigration[];
  nextToken?: string;
}

const PAGE = '50';
const LIVE_MS = 1000;
/** A page of ended migrations changes little, but a new one may come to the first. */
const STILL_MS = 1500;

/** All migrations, newest first, a page at a time: however many there are, the page stays small. */
export const Migrations = () => {
  const { query, filter, olderHref, newerHref, newestHref } = useListQuery();
  const { status, replicationGroupId, after } = query;
  const { data, problem } = usePoll<Listed>(
    hrefOf(query),
    (signal) => get('page', '/migrations', { status, replicationGroupId, nextToken: after, limit: PAGE }, signal),
    ({ migrations }) => (migrations.some(({ outcome }) => !outcome) ? LIVE_MS : STILL_MS),
  );
  const filtered = Boolean(status || replicationGroupId || after);
  // Until the next page is there the last one stays, dimmed: nothing jumps.
  const last = useRef<Listed>(undefined);
  if (data) last.current = data;
  const shown = data ?? (problem ? undefined : last.current);
  const atFilter = problem?.violations?.every(({ parameter }) => parameter === 'replicationGroupId');
  return (
    <>
      <div class="head">
        <Heading title="Migrations" />
        <YourTurn />
      </div>
      <Filters query={query} filter={filter} problem={problem} />
      {problem && !atFilter && <ProblemNote problem={problem} />}
      <div class={data ? undefined : 'waiting'} aria-busy={!data}>
        {shown && shown.migrations.length > 0 && <MigrationTable migrations={shown.migrations} />}
        {shown?.migrations.some((one) => lackingMode(one) === 'API-only') && (
          <p class="muted small lacks-key">API-only: {LACKS_IN_SHORT}.</p>
        )}
      </div>
      {data?.migrations.length === 0 && !filtered && <Empty />}
      {data?.migrations.length === 0 && filtered && (
        <p class="none">
          No {after ? 'older ' : ''}migration is like that. <a href={hrefOf({})}>Show all migrations</a>
        </p>
      )}
      {data && (newestHref || data.nextToken) && (
        <nav class="paging" aria-label="Pages of the list">
          {newestHref && <a href={newestHref}>Newest</a>}
          {newerHref && <a href={newerHref}>Newer</a>}
          {data.nextToken && <a href={olderHref(data.nextToken)}>Older</a>}
        </nav>
      )}
    </>
  );
};
