import { LockLostError, ReplicationGroupLockedError } from '../../../functions/migration/errors.ts';
import type { GroupRollback, Intent, Lock, Locks, NotedIntent } from '../../../functions/migration/lock-ports.ts';

type Held = Partial<Lock> & { epoch: number; intents: Lock['intents']; closed?: true };

/** Locks in memory. The same tests hold them and DynamoDB's to the same behaviour. */
export class FakeLocks implements Locks {
  readonly #held = new Map<string, Held>();

  async acquire(replicationGroupId: string, migrationId: string): Promise<Lock> {
    const held = this.#held.get(replicationGroupId);
    if (held?.owner === undefined) {
      const { rolledBack } = held ?? {};
      const lock = {
        owner: migrationId,
        epoch: (held?.epoch ?? 0) + 1,
        intents: {},
        ...(rolledBack && { rolledBack }),
      };
      this.#held.set(replicationGroupId, lock);
      return { ...lock };
    }
    if (held.owner !== migrationId) throw new ReplicationGroupLockedError(replicationGroupId, held.owner);
    if (held.closed) throw new LockLostError(replicationGroupId, migrationId);
    return { ...held, owner: held.owner };
  }

  async intend(replicationGroupId: string, migrationId: string, intent: Intent, noted: NotedIntent, attempt?: string) {
    const held = this.#ours(replicationGroupId, migrationId);
    if (!held || (held.closed && intent !== 'stop')) throw new LockLostError(replicationGroupId, migrationId);
    const isArmed = attempt === undefined || held.attempt === attempt;
    if (!isArmed && !held.intents[intent]) throw new LockLostError(replicationGroupId, migrationId);
    const standing =
      held.intents[intent] ?? (intent === 'complete' ? { ...noted, sends: 1, lastSendAt: noted.at } : noted);
    held.intents[intent] = standing;
    return { ...standing, fresh: standing.at === noted.at };
  }

  async noteStop(replicationGroupId: string, migrationId: string, what: 'sentAt' | 'leftAt', at: string) {
    const held = this.#ours(replicationGroupId, migrationId);
    if (!held?.intents.stop) throw new LockLostError(replicationGroupId, migrationId);
    held.intents.stop = { [what]: at, ...held.intents.stop };
  }

  async arm(replicationGroupId: string, migrationId: string, attempt: string): Promise<void> {
    const held = this.#ours(replicationGroupId, migrationId);
    const isFree = held && !held.closed && !held.intents.complete && !held.intents.stop;
    if (!isFree) throw new LockLostError(replicationGroupId, migrationId);
    held.attempt = attempt;
  }

  async disarm(replicationGroupId: string, migrationId: string) {
    const held = this.#ours(replicationGroupId, migrationId);
    if (!held) return 'notOurs' as const;
    if (held.intents.complete) return 'sent' as const;
    delete held.attempt;
    return 'disarmed' as const;
  }

  async noteSend(replicationGroupId: string, migrationId: string, at: string): Promise<NotedIntent> {
    const held = this.#ours(replicationGroupId, migrationId);
    const noted = held?.intents.complete;
    if (!held || held.closed || noted?.at !== at) throw new LockLostError(replicationGroupId, migrationId);
    held.intents.complete = { ...noted, sends: (noted.sends ?? 1) + 1, lastSendAt: new Date().toISOString() };
    return { ...held.intents.complete };
  }

  async withdraw(
    replicationGroupId: string,
    migrationId: string,
    intent: Intent,
    judged?: { at: string; sends: number },
  ): Promise<boolean> {
    const held = this.#ours(replicationGroupId, migrationId);
    const noted = held?.intents[intent];
    if (judged && noted && (noted.at !== judged.at || noted.sends !== judged.sends || noted.confirmed)) return false;
    if (held) delete held.intents[intent];
    return held !== undefined;
  }

  async confirm(replicationGroupId: string, migrationId: string, at: string): Promise<boolean> {
    const noted = this.#ours(replicationGroupId, migrationId)?.intents.complete;
    if (noted?.at !== at) return false;
    noted.confirmed = true;
    return true;
  }

  async find(replicationGroupId: string): Promise<Lock | undefined> {
    const held = this.#held.get(replicationGroupId);
    return held?.owner === undefined ? undefined : { ...held, owner: held.owner };
  }

  async closeToIntents(replicationGroupId: string, migrationId: string): Promise<void> {
    const held = this.#ours(replicationGroupId, migrationId);
    if (held) held.closed = true;
  }

  async closeUnlessSent(replicationGroupId: string, migrationId: string) {
    const held = this.#ours(replicationGroupId, migrationId);
    if (!held) return 'notOurs' as const;
    if (held.intents.complete) return 'sent' as const;
    held.closed = true;
    return 'closed' as const;
  }

  async noteRollback(replicationGroupId: string, rollback: GroupRollback): Promise<void> {
    const held = this.#held.get(replicationGroupId) ?? { epoch: 0, intents: {} };
    if (!held.rolledBack || held.rolledBack.at < rollback.at) held.rolledBack = rollback;
    this.#held.set(replicationGroupId, held);
  }

  async release(replicationGroupId: string, migrationId: string): Promise<void> {
    const held = this.#ours(replicationGroupId, migrationId);
    if (!held) return;
    delete held.owner;
    delete held.closed;
    delete held.attempt;
    held.intents = {};
  }

  #ours(replicationGroupId: string, migrationId: string): Held | undefined {
    const held = this.#held.get(replicationGroupId);
    return held?.owner === migrationId ? held : undefined;
  }
}
