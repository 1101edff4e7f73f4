import { LockLostError, ReplicationGroupLockedError } from '../../../functions/migration/errors.ts';
import type { Intent, Lock, Locks, NotedIntent } from '../../../functions/migration/ports.ts';

type Held = Partial<Lock> & { epoch: number; intents: Lock['intents']; closed?: true };

/** Locks in memory. The same tests hold them and DynamoDB's to the same behaviour. */
export class FakeLocks implements Locks {
  readonly #held = new Map<string, Held>();

  async acquire(replicationGroupId: string, migrationId: string): Promise<Lock> {
    const held = this.#held.get(replicationGroupId);
    if (held?.owner === undefined) {
      const lock = { owner: migrationId, epoch: (held?.epoch ?? 0) + 1, intents: {} };
      this.#held.set(replicationGroupId, lock);
      return { ...lock };
    }
    if (held.owner !== migrationId) throw new ReplicationGroupLockedError(replicationGroupId, held.owner);
    if (held.closed) throw new LockLostError(replicationGroupId, migrationId);
    return { ...held, owner: held.owner };
  }

  async intend(replicationGroupId: string, migrationId: string, intent: Intent, noted: NotedIntent) {
    const held = this.#ours(replicationGroupId, migrationId);
    if (!held || (held.closed && intent !== 'stop')) throw new LockLostError(replicationGroupId, migrationId);
    const standing = held.intents[intent] ?? noted;
    held.intents[intent] = standing;
    return { ...standing, fresh: standing.at === noted.at };
  }

  async noteStop(replicationGroupId: string, migrationId: string, what: 'sentAt' | 'leftAt', at: string) {
    const held = this.#ours(replicationGroupId, migrationId);
    if (!held?.intents.stop) throw new LockLostError(replicationGroupId, migrationId);
    held.intents.stop = { [what]: at, ...held.intents.stop };
  }

  async withdraw(replicationGroupId: string, migrationId: string, intent: Intent): Promise<void> {
    const held = this.#ours(replicationGroupId, migrationId);
    if (held) delete held.intents[intent];
  }

  async find(replicationGroupId: string): Promise<Lock | undefined> {
    const held = this.#held.get(replicationGroupId);
    return held?.owner === undefined ? undefined : { ...held, owner: held.owner };
  }

  async closeToIntents(replicationGroupId: string, migrationId: string): Promise<void> {
    const held = this.#ours(replicationGroupId, migrationId);
    if (held) held.closed = true;
  }

  async release(replicationGroupId: string, migrationId: string): Promise<void> {
    const held = this.#ours(replicationGroupId, migrationId);
    if (!held) return;
    delete held.owner;
    delete held.closed;
    held.intents = {};
  }

  #ours(replicationGroupId: string, migrationId: string): Held | undefined {
    const held = this.#held.get(replicationGroupId);
    return held?.owner === migrationId ? held : undefined;
  }
}
