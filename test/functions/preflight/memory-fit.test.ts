import { describe, expect, it } from 'vitest';
import { aNode, aReplicaNode, ask, nodeInfo, nodes, parameters, sourceInfo } from '../support/facts.ts';

const GIB = 1024 ** 3;

/** A node with this much for data, and a source that uses this much. */
const sides = (capacity: number, used: number, peak = used, more: Record<string, string> = {}) => ({
  nodes: nodes(aNode({ info: nodeInfo({ maxmemory: String(capacity) }) }), aReplicaNode()),
  sourceInfo: sourceInfo({
    used_memory: String(used),
    used_memory_dataset: String(used),
    used_memory_peak: String(peak),
    ...more,
  }),
});
const writes = (bytesPerSecond: number) => ({
  writes: {
    windowMs: 1000,
    lowBytesPerSecond: bytesPerSecond,
    highBytesPerSecond: bytesPerSecond,
    measuredBy: 'offset' as const,
  },
});
const found = (facts: Parameters<typeof ask>[1]) =>
  (['target-memory', 'target-memory-tight'] as const).filter((id) => ask(id, facts) !== undefined);

describe('memory', () => {
  it.each([
    ['the peak is exactly what there is', sides(2 * GIB, GIB, 2 * GIB), []],
    ['the peak is a byte more', sides(2 * GIB, GIB, 2 * GIB + 1), ['target-memory']],
    ['what is used now does not fit either', sides(GIB, 2 * GIB), ['target-memory']],
    ['a tenth more fits to the byte', sides(11_000_000, 10_000_000), []],
    ['a tenth more does not fit', sides(10_999_999, 10_000_000), ['target-memory-tight']],
    ['what is used fills it', sides(GIB, GIB), ['target-memory-tight']],
  ])('%s', (_, facts, ids) => {
    expect(found({ ...facts, ...writes(0) })).toEqual(ids);
  });

  it('counts what is written while the copy runs', () => {
    // 400 MB at 40 MB/s are copied in ten seconds.
    const facts = sides(500_000_000, 400_000_000);

    expect(found({ ...facts, ...writes(5_000_000) })).toEqual([]);
    expect(found({ ...facts, ...writes(7_000_000) })).toEqual(['target-memory-tight']);
  });

  it('wants a quarter of the node reserved, by either of the parameters', () => {
    const facts = { ...sides(GIB, 0.7 * GIB), ...writes(0) };
    const of = (change: Record<string, string | undefined>) => found({ ...facts, parameters: parameters(change) });

    expect(of({ 'reserved-memory-percent': '25' })).toEqual([]);
    expect(of({ 'reserved-memory-percent': '50' })).toEqual([]);
    expect(of({ 'reserved-memory-percent': '0' })).toEqual(['target-memory-tight']);
    expect(of({ 'reserved-memory-percent': undefined, 'reserved-memory': '0' })).toEqual(['target-memory-tight']);
    expect(of({ 'reserved-memory-percent': undefined, 'reserved-memory': String(GIB) })).toEqual([]);
  });

  it('is looked at on the primaries, and on the smallest of them', () => {
    const small = aNode({ info: nodeInfo({ maxmemory: '1000' }) });
    const replica = aReplicaNode({ info: nodeInfo({ role: 'slave', maxmemory: '1000' }) });

    expect(ask('target-memory', { nodes: nodes(aNode(), small) })?.found).toContain('a node has 1000 bytes for data');
    expect(ask('target-memory', { nodes: nodes(aNode(), replica) })).toBeUndefined();
  });

  it('tells how far the source may still grow, and what to do', () => {
    const broken = ask('target-memory', sides(GIB, 2 * GIB, 3 * GIB, { maxmemory: String(8 * GIB) }));

    expect(broken?.found).toBe(
      'The source uses 2 GiB and used up to 3 GiB of a maxmemory of 8 GiB; a node has 1 GiB for data (its maxmemory, the reserve taken off).',
    );
    expect(broken?.remedy[1]).toContain('--cache-node-type "$LARGER_NODE_TYPE"');
  });

  it.each([
    [
      'a node without a limit',
      { nodes: nodes(aNode({ info: nodeInfo({ maxmemory: '0' }) })) },
      'nodes: maxmemory of test-001 is 0',
    ],
    [
      'a node that tells none',
      { nodes: nodes(aNode({ info: nodeInfo({ maxmemory: undefined }) })) },
      'nodes: it has no maxmemory',
    ],
    ['no primary', { nodes: nodes(aReplicaNode()) }, 'nodes: no primary was read'],
    [
      'a source without a peak',
      { sourceInfo: sourceInfo({ used_memory_peak: undefined }) },
      'sourceInfo: it has no used_memory_peak',
    ],
    ['a negative use', { sourceInfo: sourceInfo({ used_memory: '-5' }) }, 'sourceInfo: its used_memory is "-5"'],
  ])('cannot be judged with %s', (_, facts, message) => {
    expect(() => ask('target-memory', facts)).toThrow(message);
  });

  it.each([
    ['no parameter', {}],
    ['an absurd one', { 'reserved-memory-percent': '-3' }],
    ['all of it reserved', { 'reserved-memory-percent': '100' }],
  ])('has no reserve to tell with %s', (_, change) => {
    const facts = { parameters: parameters({ 'reserved-memory-percent': undefined, ...change }) };

    expect(() => ask('target-memory-tight', facts)).toThrow('parameters: ');
  });
});
