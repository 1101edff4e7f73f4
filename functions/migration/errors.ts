import { MigratorError } from './error.ts';

/** A fault that may be gone at the next attempt: throttling, a 5xx, a broken connection. The state machine retries it. */
export class TransientServiceError extends MigratorError {
  override readonly name = 'TransientServiceError';
  readonly code = 'transient-service-fault';

  constructor(operation: string, cause: unknown) {
    super(`${operation}: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}`, { cause });
  }
}

/** Another migration owns the replication group's lock. */
export class ReplicationGroupLockedError extends MigratorError {
  override readonly name = 'ReplicationGroupLockedError';
  readonly code = 'replication-group-locked';

  constructor(replicationGroupId: string, owner: string) {
    super(`Replication group ${replicationGroupId} is being migrated by migration ${owner}`);
  }
}

/** The lock that this migration held is gone: settlement has taken it back. Nothing more may be done to the group. */
export class LockLostError extends MigratorError {
  override readonly name = 'LockLostError';
  readonly code = 'lock-lost';

  constructor(replicationGroupId: string, migrationId: string) {
    super(`Migration ${migrationId} does not own the lock of replication group ${replicationGroupId} any more`);
  }
}

/** Another try's fence stands on the source: it has to be lifted first. */
export class FenceStandsError extends MigratorError {
  override readonly name = 'FenceStandsError';
  readonly code = 'fence-stands';

  constructor(migrationId: string, phase: string) {
    super(`A fence of migration ${migrationId} stands already, and is ${phase}`);
  }
}

/** Whoever lifts fences has taken this one over. The try that set it may do nothing more to the source. */
export class FenceTakenOverError extends MigratorError {
  override readonly name = 'FenceTakenOverError';
  readonly code = 'fence-taken-over';

  constructor(migrationId: string) {
    super(`The fence of migration ${migrationId} was taken over, to lift it`);
  }
}

/** An operator has asked for the abort: the task does nothing more, and settlement makes the world safe. */
export class AbortRequestedError extends MigratorError {
  override readonly name = 'AbortRequestedError';
  readonly code = 'abort-requested';

  constructor(migrationId: string, { at, reason }: { at: string; reason?: string }) {
    super(`The abort of migration ${migrationId} was requested at ${at}${reason ? `: ${reason}` : ''}`);
  }
}

export class TargetNotFoundError extends MigratorError {
  override readonly name = 'TargetNotFoundError';
  readonly code = 'target-not-found';

  constructor(replicationGroupId: string) {
    super(`There is no replication group ${replicationGroupId} in this account and Region`);
  }
}

/** A server is not dialled: its address, or one that its name leads to, is outside of the allowed networks. */
export class NetworkNotAllowedError extends MigratorError {
  override readonly name = 'NetworkNotAllowedError';
  readonly code = 'network-not-allowed';

  /** @param address may be anything that a server said */
  constructor(address: string, port: number, why: string) {
    super(`${JSON.stringify(address.slice(0, 260)).slice(1, -1)}:${port} was not dialled: ${why}`);
  }
}

/** ElastiCache answers InvalidReplicationGroupState: the group is not `available`. */
export class TargetNotAvailableError extends MigratorError {
  override readonly name = 'TargetNotAvailableError';
  readonly code = 'target-not-available';

  constructor(operation: string, replicationGroupId: string, detail: string) {
    super(`${operation} of replication group ${replicationGroupId} was refused: ${detail}`);
  }
}

/** Somebody else's online migration runs on the group. It is not ours, and it is left alone. */
export class TargetAlreadyMigratingError extends MigratorError {
  override readonly name = 'TargetAlreadyMigratingError';
  readonly code = 'target-already-migrating';

  constructor(replicationGroupId: string) {
    super(`Replication group ${replicationGroupId} is already under an online migration that this one did not start`);
  }
}

/** ElastiCache answers ReplicationGroupNotUnderMigrationFault. */
export class TargetNotMigratingError extends MigratorError {
  override readonly name = 'TargetNotMigratingError';
  readonly code = 'target-not-migrating';

  constructor(replicationGroupId: string) {
    super(`Replication group ${replicationGroupId} is not under an online migration`);
  }
}

/** ElastiCache refuses the request itself: a parameter, a missing prerequisite, a missing permission. */
export class TargetRefusedError extends MigratorError {
  override readonly name = 'TargetRefusedError';
  readonly code = 'target-refused';

  constructor(operation: string, replicationGroupId: string, detail: string) {
    super(`${operation} of replication group ${replicationGroupId} was refused: ${detail}`);
  }
}

/** ElastiCache has answered that it will not do it: the call took no effect. Of any other error nobody knows. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof TargetNotFoundError ||
  error instanceof TargetNotAvailableError ||
  error instanceof TargetAlreadyMigratingError ||
  error instanceof TargetNotMigratingError ||
  error instanceof TargetRefusedError;

export class ClusterModeNotSupportedError extends MigratorError {
  override readonly name = 'ClusterModeNotSupportedError';
  readonly code = 'cluster-mode-not-supported';

  constructor(replicationGroupId: string) {
    super(`Replication group ${replicationGroupId} has cluster mode enabled, which this service does not migrate yet`);
  }
}

export class ReplicationTestFailedError extends MigratorError {
  override readonly name = 'ReplicationTestFailedError';
  readonly code = 'replication-test-failed';

  constructor(replicationGroupId: string, verdict: string) {
    super(`TestMigration of replication group ${replicationGroupId} failed: ${verdict}`);
  }
}

/** StartMigration is not sent: the record shows no preflight that has passed for a real run. */
export class PreflightMissingError extends MigratorError {
  override readonly name = 'PreflightMissingError';
  readonly code = 'preflight-missing';

  constructor(replicationGroupId: string, found: string) {
    super(`StartMigration of replication group ${replicationGroupId} was not sent: ${found}`);
  }
}

/** StartMigration is not sent: what the preflight found may not be so any more. */
export class PreflightOutdatedError extends MigratorError {
  override readonly name = 'PreflightOutdatedError';
  readonly code = 'preflight-outdated';

  constructor(replicationGroupId: string, checkedAt: string) {
    super(
      `StartMigration of replication group ${replicationGroupId} was not sent: its preflight is of ${checkedAt}, more than an hour ago`,
    );
  }
}

/** ElastiCache could not make, or gave up, the replication: the group is on its own again. */
export class ReplicationFailedError extends MigratorError {
  override readonly name = 'ReplicationFailedError';
  readonly code = 'replication-failed';

  constructor(replicationGroupId: string, evidence: string) {
    super(`The replication into replication group ${replicationGroupId} failed: ${evidence}`);
  }
}

/** The full sync begins anew again and again. The message has the cause, as far as anybody can know it, and what helps. */
export class ResyncLoopError extends MigratorError {
  override readonly name = 'ResyncLoopError';
  readonly code = 'resync-loop';

  constructor(replicationGroupId: string, fullSyncs: number, evidence: string) {
    super(
      `The full sync of replication group ${replicationGroupId} has begun ${fullSyncs} times without getting in sync. ${evidence}`,
    );
  }
}

/** The target follows a primary whose data are not the source's. */
export class ForeignReplicationError extends MigratorError {
  override readonly name = 'ForeignReplicationError';
  readonly code = 'foreign-replication';

  constructor(replicationGroupId: string, evidence: string) {
    super(`Replication group ${replicationGroupId} does not replicate from this migration's source: ${evidence}`);
  }
}

/** Somebody completed or stopped the online migration by other means than this service. */
export class MigrationEndedElsewhereError extends MigratorError {
  override readonly name = 'MigrationEndedElsewhereError';
  readonly code = 'migration-ended-elsewhere';

  constructor(replicationGroupId: string, evidence: string) {
    super(`The online migration of replication group ${replicationGroupId} was ended by somebody else: ${evidence}`);
  }
}
