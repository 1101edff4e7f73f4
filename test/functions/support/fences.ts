import { FenceStandsError, FenceTakenOverError } from '../../../functions/migration/errors.ts';
import type { FenceRecord } from '../../../functions/migration/fence.ts';
import type { FenceChange, Fences } from '../../../functions/migration/lock-ports.ts';
import { SOURCE, SOURCE_ID } from './nodes.ts';
import { MIGRATION_ID } from './records.ts';

/** Fences in memory. The same tests hold them and DynamoDB's to the same behaviour. */
export class FakeFences implements Fences {
  readonly #fences = new Map<string, { fence: FenceRecord; isWatched: boolean }>();

  async find(migrationId: string): Promise<FenceRecord | undefined> {
    return structuredClone(this.#fences.get(migrationId)?.fence);
  }

  async open(fence: FenceRecord): Promise<void> {
    const standing = this.#fences.get(fence.migrationId)?.fence;
    const isRepeat = standing?.attempt === fence.attempt && standing.phase === 'open';
    if (standing && standing.phase !== 'lifted' && !isRepeat) {
      throw new FenceStandsError(fence.migrationId, standing.phase);
    }
    this.#fences.set(fence.migrationId, { fence: structuredClone(fence), isWatched: true });
  }

  async advance(migrationId: string, attempt: string, change: FenceChange): Promise<FenceRecord> {
    const kept = this.#fences.get(migrationId);
    if (kept?.fence.attempt !== attempt || !FROM[change.phase ?? 'same'](kept.fence.phase)) {
      throw new FenceTakenOverError(migrationId);
    }
    Object.assign(kept.fence, structuredClone(change));
    if (change.phase === 'lifted') kept.isWatched = false;
    return structuredClone(kept.fence);
  }

  async takeOver(
    migrationId: string,
    attempt: string,
    expected: string,
    phase?: 'open',
  ): Promise<FenceRecord | undefined> {
    const kept = this.#fences.get(migrationId);
    const isRepeat = kept?.fence.attempt === attempt && kept.fence.phase === 'lifting';
    const isThere = phase ? kept?.fence.phase === phase : kept?.fence.phase !== 'lifted';
    const isFree = kept?.fence.attempt === expected && isThere;
    if (!kept || !(isFree || isRepeat)) return undefined;
    Object.assign(kept.fence, { attempt, phase: 'lifting' });
    kept.isWatched = true;
    return structuredClone(kept.fence);
  }

  async leave(migrationId: string, attempt: string): Promise<void> {
    const kept = this.#fences.get(migrationId);
    if (kept?.fence.attempt === attempt && kept.fence.phase === 'sealed') kept.isWatched = false;
  }

  async overdue(before: string, limit: number): Promise<string[]> {
    return [...this.#fences.values()]
      .filter(({ fence, isWatched }) => isWatched && fence.deadlineAt < before)
      .map(({ fence }) => fence)
      .sort((a, b) => a.deadlineAt.localeCompare(b.deadlineAt))
      .slice(0, limit)
      .map(({ migrationId }) => migrationId);
  }
}

type Phase = FenceRecord['phase'];

const FROM: Record<Phase | 'same', (phase: Phase) => boolean> = {
  same: (phase) => phase !== 'lifted',
  open: (phase) => phase === 'open',
  lifting: (phase) => phase === 'lifting',
  sealed: (phase) => phase === 'open' || phase === 'sealed',
  lifted: (phase) => phase === 'lifting' || phase === 'lifted',
};

/** A fence as it stands when CompleteMigration is sent. */
export const aFence = (change: Partial<FenceRecord> = {}): FenceRecord => ({
  migrationId: MIGRATION_ID,
  replicationGroupId: 'test',
  attempt: 'attempt-1',
  phase: 'sealed',
  kind: 'acl',
  openedAt: '2026-01-01T00:00:00.000Z',
  deadlineAt: '2026-01-01T00:00:02.000Z',
  nodes: [{ nodeGroupId: '0001', endpoint: SOURCE, role: 'primary', connection: 'elasticache-migrator-1', before: {} }],
  times: {},
  shards: [{ nodeGroupId: '0001', source: SOURCE, replicationId: SOURCE_ID, fencedOffset: 1000, nodes: [] }],
  sealedAt: '2026-01-01T00:00:01.000Z',
  ...change,
});
