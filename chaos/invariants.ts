import type { Verdict } from '../test/cutover/ledger/judge.ts';
import { Connection, Refusal } from '../test/cutover/ledger/resp.ts';
import type { Ground } from './ground.ts';
import type { Ended } from './operator.ts';
import type { Source } from './source.ts';
import { openTable } from './table.ts';

export interface End extends Ended {
  /** By CompleteMigration, without Force. */
  isPromoted: boolean;
  /** By server of the source: what was in force before the cutover. */
  rulesBefore: string[];
  /** The source, and its replica if it has one. */
  servers: Source[];
  verdict: Verdict;
  /** The new primary died after its promotion, with all that it held: no cutover can help that. */
  diedWithItsData: boolean;
  /** The primary of the target was an empty server of nobody for a while, which takes what anybody sends it. */
  wasReplaced: boolean;
}

const ANSWER_MS = 1000;

/** Everything that has to hold when a migration has ended, whatever was struck on the way; empty when it does. */
export const findProblems = async (ground: Ground, end: End, groupId: string): Promise<string[]> => {
  const problems: string[] = [];
  const must = (holds: boolean, otherwise: string) => {
    if (!holds) problems.push(otherwise);
  };
  const { verdict, isPromoted, outcome, terminal, unfenced } = end;

  must(end.unsettled === undefined, `it did not come to rest: ${end.unsettled}`);
  must(terminal.length === 1, `terminal events: ${terminal.join(', ') || 'none'}`);
  must(
    end.diedWithItsData || verdict.lost === 0,
    `lost ${verdict.lost} of ${verdict.total}: ${verdict.examples.join('; ')}`,
  );
  must(
    end.wasReplaced || verdict.early === 0,
    `the target took ${verdict.early} before its promotion: ${verdict.examples.join('; ')}`,
  );
  must(verdict.late === 0, `the fenced source took ${verdict.late}: ${verdict.examples.join('; ')}`);
  must(verdict.twice === 0, `both sides gave out ${verdict.twice}`);
  must(!unfenced?.wasOpen, 'the source took writes while the promotion was in doubt');
  must(
    isPromoted === (outcome === 'completed') || unfenced !== undefined,
    `the outcome is ${outcome}, the target was ${isPromoted ? '' : 'not '}promoted`,
  );

  const [source] = end.servers as [Source];
  if (outcome === 'completed' && !unfenced) {
    must(await refusesWrites(source.port), 'the source takes writes after a completed cutover');
    await source.restart();
    must(await refusesWrites(source.port), 'the source takes writes after a completed cutover and a restart');
  }
  if (outcome !== undefined && outcome !== 'completed') {
    must(!(await refusesWrites(source.port)), 'the source refuses writes although nothing was completed');
    const rules = await Promise.all(end.servers.map(({ port }) => rulesOf(port)));
    must(
      String(rules) === String(end.rulesBefore),
      `the source is not as it was: ${rules} instead of ${end.rulesBefore}`,
    );
    const { status, migration } = ground.lane.lab.aws.elastiCache.group(groupId);
    must(unfenced !== undefined || (status === 'available' && !migration), `the target is still ${status}`);
  }
  problems.push(...(await inTheTable(ground, end, groupId)));
  return problems;
};

const inTheTable = async (
  { lane, migrationId }: Ground,
  { outcome, unfenced }: End,
  groupId: string,
): Promise<string[]> => {
  const table = openTable(lane.lab);
  try {
    const [lock, fence] = await Promise.all([table.find(`LOCK#${groupId}`), table.find(`FENCE#${migrationId}`)]);
    const problems: string[] = [];
    if (lock?.owner !== undefined) problems.push(`the lock is still held by ${lock.owner}`);
    const expected = outcome === 'completed' && !unfenced ? ['sealed'] : ['lifted', undefined];
    const phase = (fence?.fence as { phase?: string } | undefined)?.phase;
    if (!expected.includes(phase)) problems.push(`the fence record says ${phase}`);
    return problems;
  } finally {
    table.close();
  }
};

/** A write by whoever has no name. No answer, as under a pause, counts as a refusal. */
export const refusesWrites = async (port: number): Promise<boolean> => {
  const connection = await Connection.open(port);
  try {
    const late = new Promise<'late'>((resolve) => setTimeout(resolve, ANSWER_MS, 'late'));
    const reply = await Promise.race([connection.call('SET', 'probe', 'value'), late]);
    return reply === 'late' || reply instanceof Refusal;
  } finally {
    connection.close();
  }
};

const SETTINGS = ['min-replicas-to-write', 'min-replicas-max-lag'];

/** Everything that a fence could have changed. */
export const rulesOf = async (port: number): Promise<string> => {
  const connection = await Connection.open(port);
  try {
    const users = await connection.ask<string[]>('ACL', 'LIST');
    // A server tells its settings in an order of its own, which is another after a restart.
    const answers = SETTINGS.map((name) => connection.ask<string[]>('CONFIG', 'GET', name));
    return JSON.stringify([users.sort(), ...(await Promise.all(answers))]);
  } finally {
    connection.close();
  }
};
