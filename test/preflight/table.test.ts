import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CheckId, PREFLIGHT_CHECKS } from '../../functions/migration/preflight.ts';
import type { Case } from './case.ts';
import { SOURCE_CASES } from './cases-source.ts';
import { TARGET_CASES } from './cases-target.ts';
import { UNREAD_CASES } from './cases-unread.ts';
import { type Ground, startGround } from './ground.ts';
import { startPair } from './pair.ts';

const CASES: readonly Case[] = [...TARGET_CASES, ...SOURCE_CASES, ...UNREAD_CASES];

/** Checks in the order in which the catalogue has them. */
const IDS = (Object.keys(PREFLIGHT_CHECKS) as CheckId[])
  // Of a stack that reaches no server: test/functions/preflight/gather/describe.test.ts.
  .filter((id) => id !== 'unread-servers');

describe('the preflight on real servers', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await startGround();
    await ground.sharedGroup();
  });
  afterAll(() => ground?.end());

  const findingsOf = async ({ pair: options = {}, prepare, ...asked }: Partial<Case>) => {
    const pair = await startPair(ground, options);
    try {
      const takeBack = await prepare?.(pair);
      try {
        return (await pair.check(asked)).findings;
      } finally {
        await takeBack?.();
      }
    } finally {
      await pair.end();
    }
  };

  it('has a case for every check', () => {
    const cased = new Set(CASES.map(({ id }) => id));

    expect(IDS.filter((id) => !cased.has(id))).toEqual([]);
  });

  it('says which conditions no real server here can be brought into: of these, one answer comes from a RESP front', () => {
    const only = IDS.filter((id) => CASES.filter((one) => one.id === id).every(({ how }) => how === 'RESP front'));

    expect(only).toEqual([
      // An older or newer server, another engine, or a module.
      ...['rdb-format', 'rdb-format-unknown', 'source-version', 'source-modules', 'source-functions'],
      // A machine that is short of memory or slow, a server without ACL, a wrong clock, a hundred million keys.
      ...['source-memory-headroom', 'source-cpu', 'source-fork-slow', 'fence-none', 'clock-skew'],
      // A module that was loaded from a file.
      ...['modules-loaded-twice', 'keyspace-large'],
      'unread-source-writes',
    ]);
  });

  it('finds nothing wrong with a clean pair', async () => {
    expect(await findingsOf({})).toEqual([]);
  });

  it('finds nothing wrong with a clean pair behind fronts that change nothing', async () => {
    expect(await findingsOf({ pair: { front: {}, targetFronts: { primary: {}, replica: {} } } })).toEqual([]);
  });

  it.each(CASES)('$id, by $how: $what', async (one) => {
    const expected = [one.id, ...(one.also ?? [])];
    const findings = await findingsOf(one);

    expect(findings.map(({ id, found }) => ({ id, found })).filter(({ id }) => !expected.includes(id))).toEqual([]);
    expect(findings.map(({ id }) => id).sort()).toEqual(expected.toSorted());
    for (const { title, found, required } of findings) {
      for (const text of [title, found, required]) expect(text).not.toBe('');
    }
  });

  it('leaves a shared group behind that is as clean as before', async () => {
    expect(await findingsOf({})).toEqual([]);
  });
});
