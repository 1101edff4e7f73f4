import { beforeEach, describe, expect, it } from 'vitest';
import { TransientServiceError } from '../../../functions/migration/errors.ts';
import { makeInTurn } from '../../../functions/replication/in-turn.ts';
import { makeMoveUp } from '../../../functions/replication/move-up.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeLine } from '../support/line.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aRecord } from '../support/records.ts';
import { FakeWorkflow } from '../support/workflow.ts';

const MINUTE_MS = 60_000;
const SECOND_MS = 1000;
let clock: FakeClock;
let line: FakeLine;
let migrations: FakeMigrations;
let workflow: FakeWorkflow;
beforeEach(() => {
  clock = new FakeClock();
  line = new FakeLine();
  migrations = new FakeMigrations(clock);
  workflow = new FakeWorkflow();
});

const idOf = (nth: number) => `group-${String(nth).padStart(12, '0')}`;
const accept = (nth: number) =>
  migrations.create(aRecord({ migrationId: idOf(nth), acceptedAt: clock.iso(), updatedAt: clock.iso() }));
const begins = async () => ({ verdict: 'passed' });
const blocks = async () => ({ verdict: 'failed' });
const inTurn = (begin: () => Promise<{ verdict: string }> = begins, startsPerMinute = 12) =>
  makeInTurn<{ migrationId: string }, { verdict: string }>(begin, line, migrations, startsPerMinute, clock);

describe('a task in turn', () => {
  it('begins at once for the first twenty, and then one every so many seconds', async () => {
    const answers: unknown[] = [];
    for (let nth = 0; nth < 24; nth++) {
      await accept(nth);
      answers.push(await inTurn()({ migrationId: idOf(nth) }));
    }

    expect(answers.slice(0, 21)).toEqual(Array.from({ length: 21 }, () => ({ verdict: 'passed' })));
    expect(answers.slice(21)).toEqual(
      [5, 10, 15].map((s) => ({ verdict: 'queued', turnAt: clock.iso(s * SECOND_MS) })),
    );
  });

  it('takes one turn for a migration, however often it is tried', async () => {
    line.nextMs = clock.now() + 60 * MINUTE_MS;
    await accept(1);
    const first = await inTurn()({ migrationId: idOf(1) });
    clock.advance(MINUTE_MS);

    expect(await inTurn()({ migrationId: idOf(1) })).toEqual(first);
    expect(line.taken).toBe(1);
  });

  it('begins for whoever has waited, and takes no other turn', async () => {
    await accept(1);
    const turnAt = clock.iso(60 * MINUTE_MS);
    await migrations.update(idOf(1), { turnAt });

    const input = { migrationId: idOf(1), hasTurn: true };
    expect([await inTurn()(input), line.taken]).toEqual([{ verdict: 'passed' }, 0]);
  });

  it('begins always where as many may as come, also one that has a turn far away', async () => {
    await accept(1);
    await migrations.update(idOf(1), { turnAt: clock.iso(60 * MINUTE_MS) });

    expect(await inTurn(begins, 0)({ migrationId: idOf(1) })).toEqual({ verdict: 'passed' });
    expect(line.taken).toBe(0);
  });

  it('gives the turn back where nothing may be started, and keeps it where something is', async () => {
    for (const nth of [1, 2]) await accept(nth);
    await inTurn(blocks)({ migrationId: idOf(1) });
    expect(line.unused).toBe(1);

    await inTurn()({ migrationId: idOf(2) });
    expect(line.unused).toBe(1);
  });

  it.each([new TransientServiceError('Give turn back', new Error('slow down')), new Error('access denied')])(
    'tells what it has found although the turn cannot be given back: %s',
    async (error) => {
      await accept(1);
      line.giveBack = () => Promise.reject(error);

      expect(await inTurn(blocks)({ migrationId: idOf(1) })).toEqual({ verdict: 'failed' });
    },
  );
});

/** Those that wait, and what they do when they are called or their turn comes: in steps of a second. */
const crowd = () => {
  const turns = new Map<number, number>();
  const blocked = new Set<number>();
  const beganMs = new Map<number, number>();
  const tokenOf = (nth: number) => `token-${nth}`;
  const wait = async (nth: number, turnAt: string) => {
    turns.set(nth, Date.parse(turnAt));
    workflow.waiting.add(tokenOf(nth));
    await migrations.update(idOf(nth), { taskToken: tokenOf(nth), turnAt });
  };
  const begin = async (nth: number) => {
    turns.delete(nth);
    workflow.waiting.delete(tokenOf(nth));
    beganMs.set(nth, clock.now());
    await migrations.update(idOf(nth), { status: 'checking' });
    await inTurn(blocked.has(nth) ? blocks : begins)({ migrationId: idOf(nth), hasTurn: true } as never);
  };
  return {
    blocked,
    beganMs,
    turns,
    async ask(nth: number, startsPerMinute = 12) {
      await accept(nth);
      const answer = (await inTurn(begins, startsPerMinute)({ migrationId: idOf(nth) })) as { turnAt?: string };
      if (answer.turnAt) await wait(nth, answer.turnAt);
      else await begin(nth);
    },
    /** Its token calls nobody any more, and nobody has noticed. */
    die(nth: number) {
      turns.delete(nth);
      workflow.waiting.delete(tokenOf(nth));
    },
    async leave(nth: number) {
      turns.delete(nth);
      workflow.waiting.delete(tokenOf(nth));
      await migrations.end(idOf(nth), 'aborted', { status: 'aborted' });
      await migrations.markSettled(idOf(nth));
    },
    /** A sweep each minute, unless there is none. */
    async pass(minutes: number, startsPerMinute = 12, sweeps = true) {
      const moveUp = makeMoveUp(line, migrations, workflow, startsPerMinute, clock);
      for (let second = 0; second < 60 * minutes; second++) {
        if (sweeps && second % 60 === 0) {
          const seen = await line.end();
          await moveUp(seen, (await migrations.countOpen()).inLine);
          for (const { taskToken, output } of workflow.resumed.splice(0)) {
            await wait(Number(taskToken.slice(6)), (output as { turnAt: string }).turnAt);
          }
        }
        for (const [nth, turnMs] of [...turns]) if (turnMs <= clock.now()) await begin(nth);
        clock.advance(SECOND_MS);
      }
    },
  };
};
/** How many began in the busiest minute. */
const busiest = (beganMs: Iterable<number>): number => {
  const all = [...beganMs];
  return Math.max(...all.map((fromMs) => all.filter((ms) => ms >= fromMs && ms < fromMs + MINUTE_MS).length));
};

/** By how long somebody began later than one who came after. */
const overtakenMs = (beganMs: Map<number, number>): number => {
  const inOrder = [...beganMs].sort(([a], [b]) => a - b).map(([, ms]) => ms);
  return Math.max(...inOrder.map((ms, nth) => ms - Math.min(ms, ...inOrder.slice(nth + 1))));
};

describe('the line', () => {
  const asked = async (count: number) => {
    const those = crowd();
    for (let nth = 0; nth < count; nth++) await those.ask(nth);
    // Twenty began at once, and the next one in turn.
    those.beganMs.clear();
    return those;
  };

  it('moves up to where others were aborted, no faster than may begin, and in its order', async () => {
    const those = await asked(300);
    for (let nth = 20; nth < 300; nth++) if (nth % 10 !== 0) await those.leave(nth);
    await those.pass(4);

    const order = [...those.beganMs.keys()];
    expect(order).toEqual(Array.from({ length: 27 }, (_, nth) => 30 + nth * 10));
    expect(busiest(those.beganMs.values())).toBeLessThanOrEqual(13);
  });

  it('would not, were there no sweep: then each keeps its turn', async () => {
    const those = await asked(300);
    for (let nth = 20; nth < 300; nth++) if (nth % 10 !== 0) await those.leave(nth);
    await those.pass(4, 12, false);

    expect(those.beganMs.size).toBeLessThan(8);
  });

  it('has whoever comes behind those that wait, and not behind those that have left', async () => {
    const those = await asked(300);
    for (let nth = 30; nth < 300; nth++) await those.leave(nth);
    await those.pass(1);
    await those.ask(300);
    await those.pass(3);

    expect([...those.beganMs.keys()]).toEqual([...Array.from({ length: 9 }, (_, nth) => 21 + nth), 300]);
  });

  it('lets nobody in before those that wait while it is drawn nearer', async () => {
    const those = await asked(60);
    for (let nth = 20; nth < 40; nth++) await those.leave(nth);
    for (let minute = 0; minute < 6; minute++) {
      await those.ask(100 + minute);
      await those.pass(1);
    }

    const order = [...those.beganMs.keys()];
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).toHaveLength(26);
    expect(busiest(those.beganMs.values())).toBeLessThanOrEqual(13);
  });

  it('goes on faster over those that may not start, and never more than three times as fast', async () => {
    const those = await asked(400);
    for (let nth = 0; nth < 380; nth++) those.blocked.add(nth);
    await those.pass(14);

    expect(those.turns.size).toBe(0);
    expect(those.beganMs.size).toBe(379);
    expect(overtakenMs(those.beganMs)).toBeLessThanOrEqual(10_000);
    expect(busiest(those.beganMs.values())).toBeLessThanOrEqual(39);
  });

  it('goes on as fast as may begin from now on, where that was raised', async () => {
    const those = await asked(300);
    await those.pass(3, 120);

    expect(those.turns.size).toBe(0);
    expect(busiest(those.beganMs.values())).toBeLessThanOrEqual(122);
  });

  it('is let go, some hundred in a sweep, where as many may begin as come', async () => {
    const those = await asked(300);
    await those.pass(1, 0);
    expect(those.beganMs.size).toBeGreaterThanOrEqual(200);
    await those.pass(1, 0);

    expect(those.turns.size).toBe(0);
  });

  it('puts nobody off, where fewer may begin from now on', async () => {
    const those = await asked(60);
    await those.pass(4, 1);

    expect(those.turns.size).toBe(0);
  });

  it('moves up over those that have died in it, and whose end is not recorded yet', async () => {
    const those = await asked(300);
    for (let nth = 20; nth < 200; nth++) {
      if (nth < 140) await those.leave(nth);
      else those.die(nth);
    }
    await those.pass(1);

    expect([...those.beganMs.keys()]).toEqual(Array.from({ length: 12 }, (_, nth) => 200 + nth));
  });

  it('moves up over those that have died in it and whose turns are over', async () => {
    const those = await asked(300);
    for (let nth = 20; nth < 260; nth++) {
      if (nth < 60) those.die(nth);
      else await those.leave(nth);
    }
    clock.advance(6 * MINUTE_MS);
    await those.pass(1);

    expect([...those.beganMs.keys()]).toEqual(Array.from({ length: 12 }, (_, nth) => 260 + nth));
  });

  it('calls nobody who has been silent for so long that nobody can be called', async () => {
    const those = await asked(400);
    for (let nth = 21; nth < 300; nth++) those.die(nth);
    clock.advance(21 * MINUTE_MS);
    for (let nth = 300; nth < 400; nth++) await migrations.update(idOf(nth), {});
    let calls = 0;
    const resume: typeof workflow.resume = async () => ++calls > 0;
    await makeMoveUp(line, migrations, { resume }, 12, clock)(await line.end(), 379);

    expect(calls).toBe(18);
  });

  it('is called no further by a sweep that Step Functions refuses, and by the next one again', async () => {
    const those = await asked(100);
    for (let nth = 20; nth < 90; nth++) await those.leave(nth);
    const slow = new TransientServiceError('Resume execution', new Error('slow down'));
    workflow.faults.resume = [slow];
    const sweep = async () => makeMoveUp(line, migrations, workflow, 12, clock)(await line.end(), 10);

    expect([await sweep(), workflow.resumed]).toEqual([0, []]);
    expect(await sweep()).toBe(10);

    workflow.faults.resume = [new Error('access denied')];
    for (let nth = 90; nth < 100; nth++) workflow.waiting.add(`token-${nth}`);
    await expect(sweep()).rejects.toThrow('access denied');
  });

  it('makes up for what was given back once, where the sweep that saw it could not draw it nearer', async () => {
    await asked(300);
    line.unused = 24;
    line.shorten = async () => false;
    await makeMoveUp(line, migrations, workflow, 12, clock)(await line.end(), 280);

    expect(workflow.resumed).toEqual([]);
  });

  it('comes to the same when it is swept twice', async () => {
    const those = await asked(100);
    for (let nth = 20; nth < 90; nth++) await those.leave(nth);
    const sweep = async () => makeMoveUp(line, migrations, workflow, 12, clock)(await line.end(), 10);
    expect(await sweep()).toBe(10);
    const called = workflow.resumed.map(({ output }) => output);
    const endMs = line.nextMs;

    expect(await sweep()).toBe(0);
    expect([workflow.resumed.map(({ output }) => output), line.nextMs]).toEqual([called, endMs]);
  });
});
