import { describe, expect, it } from 'vitest';
import { actingLimit, parseReplicaLimit } from '../../../functions/replication/replica-limit.ts';
import { raiseBacklog, raiseLimit, type SourceSettings } from '../../../functions/replication/replica-remedy.ts';
import { SOURCE } from '../support/nodes.ts';

const MIB = 1024 * 1024;
const DEFAULT = { hardBytes: 256 * MIB, softBytes: 64 * MIB, softSeconds: 60 };

describe('client-output-buffer-limit', () => {
  it.each([
    ['normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60'],
    ['normal 0 0 0 replica 268435456 67108864 60 pubsub 33554432 8388608 60'],
    ['replica 268435456 67108864 60'],
  ])('is read from %s', (text) => {
    expect(parseReplicaLimit(text)).toEqual(DEFAULT);
  });

  it.each([
    '',
    'normal 0 0 0',
    'slave 1 2',
    'slave a b c',
    'slave 1 -2 3',
    `slave ${'9'.repeat(30)} 1 1`,
    'normal slave 0 0',
  ])('is not read from %j', (text) => {
    expect(parseReplicaLimit(text)).toBeUndefined();
  });

  it('below the backlog acts as if it were that large, from Redis 7 on', () => {
    const settings = { limit: { hardBytes: 8, softBytes: 4, softSeconds: 1 }, backlogBytes: 16 };

    expect(actingLimit(settings, 7)?.hardBytes).toBe(16);
    expect(actingLimit(settings, 6)?.hardBytes).toBe(8);
    expect(actingLimit(settings, undefined)?.hardBytes).toBe(8);
    expect(actingLimit({ ...settings, limit: { ...settings.limit, hardBytes: 0 } }, 7)?.hardBytes).toBe(0);
    expect(actingLimit({ backlogBytes: 16 }, 7)).toBeUndefined();
  });
});

describe('the line that raises the limit', () => {
  const known = (change: Partial<SourceSettings> = {}): SourceSettings => ({
    source: SOURCE,
    settings: { limit: DEFAULT, backlogBytes: MIB },
    counters: { majorVersion: 7 },
    ...change,
  });
  const limited = (hardBytes: number, softBytes: number) => ({ limit: { hardBytes, softBytes, softSeconds: 60 } });

  it('can be pasted, and leaves room above the limit that was overcome', () => {
    expect(raiseLimit(known(), 200 * MIB)).toEqual([
      'redis-cli -h 10.0.0.5 -p 6379 CONFIG SET client-output-buffer-limit "replica 1073741824 536870912 60"',
    ]);
  });

  it('leaves room above what is expected', () => {
    expect(raiseLimit(known(), 1000 * MIB)[0]).toContain(`"replica ${2000 * MIB} ${1000 * MIB} 60"`);
  });

  it('calls the class by its old name before Redis 5', () => {
    expect(raiseLimit(known({ counters: { majorVersion: 3 } }), 0)[0]).toContain('"slave ');
  });

  it('makes no limit where there is none', () => {
    expect(raiseLimit(known({ settings: limited(0, 8 * MIB) }), 0)[0]).toContain(`"replica 0 ${16 * MIB} 60"`);
    expect(raiseLimit(known({ settings: limited(8 * MIB, 0) }), 0)[0]).toContain(`"replica ${32 * MIB} 0 60"`);
    expect(raiseLimit(known({ settings: limited(0, 0) }), 0)).toEqual([]);
  });

  it('starts from what the engines set where nothing could be read', () => {
    expect(raiseLimit(known({ settings: {}, counters: {} }), 0)[0]).toContain('"replica 1073741824 536870912 60"');
  });

  it('is not there when the machine has not that much memory', () => {
    expect(raiseLimit(known({ counters: { systemBytes: 512 * MIB } }), 0)).toEqual([]);
    expect(raiseBacklog(known({ counters: { systemBytes: 32 * MIB } }))).toEqual([]);
  });

  it('of the backlog makes it several times as large', () => {
    expect(raiseBacklog(known())).toEqual(['redis-cli -h 10.0.0.5 -p 6379 CONFIG SET repl-backlog-size 67108864']);
    expect(raiseBacklog(known({ settings: { backlogBytes: 100 * MIB } }))[0]).toContain(String(400 * MIB));
  });
});
