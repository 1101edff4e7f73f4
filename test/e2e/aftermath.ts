import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { expect } from 'vitest';
import { refusesWrites, rulesOf } from '../../chaos/invariants.ts';
import { openTable, type Table } from '../../chaos/table.ts';
import type { Call } from '../../local/endpoint/endpoint.ts';
import { type Announcement, eventually, type Lab, TERMINAL } from './lab.ts';

/** Between two looks through the whole of the service: others on this machine need the processors. */
export const SELDOM_MS = 200;
/** How many decile events there are depends on the machine. */
const PASSING = 'MigrationProgressed';

/** The whole of what a migration announced, each event once, in order. */
export const toldOf = (lab: Lab, migrationId: string): string[] => {
  const mine = lab.announced.filter((one) => one.migrationId === migrationId && one.detailType !== PASSING);
  return [...new Map(mine.map(({ id, detailType }) => [id, detailType])).values()];
};

/** The terminal event, once it and nothing else is left to come. */
export const endOf = async (lab: Lab, migrationId: string): Promise<Announcement> => {
  const isMine = (one: Announcement) => one.migrationId === migrationId && TERMINAL.includes(one.detailType);
  return eventually(async () => lab.announced.find(isMine));
};

/** The last that was written of a migration; nothing of the service has a part in it. */
export const tableOf = (lab: Lab): Table => openTable(lab);

/** As an operator does it in the console. */
export const stopExecution = async (lab: Lab, migrationId: string): Promise<void> => {
  const { executionArn } = await lab.view(migrationId);
  const client = new SFNClient({
    endpoint: lab.aws.awsEndpoint,
    region: 'us-west-2',
    credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' },
  });
  await client.send(
    new StopExecutionCommand({ executionArn: executionArn as string, error: 'Operator', cause: 'stopped by hand' }),
  );
  client.destroy();
};

export interface Sides {
  group: string;
  /** Of the source. */
  port: number;
  /** What was in force on the source before the cutover. */
  rules: string;
}

/** Nothing has happened: the source takes writes under its old rules, and the target is on its own. */
export const expectTheSourceAsItWas = async (lab: Lab, { group, port, rules }: Sides): Promise<void> => {
  expect(await refusesWrites(port)).toBe(false);
  expect(await rulesOf(port)).toBe(rules);
  const { status, migration, nodeGroups } = lab.aws.elastiCache.group(group);
  expect([status, migration, await nodeGroups[0]?.primary.linkState()]).toEqual(['available', undefined, 'primary']);
};

/** The cutover is done: the target alone takes writes. */
export const expectTheTargetAlone = async (lab: Lab, { group, port }: Sides): Promise<void> => {
  expect(await refusesWrites(port)).toBe(true);
  expect(await refusesWrites(lab.aws.elastiCache.group(group).nodes()[0]?.port as number)).toBe(false);
};

/** The lock of the group is free, and the migration is settled. */
export const expectNothingLeft = async (table: Table, group: string, migrationId: string): Promise<void> => {
  await eventually(async () => (await table.find(`MIGRATION#${migrationId}`))?.unsettled === undefined, SELDOM_MS);
  expect(await table.find(`LOCK#${group}`)).not.toHaveProperty('owner');
};

/** A call that is on its way, and arrives when it is let go. */
export interface Held {
  /** Resolves when somebody makes the call. */
  reached: Promise<void>;
  release(): void;
}

/** Holds calls on their way to AWS, and counts CompleteMigration. `policy` is the lab's fault policy. */
export class Holds {
  readonly #waiting: { matches: (call: Call) => boolean; reach: () => void; released: Promise<void> }[] = [];
  readonly #completed: { group: string; forced: boolean }[] = [];

  readonly policy = async (call: Call): Promise<'none'> => {
    const at = this.#waiting.findIndex(({ matches }) => matches(call));
    if (at !== -1) {
      const [held] = this.#waiting.splice(at, 1);
      held?.reach();
      await held?.released;
    }
    if (call.operation === 'CompleteMigration') {
      const form = new URLSearchParams(call.body.toString());
      this.#completed.push({ group: form.get('ReplicationGroupId') ?? '', forced: form.get('Force') === 'true' });
    }
    return 'none';
  };

  /** The first call of that kind from now on. */
  next(matches: (call: Call) => boolean): Held {
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    this.#waiting.push({ matches, reach: reached.resolve, released: released.promise });
    return { reached: reached.promise, release: released.resolve };
  }

  /** How often CompleteMigration without Force has arrived for the group. */
  completions(group: string): number {
    return this.#completed.filter((one) => one.group === group && !one.forced).length;
  }
}

/** A write to an item of the table, of which all these words are. */
export const writing =
  (pk: string, ...words: string[]) =>
  ({ service, operation, body }: Call): boolean => {
    const text = service === 'dynamodb' && /^(Put|Update)Item$/.test(operation) ? body.toString() : '';
    return text.includes(`"${pk}"`) && words.every((word) => text.includes(word));
  };

/** The fence stands on every node, nothing is sealed: the last moment but one before the point of no return. */
export const sealing = (migrationId: string) => writing(`FENCE#${migrationId}`, '"sealed"');

/** So many at once do what needs the processors; the others wait for their turn. */
export const turnstile = (most: number) => {
  let free = most;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free--;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
};
