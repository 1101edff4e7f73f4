import { describe, expect, it } from 'vitest';
import type { FenceChoice } from '../../../functions/migration/fence.ts';
import { NEEDED_COMMANDS } from '../../../functions/preflight/asked.ts';
import type { SourceReplica } from '../../../functions/preflight/facts.ts';
import { UnreadableFieldError } from '../../../functions/preflight/unreadable.ts';
import { ask, sourceInfo } from '../support/facts.ts';

describe('commands', () => {
  it('that the source does not know are named, with the line that gives their names back', () => {
    const sourceCommands = new Map(NEEDED_COMMANDS.map((name) => [name, !['psync', 'config'].includes(name)]));

    expect(ask('source-commands-renamed', { sourceCommands })).toEqual({
      found: 'Not known to the source: psync and config.',
      remedy: ["sed -i -E -e '/^ *rename-command +(psync|config) /Id' -- /etc/redis/redis.conf"],
    });
    // It may be renamed anywhere then, and a guess would change nothing.
    const fileless = { sourceCommands, sourceInfo: sourceInfo({ config_file: '' }) };
    expect(ask('source-commands-renamed', fileless)?.remedy).toEqual([]);
  });
});

describe('the role of the source', () => {
  const role = (info: Record<string, string | undefined>) =>
    ask('source-is-replica', { sourceInfo: sourceInfo({ role: 'slave', ...info }) });

  it('as a replica names the primary to give instead', () => {
    expect(role({ master_host: '10.0.0.4', master_port: '6379', master_link_status: 'up' })).toEqual({
      found: 'It follows 10.0.0.4:6379, master_link_status up.',
      remedy: ['"customerNodeEndpointList": [{"address":"10.0.0.4","port":6379}]'],
    });
  });

  it.each([{ master_host: undefined, master_port: '1' }, { master_host: 'x', master_port: 'y' }, { role: undefined }])(
    'cannot be judged with %o',
    (info) => {
      expect(() => role(info)).toThrow(UnreadableFieldError);
    },
  );
});

describe('other replicas', () => {
  const replicas = (info: Record<string, string>) => ask('source-replicas', { sourceInfo: sourceInfo(info) });

  it('are counted and named', () => {
    expect(replicas({ connected_slaves: '1', slave0: 'ip=10.0.0.6,port=6380,state=online,offset=7,lag=0' })).toEqual({
      found: '1: 10.0.0.6:6380 (online).',
      remedy: ['redis-cli -h 10.0.0.6 -p 6380 INFO replication'],
    });
  });

  it('count even where the source does not tell which', () => {
    expect(replicas({ connected_slaves: '2' })).toEqual({ found: '2: not told which.', remedy: [] });
  });

  it('are quoted for the shell, whatever a source says', () => {
    const line = replicas({ connected_slaves: '1', slave0: 'ip=$(reboot),port=1,state=online,offset=7' })?.remedy[0];

    expect(line).toBe("redis-cli -h '$(reboot)' -p 1 INFO replication");
  });
});

describe('Sentinels', () => {
  it('are each named, with the line that takes the source from them', () => {
    const endpoint = (port: number) => ({ address: '10.0.0.7', port });

    expect(ask('source-sentinel', { sentinels: [] })).toBeUndefined();
    expect(
      ask('source-sentinel', {
        sentinels: [
          { endpoint: endpoint(26_379), primaryName: 'mymaster' },
          { endpoint: endpoint(26_380), primaryName: 'my master' },
        ],
      }),
    ).toEqual({
      found: '10.0.0.7:26379 watches it as `mymaster` and 10.0.0.7:26380 watches it as `my master`.',
      remedy: [
        'redis-cli -h 10.0.0.7 -p 26379 SENTINEL REMOVE mymaster',
        "redis-cli -h 10.0.0.7 -p 26380 SENTINEL REMOVE 'my master'",
      ],
    });
  });

  it('are known by their connections where they do not say where they are', () => {
    const client = (name: string) => new Map([['name', name]]);

    expect(ask('source-sentinel', { sourceClients: [client('app'), client('sentinel-1f2e-cmd')] })).toEqual({
      found: 'Connected: sentinel-1f2e-cmd.',
      remedy: [],
    });
    expect(ask('source-sentinel', { sourceClients: [client('app')] })).toBeUndefined();
  });
});

describe('replicas of the source that the fence has to cover', () => {
  const unreachable = (sourceReplicas: SourceReplica[], connected: number, fence: FenceChoice = 'auto') =>
    ask(
      'source-replicas-unreachable',
      { sourceReplicas, sourceInfo: sourceInfo({ connected_slaves: String(connected) }) },
      { fence },
    );
  const reached = { endpoint: { address: '10.0.0.6', port: 6380 } };
  const unreached = { endpoint: { address: '10.0.0.7', port: 6381 }, unreached: 'no answer in 2000 ms' };

  it('are all reached, or each that is not is named', () => {
    expect(unreachable([], 0)).toBeUndefined();
    expect(unreachable([reached], 1)).toBeUndefined();
    expect(unreachable([reached, unreached], 2)).toEqual({
      found: '10.0.0.7:6381 (no answer in 2000 ms).',
      remedy: ['redis-cli -h 10.0.0.7 -p 6381 REPLICAOF NO ONE'],
    });
  });

  it('are not taken for none when INFO does not tell where they are', () => {
    expect(unreachable([reached], 3)?.found).toBe('2 of which INFO does not tell where they are.');
  });

  it('do not matter where nothing is fenced', () => {
    expect(unreachable([unreached], 1, 'none')).toBeUndefined();
  });
});
