import type { Confirmation } from '../migration/certificate.ts';
import { TargetNotFoundError } from '../migration/errors.ts';
import type { Fences, Locks } from '../migration/lock-ports.ts';
import type { Migrations, RecordChange } from '../migration/ports.ts';
import type { MigrationRecord } from '../migration/record.ts';
import { MigrationNotFoundError } from '../migration/request-errors.ts';
import { sentence } from '../migration/sentence.ts';
import { linksOf } from '../replication/observe.ts';
import type { Clock, ReplicationGroup, ReplicationGroups } from '../replication/ports.ts';
import type { ActResult } from './act-result.ts';
import { FOLLOWING } from './closing-stage.ts';
import type { ConfirmedShard, ConfirmLook } from './confirm-look.ts';

/**
 * Takes an operator's word that the target was promoted, while that is in doubt: its history does not prove it, as after a
 * source that was restarted behind its fence and has another replication id since. The service looks all the same, and
 * takes it only where ElastiCache is done with the group, every primary is a master that is not loading, and none of them is
 * empty while its source has keys. The fence stays. Can be repeated.
 *
 * The word is noted in the lock first, where a refusal that is judged at the same time would have to withdraw the intent:
 * one of both gets through. Whoever watches the promotion finds it in the record, and announces it. A try that was given up
 * records nothing once the operator has turned to something else.
 *
 * @throws TransientServiceError
 * @throws MigrationNotFoundError
 */
export const makeConfirm =
  (
    groups: Pick<ReplicationGroups, 'describe'>,
    looking: ConfirmLook,
    locks: Pick<Locks, 'find' | 'confirm'>,
    fences: Pick<Fences, 'find'>,
    migrations: Pick<Migrations, 'find' | 'note' | 'recordPromotion'>,
    clock: Clock,
  ) =>
  async ({ migrationId }: { migrationId: string }): Promise<ActResult> => {
    const record = await migrations.find(migrationId);
    if (!record) throw new MigrationNotFoundError(migrationId);
    const isoNow = () => new Date(clock.now()).toISOString();
    const refused = async (why: string): Promise<ActResult> => {
      const told = { at: isoNow(), why: sentence(why) };
      await migrations.note(migrationId, { confirmRefused: told });
      return { outcome: 'refused', ...told };
    };
    const confirmed = ({ at, unfenced = [] }: Confirmation): ActResult => ({
      outcome: 'confirmed',
      why: `The target is promoted, by an operator's word${unfenced.length === 0 ? `; ${looking.afterwards}.` : `. ${unfenced.join(' ')}`}`,
      at,
    });
    if (record.promotion?.confirmation) return confirmed(record.promotion.confirmation);
    const { replicationGroupId, confirm } = record;
    const fence = await fences.find(migrationId);
    const lock = await locks.find(replicationGroupId);
    const intent = lock?.owner === migrationId ? lock.intents.complete : undefined;
    const whyNot = notAllowed(record) ?? looking.whyNot(fence);
    if (whyNot || !confirm) return refused(whyNot ?? 'nobody has asked to confirm it');
    if (!intent) return refused('no CompleteMigration is noted in the lock of the replication group');

    const group = await describe(groups, replicationGroupId);
    if (!group) return refused(`there is no replication group ${replicationGroupId}`);
    if (group.status !== 'available') {
      return refused(`ElastiCache is not done with the replication group: its status is ${group.status}`);
    }
    const [source] = record.request.customerNodeEndpointList;
    const links = linksOf(group, source);
    const looked = await looking.look(links, fence, record);
    if ('against' in looked) return refused(looked.against.join('; '));
    const { shards, unfenced } = looked;

    if (!(await locks.confirm(replicationGroupId, migrationId, intent.at))) {
      return refused('CompleteMigration was judged as refused meanwhile');
    }
    const at = isoNow();
    const { by, reason = '' } = confirm;
    const unproven = shards.flatMap((shard) => shard.unproven ?? []);
    const seen = looking.seen(shards, group.status);
    const evidence = [seen, ...unproven, ...unfenced, `an operator has confirmed it at ${at}: ${reason}`].join('; ');
    const promotion: RecordChange = {
      status: 'promoted',
      statusReason: sentence(`An operator has confirmed that the target is promoted: ${evidence}`),
      phase: 'closing',
      waitingFor: FOLLOWING,
      promotedAt: at,
      promotion: {
        evidence,
        shards: shards.map(({ promoted }) => promoted),
        confirmation: {
          at,
          by,
          reason,
          unproven: unproven.map(sentence),
          keys: keysOf(shards),
          ...(unfenced.length > 0 && { unfenced: unfenced.map(sentence) }),
        },
      },
    };
    const written = await migrations.recordPromotion(migrationId, promotion, 'confirm');
    // The client repeats a write whose answer was lost, and finds it done.
    const standing = written ?? (await migrations.find(migrationId));
    if (standing?.promotion?.confirmation) return confirmed(standing.promotion.confirmation);
    return refused('the promotion was proven meanwhile, the migration has ended, or it is not asked for any more');
  };

const keysOf = (shards: readonly ConfirmedShard[]) => shards.flatMap(({ keys }) => keys ?? []);

const notAllowed = ({ promotedAt, outcome, phase, statusReason }: MigrationRecord): string | undefined => {
  if (promotedAt) return `the promotion was proven at ${promotedAt}`;
  if (outcome) return `the migration has ended as ${outcome}`;
  if (phase !== 'promotionInDoubt') return `the promotion is not in doubt any more: ${statusReason}`;
  return undefined;
};

const describe = async (
  groups: Pick<ReplicationGroups, 'describe'>,
  replicationGroupId: string,
): Promise<ReplicationGroup | undefined> => {
  try {
    return await groups.describe(replicationGroupId);
  } catch (error) {
    if (error instanceof TargetNotFoundError) return undefined;
    throw error;
  }
};
