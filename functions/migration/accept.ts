import { ASKS, type Ask } from './acts.ts';
import { type Caller, toAsker } from './asker.ts';
import { guaranteesOf, type Reach } from './guarantees.ts';
import { fingerprint, hashIdempotencyKey, newMigrationId } from './identity.ts';
import type { Migrations, SourceNetworks, TargetGroups, Workflow } from './ports.ts';
import type { MigrationInput, MigrationRecord } from './record.ts';
import { parseMigrationRequest } from './request.ts';
import { cutoverSettings } from './request-cutover-settings.ts';
import { IdempotencyKeyReusedError, ReplicationGroupNotAllowedError } from './request-errors.ts';
import { DEFAULT_VERIFICATION } from './verification.ts';

/** What whoever asked for a migration is told. A repeat under the same key is told the same, word for word. */
export interface Acceptance {
  migrationId: string;
  status: 'accepted';
  links: Record<'self' | 'cutover' | Ask, string>;
}

/** A request as it came in, by HTTP or by the bus. */
export interface Asking {
  body: unknown;
  caller: Caller;
  idempotencyKey?: string;
  correlationId: string;
}

/**
 * Accepts a request for a migration: check, claim the key, write the record, start the execution.
 *
 * Each step can be repeated: a request that died between two of them is finished by the next one under the same key,
 * and never begins a second migration.
 *
 * @param networks in which a source may be
 * @param groups that may be migrated into
 * @param reach of the stack: what its migrations are watched by
 * @throws InvalidRequestError with every violation
 * @throws NotInReachError when it asks an API-only stack for what it cannot do
 * @throws ReplicationGroupNotAllowedError before anything is written
 * @throws IdempotencyKeyReusedError when the key stands for another request
 */
export const makeAcceptMigration =
  (
    migrations: Pick<Migrations, 'claimKey' | 'create'>,
    workflow: Pick<Workflow, 'start' | 'executionArn'>,
    networks: SourceNetworks,
    groups: TargetGroups,
    reach: Reach = 'full',
    now: () => Date = () => new Date(),
  ) =>
  async ({ body, caller, idempotencyKey, correlationId }: Asking): Promise<Acceptance> => {
    const request = parseMigrationRequest(body, networks, reach);
    const { replicationGroupId } = request;
    if (!groups.has(replicationGroupId)) throw new ReplicationGroupNotAllowedError(replicationGroupId, `${groups}`);
    let migrationId = newMigrationId(replicationGroupId);

    if (idempotencyKey !== undefined) {
      const claim = {
        keyHash: hashIdempotencyKey(caller.by, idempotencyKey),
        // A waiver is the same wherever it stands in its list.
        fingerprint: fingerprint({ ...request, waivers: request.waivers?.toSorted() }),
        migrationId,
      };
      const standing = await migrations.claimKey(claim);
      if (standing.fingerprint !== claim.fingerprint) throw new IdempotencyKeyReusedError(standing.migrationId);
      migrationId = standing.migrationId;
    }

    const [source] = request.customerNodeEndpointList;
    const verification = request.verification ?? DEFAULT_VERIFICATION;
    const cutover = cutoverSettings(request.cutover);
    const input: MigrationInput = {
      migrationId,
      correlationId,
      replicationGroupId,
      source,
      cutover,
      verification,
      dryRun: request.dryRun ?? false,
      waivers: request.waivers ?? [],
      ...(request.reason !== undefined && { reason: request.reason }),
      ...(reach !== 'full' && { guarantees: guaranteesOf(reach) }),
    };
    const acceptedAt = now().toISOString();
    const record: MigrationRecord = {
      migrationId,
      replicationGroupId,
      request,
      verification,
      cutoverSettings: cutover,
      ...(reach === 'api-only' && { apiOnly: true as const }),
      requestedBy: toAsker(caller, acceptedAt, request.reason),
      correlationId,
      input: JSON.stringify(input),
      executionArn: workflow.executionArn(migrationId),
      status: 'accepted',
      statusReason: 'The request is accepted; its execution is about to begin.',
      phase: 'queued',
      waitingFor: 'the state machine to begin',
      acceptedAt,
      updatedAt: acceptedAt,
      phases: [{ phase: 'queued', at: acceptedAt }],
      unsettled: true,
    };
    const standing = await migrations.create(record);
    if (standing.status === 'accepted') await workflow.start(migrationId, standing.input);

    const self = `/migrations/${migrationId}`;
    const links = Object.fromEntries(['cutover', ...ASKS].map((action) => [action, `${self}/${action}`]));
    return { migrationId, status: 'accepted', links: { self, ...links } as Acceptance['links'] };
  };
