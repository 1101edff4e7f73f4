import { describe, expect, it } from 'vitest';
import { rdbDirection } from '../../../functions/preflight/rdb.ts';
import { aNode, aReplicaNode, ask, nodeInfo, nodes, sourceInfo } from '../support/facts.ts';

const engine = (text: string) => {
  const [name, version] = text.split(' ') as ['redis' | 'valkey', string];
  return { name, version };
};

describe('the direction of the RDB format', () => {
  it.each([
    // source, what its DUMP says, target
    ['redis 2.8.24', 6, 'redis 5.0.6', 'yes'],
    ['redis 7.0.15', 10, 'redis 7.0.7', 'yes'],
    ['redis 7.0.15', undefined, 'redis 7.0.7', 'yes'],
    ['redis 7.0.15', undefined, 'redis 6.2.6', 'no'],
    ['redis 6.2.14', undefined, 'redis 5.0.6', 'yes'],
    // ElastiCache's own release loads what 7.0 does; of more nobody has said anything.
    ['redis 7.0.15', undefined, 'redis 7.1.0', 'yes'],
    ['redis 7.2.4', 11, 'redis 7.1.0', 'unknown'],
    ['redis 7.2.4', 11, 'redis 7.0.7', 'no'],
    ['redis 7.2.4', 11, 'valkey 7.2.6', 'yes'],
    ['redis 7.2.4', 11, 'valkey 8.2.0', 'yes'],
    ['valkey 8.1.0', 11, 'valkey 8.0.1', 'yes'],
    ['valkey 8.1.0', 11, 'redis 7.1.0', 'unknown'],
    // From 7.4 on Redis writes what Valkey refuses, whatever its release.
    ['redis 7.4.0', 12, 'valkey 8.1.0', 'no'],
    ['redis 8.2.1', 12, 'valkey 9.2.0', 'no'],
    ['redis 8.6.0', 13, 'valkey 12.0.0', 'no'],
    ['redis 8.4.0', 12, 'redis 8.6.0', 'yes'],
    ['redis 8.8.0', 14, 'redis 8.6.0', 'no'],
    // Valkey's own versions begin at 80; it may send 11 to those who know no better.
    ['valkey 9.0.0', 80, 'valkey 9.0.3', 'yes'],
    ['valkey 9.0.0', 80, 'valkey 9.2.0', 'yes'],
    ['valkey 9.0.0', 80, 'valkey 8.1.0', 'unknown'],
    ['valkey 9.2.0', 81, 'valkey 9.0.0', 'unknown'],
    ['valkey 9.0.0', 80, 'redis 7.0.7', 'no'],
    ['valkey 9.0.0', 80, 'redis 8.8.0', 'unknown'],
    // A release that is newer than the table.
    ['redis 9.0.0', undefined, 'redis 8.8.0', 'unknown'],
    ['redis 9.0.0', undefined, 'redis 7.0.7', 'no'],
    ['redis 9.0.0', 15, 'redis 9.0.0', 'unknown'],
    ['redis 9.0.0', 14, 'redis 9.0.0', 'yes'],
    ['redis 2.6.0', undefined, 'redis 7.0.7', 'unknown'],
    ['redis 2.6.0', 6, 'redis 7.0.7', 'yes'],
    ['redis 7.0.15', 10, 'redis 2.6.0', 'unknown'],
    // What the DUMP says goes before the table.
    ['redis 6.3.4', 10, 'redis 6.2.6', 'no'],
  ])('%s that dumps %s, into %s: %s', (source, dumped, target, loads) => {
    expect(rdbDirection(engine(source), engine(target), dumped).loads).toBe(loads);
  });

  it('is one finding, with both sides in it', () => {
    const older = { nodes: nodes(aNode({ info: nodeInfo({ redis_version: '6.2.6' }) }), aReplicaNode()) };

    expect(ask('rdb-format', older)?.found).toBe(
      'Redis OSS 7.0.15 writes RDB version 10, Redis OSS 6.2.6 loads up to 9.',
    );
    expect(ask('rdb-format-unknown', older)).toBeUndefined();
    const newer = { sourceInfo: sourceInfo({ redis_version: '7.2.4' }), rdbFormat: 11 };
    expect(ask('rdb-format', newer)).toBeUndefined();
    expect(ask('rdb-format-unknown', newer)?.found).toBe(
      'Redis OSS 7.2.4 writes RDB version 11, Redis OSS 7.1.0 loads at least 10.',
    );
  });
});
