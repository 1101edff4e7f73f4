import { Component } from 'preact';
import type { ListedMigration } from '../../../functions/migration/view.ts';
import { endpoint } from '../migration/sentences.ts';
import { LACKS_IN_SHORT, lackingMode } from '../parts/guarantees.ts';
import { Progress } from '../parts/progress.tsx';
import { StatusBadge } from '../parts/status.tsx';
import { phaseWords } from '../parts/status-words.ts';
import { duration, plain } from '../parts/text.ts';
import { Ago } from '../parts/time.tsx';
import { lagOf, progressOf } from './figures.ts';

/** One migration of the list. Drawn anew only when it has changed: the data keep what has not. */
export class Row extends Component<{ migration: ListedMigration }> {
  override shouldComponentUpdate({ migration }: { migration: ListedMigration }) {
    return migration !== this.props.migration;
  }

  override render({ migration }: { migration: ListedMigration }) {
    const { migrationId, replicationGroupId, phase, dryRun, outcome, acceptedAt, stoppedAt, source } = migration;
    const { percent, text } = progressOf(migration);
    return (
      <tr data-id={migrationId}>
        <th scope="row" class="which">
          <a href={`/console/migrations/${encodeURIComponent(migrationId)}`}>{replicationGroupId}</a>
          {dryRun && <span class="tag">dry run</span>}
          {lackingMode(migration) && (
            <span class="tag warn-text" title={LACKS_IN_SHORT}>
              {lackingMode(migration)}
            </span>
          )}
          <span class="sub foreign">
            <code>{migrationId.slice(replicationGroupId.length + 1)}</code> from {plain(endpoint(source))}
          </span>
        </th>
        <td class="stands">
          <StatusBadge migration={migration} />
          {!outcome && <span class="sub">{phaseWords(phase)}</span>}
        </td>
        <td class="how-far" data-label="Progress">
          {percent !== undefined && <Progress percent={percent} label={`Progress of ${migrationId}`} />}
          {text && <span class="sub figures">{text}</span>}
        </td>
        <td class="lag figures" data-label="Lag">
          {lagOf(migration)}
        </td>
        <td class="why">
          <Why migration={migration} />
        </td>
        <td class="age" data-label="Age">
          <Ago at={acceptedAt} />
          {stoppedAt && (
            <span class="sub figures">took {duration(Date.parse(stoppedAt) - Date.parse(acceptedAt))}</span>
          )}
        </td>
      </tr>
    );
  }
}

const Why = ({ migration }: { migration: ListedMigration }) => {
  const { allowedActions, outcome, statusReason, waitingFor, phase } = migration;
  return (
    <span class="foreign">
      {allowedActions.includes('cutover') && <strong class="yours">Your turn: </strong>}
      {phase === 'promotionInDoubt' && <strong class="doubt">Look now: </strong>}
      {waitingFor && !outcome ? `waits for ${waitingFor}` : statusReason}
    </span>
  );
};
