import {
  type ActRequest,
  type Ask,
  type AskedAct,
  isAskedAct,
  type SweptAs,
} from '../../../functions/migration/acts.ts';
import { saysNothing } from '../../../functions/migration/asker.ts';
import type { RollbackPossibility } from '../../../functions/migration/cutover-record.ts';
import type {
  Afterwards,
  CutoverRequest,
  KeyClaim,
  ListQuery,
  Migrations,
  OpenCount,
  Quiet,
  RecordChange,
} from '../../../functions/migration/ports.ts';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import type { Outcome } from '../../../functions/migration/status.ts';
import { unfencedSince } from '../../../functions/migration/unfenced.ts';
import { FakeClock } from './clock.ts';

/** Migrations in memory. The same tests hold them and DynamoDB's to the same behaviour. */
export class FakeMigrations implements Migrations {
  readonly records = new Map<string, MigrationRecord>();
  readonly #claims = new Map<string, KeyClaim>();
  readonly #clock: Pick<FakeClock, 'iso'>;
  /** Every change that a task asked for, in order. */
  readonly changes: RecordChange[] = [];

  constructor(clock: Pick<FakeClock, 'iso'> = new FakeClock(), ...records: MigrationRecord[]) {
    this.#clock = clock;
    for (const record of records) this.records.set(record.migrationId, record);
  }

  /** The only record, for tests that have one. */
  get record(): MigrationRecord {
    const [record] = this.records.values();
    if (!record) throw new Error('There is no migration');
    return record;
  }

  async claimKey(claim: KeyClaim): Promise<KeyClaim> {
    const standing = this.#claims.get(claim.keyHash);
    if (!standing) this.#claims.set(claim.keyHash, claim);
    return standing ?? claim;
  }

  async create(record: MigrationRecord): Promise<MigrationRecord> {
    const standing = this.records.get(record.migrationId);
    if (!standing) this.records.set(record.migrationId, record);
    return standing ?? record;
  }

  async find(migrationId: string): Promise<MigrationRecord | undefined> {
    return this.records.get(migrationId);
  }

  async update(migrationId: string, change: RecordChange): Promise<MigrationRecord | undefined> {
    this.changes.push(change);
    const record = this.records.get(migrationId);
    return !record || record.outcome ? record : this.#write(record, change);
  }

  async end(migrationId: string, outcome: Outcome, change: RecordChange): Promise<MigrationRecord | undefined> {
    const record = this.records.get(migrationId);
    if (!record || record.outcome || (outcome === 'dryRunCompleted' && record.abort)) return record;
    const { waitingFor, taskToken, ...rest } = record;
    return this.#write(rest, { ...change, outcome });
  }

  async requestCutover(migrationId: string, { at, reason, waivers, requestId, eventId, by }: CutoverRequest) {
    const record = this.records.get(migrationId);
    if (!record || record.outcome || record.status !== 'awaitingCutover' || record.cutover?.requestedAt)
      return undefined;
    if (record.cutoverEventId === requestId || record.abort) return undefined;
    if (record.apiOnly && saysNothing(reason)) return undefined;
    return this.#write(record, {
      cutover: { requestedAt: at, requestId, by, ...(reason !== undefined && { reason }), ...(waivers && { waivers }) },
      ...(eventId !== undefined && { cutoverEventId: eventId }),
      statusReason: 'The cutover is requested.',
      waitingFor: 'the cutover to begin',
    });
  }

  async clearCutoverRequest(migrationId: string, { at, reason }: { at: string; reason: string }): Promise<void> {
    const record = this.records.get(migrationId);
    if (!record || record.outcome || record.backOuts?.some((one) => one.at === at)) return;
    const { cutover, taskToken, backOuts = [], ...rest } = record;
    const { requestId, ...request } = cutover ?? {};
    const backOut = { at, reason, ...(request.requestedAt !== undefined && { request }) };
    this.#write(rest, { backOuts: [...backOuts, backOut].slice(-20) });
  }

  async requestAct(migrationId: string, ask: Ask, request: ActRequest): Promise<MigrationRecord | undefined> {
    const record = this.records.get(migrationId);
    if (!record || !mayAsk(record, ask, request)) return undefined;
    return this.#write(record, {
      [ask]: request,
      ...(isAskedAct(ask) && { pendingAct: { act: ask, at: request.at } }),
    });
  }

  async forgetAct(migrationId: string, ask: Ask, requestId: string): Promise<void> {
    const record = this.records.get(migrationId);
    if (record?.[ask]?.requestId !== requestId) return;
    const { [ask]: forgotten, ...rest } = record;
    this.#write(rest as MigrationRecord, {});
  }

  async recordPromotion(migrationId: string, change: RecordChange, asked?: AskedAct) {
    const record = this.records.get(migrationId);
    if (asked && record?.pendingAct?.act !== asked) return undefined;
    return !record || record.outcome || record.promotedAt ? undefined : this.#write(record, change);
  }

  async recordDoubt(migrationId: string, change: RecordChange) {
    return this.recordPromotion(migrationId, change);
  }

  async noteRollback(migrationId: string, rollbackPossibility: RollbackPossibility): Promise<void> {
    const record = this.records.get(migrationId);
    if (record && !record.rollbackPossibility?.forGood) this.#write(record, { rollbackPossibility });
  }

  async note(migrationId: string, afterwards: Afterwards): Promise<MigrationRecord | undefined> {
    const record = this.records.get(migrationId);
    return record && this.#write(record, afterwards);
  }

  async markSettled(migrationId: string): Promise<void> {
    const record = this.records.get(migrationId);
    if (!record?.outcome) return;
    const { unsettled, taskToken, ...rest } = record;
    this.#write(rest, {});
  }

  async noteSweep(migrationId: string, sweptAs: SweptAs): Promise<void> {
    const record = this.records.get(migrationId);
    if (record) this.records.set(migrationId, { ...record, sweptAs });
  }

  async concludeAct(migrationId: string, act: AskedAct): Promise<void> {
    const record = this.records.get(migrationId);
    if (record?.pendingAct?.act !== act) return;
    const { pendingAct, ...rest } = record;
    this.#write(rest, {});
  }

  async list({ status, replicationGroupId, limit }: ListQuery) {
    const migrations = [...this.records.values()]
      .filter((record) => !status || record.status === status)
      .filter((record) => !replicationGroupId || record.replicationGroupId === replicationGroupId)
      .sort((a, b) => (a.acceptedAt < b.acceptedAt ? 1 : -1));
    return { migrations: migrations.slice(0, limit) };
  }

  async unsettled({ endedBefore, atWorkBefore }: Quiet, limit: number): Promise<MigrationRecord[]> {
    return [...this.records.values()]
      .filter(({ unsettled, pendingAct }) => unsettled || pendingAct)
      .filter(
        ({ outcome, status, turnAt, updatedAt, pendingAct }) =>
          (outcome || (status === 'accepted' && turnAt === undefined)
            ? updatedAt < endedBefore
            : updatedAt < atWorkBefore) ||
          (pendingAct && pendingAct.at < endedBefore),
      )
      .sort((a, b) => (a.acceptedAt < b.acceptedAt ? -1 : 1))
      .slice(0, limit);
  }

  async countOpen(): Promise<OpenCount> {
    const open = [...this.records.values()].filter(({ unsettled, pendingAct }) => unsettled || pendingAct);
    const inLine = open.filter(isInLine).length;
    return { atWork: open.filter(({ status }) => status !== 'awaitingCutover').length - inLine, inLine };
  }

  async inLine(limit: number, heardSince: string): Promise<MigrationRecord[]> {
    return [...this.records.values()]
      .filter((record) => record.unsettled && isInLine(record) && record.updatedAt >= heardSince)
      .sort((a, b) => (a.acceptedAt < b.acceptedAt ? -1 : 1))
      .slice(0, limit);
  }

  #write(record: MigrationRecord, change: RecordChange & { outcome?: Outcome }): MigrationRecord {
    const at = this.#clock.iso();
    const moved = change.phase !== undefined && change.phase !== record.phase;
    const written: MigrationRecord = {
      ...record,
      ...change,
      updatedAt: at,
      phases: moved ? [...record.phases, { phase: change.phase as MigrationRecord['phase'], at }] : record.phases,
    };
    this.records.set(record.migrationId, written);
    return written;
  }
}

const isInLine = ({ status, turnAt, abort }: MigrationRecord): boolean =>
  status === 'accepted' && turnAt !== undefined && !abort;

const mayAsk = (record: MigrationRecord, ask: Ask, { giveUp }: ActRequest): boolean => {
  const { outcome, promotedAt, phase, completeSentAt, cutoverSettings, fence, pendingAct } = record;
  const isDone = unfencedSince(record) ?? record.rolledBackAt;
  const replaces =
    ask === 'unfence' && (pendingAct?.act === 'confirm' || (giveUp !== undefined && pendingAct !== undefined));
  const isLeft = cutoverSettings !== undefined && fence?.phase !== 'lifted' && (!pendingAct || replaces) && !isDone;
  switch (ask) {
    case 'abort':
      return !outcome && !promotedAt && !record.abort;
    case 'close':
      return !outcome && promotedAt !== undefined && !record.close;
    case 'confirm':
      return isLeft && !outcome && !promotedAt && phase === 'promotionInDoubt';
    case 'unfence':
      return (
        isLeft &&
        (promotedAt !== undefined ||
          phase === 'promotionInDoubt' ||
          completeSentAt !== undefined ||
          (outcome !== undefined && fence !== undefined))
      );
    case 'rollback':
      return isLeft && promotedAt !== undefined && !record.rollbackPossibility?.forGood;
  }
};
