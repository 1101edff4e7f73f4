import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKeyReader } from '../../functions/adapters/key-reader.ts';
import { textOf } from '../docs/sources.ts';
import { seedBig, seedStill } from './support/data.ts';
import { bigFaults, FAULTS, keyFor, stillKeysFor } from './support/faults.ts';
import { type Pair, startPair } from './support/pair.ts';
import { newSeed, Random } from './support/random.ts';
import { closeReaders, found, readersOf, verify, verifyWith } from './support/verify.ts';

const BIG_ELEMENTS = 2000;

/** Stands in the name of what fails. */
const seed = newSeed();

describe(`a copy with faults, seed ${seed}`, () => {
  let pair: Pair;

  beforeAll(async () => {
    const random = new Random(seed);
    pair = await startPair();
    await seedStill(pair.onSource, random, stillKeysFor(1));
    await seedBig(pair.onSource, random, BIG_ELEMENTS);
    await pair.detach();
    for (const fault of FAULTS) await fault.plant(pair.onTarget, keyFor(fault, 0), random);
    for (const fault of bigFaults(BIG_ELEMENTS)) await fault.plant(pair.onTarget, fault.key, random);
  });
  afterAll(() => pair.stop());

  const digestsOf = ({ differences }: Awaited<ReturnType<typeof verify>>) =>
    differences.map(({ key, source, target }) => [key, source?.digest, target?.digest].join(' ')).sort();

  it.each(['target', 'source'] as const)('reads the same when the %s forbids scripts', async (side) => {
    const client = side === 'target' ? pair.onTarget : pair.onSource;
    const before = await verify(pair.source.port, pair.target.port);
    await client.run('ACL', 'SETUSER', 'default', '-@scripting');
    const typed = await verify(pair.source.port, pair.target.port);
    await client.run('ACL', 'SETUSER', 'default', '+@scripting');

    expect(found(typed)).toEqual(found(before));
    expect(digestsOf(typed)).toEqual(digestsOf(before));
    expect(typed.counts).toEqual(before.counts);
  });

  it('reads the same in a manner that versions and locales do not matter to', async () => {
    const before = await verify(pair.source.port, pair.target.port);
    const readers = readersOf(pair.source.port, pair.target.port);
    const traits = await readers.source.traits();
    const other = { ...readers.source, traits: async () => ({ ...traits, version: '7.0.0', sortsByBytes: false }) };
    const scripted = await verifyWith({ ...readers, source: other });
    await pair.onTarget.run('ACL', 'SETUSER', 'default', '-@scripting');
    const again = readersOf(pair.source.port, pair.target.port);
    const typed = await verifyWith({ ...again, source: other });
    await pair.onTarget.run('ACL', 'SETUSER', 'default', '+@scripting');
    for (const both of [readers, again]) closeReaders(both);

    expect(found(scripted)).toEqual(found(before));
    expect(found(typed)).toEqual(found(before));
    expect(digestsOf(typed)).toEqual(digestsOf(scripted));
  });

  it.each([true, false])('needs no more rights than docs/verification.md lists; with scripts: %s', async (scripts) => {
    const lines = /```\n(\+info[^`]+)```/.exec(textOf('docs/verification.md'))?.[1] ?? '';
    const rules = lines.split(/\s+/).filter((rule) => rule !== '' && (scripts || !/script|eval/.test(rule)));
    for (const client of [pair.onSource, pair.onTarget]) {
      await client.run('ACL', 'SETUSER', 'verifier', 'reset', 'on', '>secret', '~*', ...rules);
    }
    const open = (port: number) => openKeyReader({ host: '127.0.0.1', port, username: 'verifier', password: 'secret' });
    const before = await verify(pair.source.port, pair.target.port);
    const readers = { source: open(pair.source.port), target: open(pair.target.port) };
    const result = await verifyWith(readers);
    const traits = await readers.source.traits();
    closeReaders(readers);

    expect(traits.scripts).toBe(scripts);
    expect(found(result)).toEqual(found(before));
  });

  it.each([
    ['a command that scripts use', '-memory|usage', 'MEMORY USAGE'],
    ['the keys', 'resetkeys', 'TYPE'],
    ['groups of streams', '-xinfo', 'XINFO STREAM'],
    ['pending entries', '-xpending', 'XPENDING'],
    ['exact expiries', '-pexpiretime', 'PEXPIRETIME'],
  ])('says which command it may not use when the user may not read %s', async (_, rule, command) => {
    await pair.onTarget.run('ACL', 'SETUSER', 'default', rule);
    const verified = verify(pair.source.port, pair.target.port);

    await expect(verified).rejects.toMatchObject({ code: 'verification-impossible' });
    await expect(verified).rejects.toThrow(`127.0.0.1:${pair.target.port}: ${command} was refused`);
    await pair.onTarget.run('ACL', 'SETUSER', 'default', '+@all', '~*');
  });

  it('says that a password is wrong, without it, and does not try again', async () => {
    const { port } = pair.source;
    const reader = openKeyReader({ host: '127.0.0.1', port, username: 'nobody', password: 'planted' });
    const refused = await reader.ping().catch((error) => error);
    reader.close();

    expect(refused).toMatchObject({ code: 'verification-impossible' });
    expect(refused.message).toContain('it refuses the user and the password (WRONGPASS)');
    expect(String(refused.stack)).not.toContain('planted');
  });

  it('finds one missing and one extra key, which leave DBSIZE equal', async () => {
    await pair.onTarget.run('RENAME', 'still:set:3', 'renamed');
    await pair.onTarget.run('DEL', 'extra:0');
    await pair.onTarget.run('SET', 'in place of a missing one', '');
    const sizes = await Promise.all([pair.onSource, pair.onTarget].map((client) => client.run<number>('DBSIZE')));
    const result = await verify(pair.source.port, pair.target.port);

    expect(sizes[0]).toBe(sizes[1]);
    expect(found(result)).toEqual(expect.arrayContaining(['0 renamed extra', '0 still:set:3 missing']));
    expect(result.counts.differences).toMatchObject({ missing: 2, extra: 2 });
  });

  it('is told by a sample, or bounded by it', async () => {
    const different = await verify(pair.source.port, pair.target.port, { mode: 'sample', sampleKeys: 2000 });
    const other = await startPair();
    await seedStill(other.onSource, new Random(seed), stillKeysFor(1));
    await other.caughtUp();
    const same = await verify(other.source.port, other.target.port, { mode: 'sample', sampleKeys: 2000 });
    await other.stop();

    expect(different.verdict).toBe('different');
    expect(same).toMatchObject({ verdict: 'same', mode: 'sample' });
    expect(same.confidence?.text).toMatch(/^20\d\d keys drawn on each side and none different: at 95 % at most 0.15 %/);
  });

  it('is compared in one database where one is asked for', async () => {
    await pair.onTarget.run('COPY', 'still:set:5', 'elsewhere', 'DB', '3');
    const result = await verify(pair.source.port, pair.target.port, { database: 3 });

    expect(found(result)).toEqual(['3 elsewhere extra']);
    expect(result.counts).toMatchObject({ compared: 0, lookedFor: 1 });
  });
});
