import { get } from '../data/api.ts';
import { usePoll } from '../data/use-poll.ts';
import { lackingMode } from '../parts/guarantees.ts';
import { Note } from '../parts/note.tsx';
import { hrefOf } from './query.ts';

const EVERY_MS = 4000;
const MOST = 100;

const readTurns = async (signal: AbortSignal) => {
  const withStatus = (status: string) => get('page', '/migrations', { status, limit: String(MOST) }, signal);
  const [awaiting, cutting] = await Promise.all([withStatus('awaitingCutover'), withStatus('cuttingOver')]);
  return {
    awaiting: awaiting.migrations.filter(({ allowedActions }) => allowedActions.includes('cutover')).length,
    more: awaiting.nextToken !== undefined,
    inDoubt: cutting.migrations
      .filter(({ phase }) => phase === 'promotionInDoubt')
      .map((one) => ({ ...one, hasFence: lackingMode(one) === undefined })),
  };
};

/** What awaits an operator, on whichever page of the list it stands. */
export const YourTurn = () => {
  const { data } = usePoll('your turn', readTurns, () => EVERY_MS);
  if (!data) return null;
  const { awaiting, more, inDoubt } = data;
  return (
    <>
      {inDoubt.map(({ migrationId, replicationGroupId, hasFence }) => (
        <Note key={migrationId} tone="danger" title={`The promotion of ${replicationGroupId} is in doubt`}>
          <p>
            CompleteMigration was sent, and nothing has proven yet what came of it.{' '}
            {hasFence ? 'A fence that was set stays.' : 'Nothing is fenced.'}{' '}
            <a href={`/console/migrations/${encodeURIComponent(migrationId)}`}>Look at it</a>
          </p>
        </Note>
      ))}
      {awaiting > 0 && (
        <p class="turns">
          <a href={hrefOf({ status: 'awaitingCutover' })}>
            {awaiting}
            {more ? ' or more' : ''} {awaiting === 1 && !more ? 'migration awaits' : 'migrations await'} your cutover
          </a>
        </p>
      )}
    </>
  );
};
