/** What a migration event may tell. */
export type MigrationOutcome =
  | { kind: 'started' }
  | { kind: 'startFailed'; reason: string }
  | { kind: 'tested' }
  | { kind: 'testFailed'; reason: string }
  | { kind: 'completed' }
  | { kind: 'completeFailed'; reason: string }
  | { kind: 'stopped' }
  | { kind: 'stopFailed' };

/**
 * `guide`: `Complete Migration successful for <id>` (Migration-Complete in the user guide). `console`: `Migration operation
 * succeeded for replication group <id>.` (Migration-Console). `bare`: an invented third wording, since the guide leaves the
 * texts of failures open. A function words each event as it likes.
 */
export type EventWording = 'guide' | 'console' | 'bare' | ((id: string, outcome: MigrationOutcome) => string);

type Words = (id: string, reason: string) => string;

const guide: Record<MigrationOutcome['kind'], Words> = {
  started: (id) => `Start Migration successful for ${id}`,
  startFailed: (id, reason) => `Start Migration failed for ${id}: ${reason}`,
  tested: (id) => `Test Migration successful for ${id}`,
  testFailed: (id, reason) => `Test Migration failed for ${id}: ${reason}`,
  completed: (id) => `Complete Migration successful for ${id}`,
  completeFailed: (id, reason) => `Complete Migration failed for ${id}: ${reason}`,
  stopped: (id) => `Complete Migration successful for ${id}`,
  stopFailed: (id) => `Complete Migration failed for ${id}`,
};

const succeeded: Words = (id) => `Migration operation succeeded for replication group ${id}.`;
const failed: Words = (id) => `Migration operation failed for replication group ${id}.`;
const consoleTexts: Record<MigrationOutcome['kind'], Words> = {
  started: succeeded,
  startFailed: failed,
  tested: succeeded,
  testFailed: failed,
  completed: succeeded,
  completeFailed: failed,
  stopped: succeeded,
  stopFailed: failed,
};

const bare: Record<MigrationOutcome['kind'], Words> = {
  started: (id) => `Replication group ${id}: online migration started`,
  startFailed: (id, reason) => `Replication group ${id}: online migration failed to start (${reason})`,
  tested: (id) => `Replication group ${id}: migration test succeeded`,
  testFailed: (id, reason) => `Replication group ${id}: migration test failed (${reason})`,
  completed: (id) => `Replication group ${id}: online migration succeeded`,
  completeFailed: (id, reason) => `Replication group ${id}: online migration failed to complete (${reason})`,
  stopped: (id) => `Replication group ${id}: online migration stopped with success`,
  stopFailed: (id) => `Replication group ${id}: online migration stopped, failed`,
};

const tables = { guide, console: consoleTexts, bare };

export const eventText = (wording: EventWording, id: string, outcome: MigrationOutcome): string =>
  typeof wording === 'function'
    ? wording(id, outcome)
    : tables[wording][outcome.kind](id, 'reason' in outcome ? outcome.reason : '');
