import { describe, expect, it } from 'vitest';
import { bufferOfSync, parseReplicaBuffers } from '../../../functions/replication/replica-buffers.ts';

/** As 7.0.15 and 2.8.17 answer. */
const LIST = [
  'id=3 addr=10.0.0.9:50000 laddr=10.0.0.5:6379 fd=8 name= age=3 idle=3 flags=N db=0 omem=20000 tot-mem=42000 cmd=get',
  'id=5 addr=10.0.1.1:50001 laddr=10.0.0.5:6379 fd=9 name=a=b age=2 idle=0 flags=S db=0 obl=0 oll=13 omem=266552 tot-mem=288824 cmd=psync',
  'addr=[fd00::7]:50002 fd=10 name= age=3 idle=0 flags=S db=0 oll=1 omem=17 events=r cmd=replconf',
  'addr=10.0.0.8:50003 fd=11 name= age=3 idle=0 flags=O db=0 omem=99 cmd=monitor',
  '',
].join('\n');

const line = (ip: string, state: string) => ({ ip, port: 6379, state, offset: 0 });

describe('CLIENT LIST', () => {
  it('tells what is held back for each replica, and for nobody else', () => {
    expect(parseReplicaBuffers(LIST)).toEqual([
      { ip: '10.0.1.1', bytes: 266552 },
      { ip: 'fd00::7', bytes: 17 },
    ]);
  });

  it.each([
    ['garbage', 'what is this'],
    ['no figure', 'addr=10.0.1.1:1 flags=S omem=much'],
    ['a negative figure', 'addr=10.0.1.1:1 flags=S omem=-5'],
    ['a figure beyond all numbers', `addr=10.0.1.1:1 flags=S omem=${'9'.repeat(40)}`],
    ['no address', 'flags=S omem=5'],
    ['no flags', 'addr=10.0.1.1:1 omem=5'],
  ])('with %s tells nothing', (_, text) => {
    expect(parseReplicaBuffers(text)).toEqual([]);
  });
});

describe('the buffer of the replica that is synced', () => {
  const buffers = [
    { ip: '10.0.0.6', bytes: 900 },
    { ip: '10.0.1.1', bytes: 100 },
    { ip: '10.0.1.2', bytes: 200 },
  ];

  it('is that of the one which is not online', () => {
    const replicas = [line('10.0.0.6', 'online'), line('10.0.1.1', 'wait_bgsave'), line('10.0.1.2', 'online')];

    expect(bufferOfSync(buffers, replicas)).toEqual({ bytes: 100, amongReplicas: 1 });
  });

  it('is the largest of several that are not online', () => {
    const replicas = [line('10.0.0.6', 'online'), line('10.0.1.1', 'wait_bgsave'), line('10.0.1.2', 'send_bulk')];

    expect(bufferOfSync(buffers, replicas)).toEqual({ bytes: 200, amongReplicas: 2 });
  });

  it.each([
    ['the addresses are others than in INFO', [line('192.168.0.1', 'wait_bgsave')]],
    ['one address has both', [line('10.0.1.1', 'wait_bgsave'), line('10.0.1.1', 'online')]],
    ['INFO lists nobody', []],
  ])('is the largest of all where %s', (_, replicas) => {
    expect(bufferOfSync(buffers, replicas)).toEqual({ bytes: 900, amongReplicas: 3 });
  });

  it('is not there without replicas', () => {
    expect(bufferOfSync([], [line('10.0.1.1', 'wait_bgsave')])).toBeUndefined();
  });
});
