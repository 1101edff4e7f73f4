import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { theAllowedNetworks } from '../../functions/adapters/allowed-networks.ts';
import { systemClock } from '../../functions/adapters/clock.ts';
import { Dialler } from '../../functions/adapters/dial.ts';
import { type SecretUnread, SourceSecrets } from '../../functions/adapters/source-secrets.ts';
import type { FenceChoice } from '../../functions/migration/fence.ts';
import type { GroupRollback } from '../../functions/migration/lock-ports.ts';
import type { CheckId, PreflightResult } from '../../functions/migration/preflight.ts';
import type { Endpoint } from '../../functions/migration/record.ts';
import type { Facts } from '../../functions/preflight/facts.ts';
import { makeGatherFacts } from '../../functions/preflight/gather/gather.ts';
import { judge } from '../../functions/preflight/judge.ts';
import { connectSource, type SourceClient } from '../../local/demo/seed.ts';
import type { GroupOptions, ReplicationGroup } from '../../local/elasticache/replication-group.ts';
import { type RedisProcess, startRedis } from '../../local/redis/server.ts';
import { type Front, type FrontRules, startFront } from './front.ts';
import { ADDRESS, type Ground } from './ground.ts';

/** How a pair differs from a clean one. */
export interface PairOptions {
  /** redis.conf of the source, over {@link CLEAN}; undefined takes a line away. */
  source?: Readonly<Record<string, string | undefined>>;
  /** Lines of the source's ACL file: `default on nopass ~* &* +@all -client|list`. */
  acl?: readonly string[];
  /** Keys of the source to begin with; default 20. */
  keys?: number;
  /** Before the source, which is then reached at the front's port. */
  front?: FrontRules;
  /** Before the primary and the replica of the target, which are then described at the fronts' ports. */
  targetFronts?: { primary?: FrontRules; replica?: FrontRules };
  /** A group of the pair's own, made so; without it the shared one. */
  group?: Omit<GroupOptions, 'id'>;
  /** What Secrets Manager has for the deployment: JSON, or why a secret cannot be read. `$ENDPOINT` in it is the source's. */
  secrets?: readonly (string | SecretUnread)[];
  /** What the request names as the source; default 10.0.0.5. */
  address?: string;
}

export interface CheckOptions {
  waivers?: readonly CheckId[];
  sampleMs?: number;
  /** For all but the sample; default 8000. */
  limitMs?: number;
  /** What time it is for the windows; default {@link NOW}. */
  nowMs?: number;
  /** As the request asks for it; default `auto`. */
  fence?: FenceChoice;
  copyBytesPerSecond?: number;
  /** What the table has of the group. */
  rolledBack?: GroupRollback;
}

/** A source and a replication group, real ones, and the real preflight over them. */
export interface Pair {
  ground: Ground;
  replicationGroupId: string;
  /** What the request names. */
  endpoint: Endpoint;
  source: RedisProcess;
  group: ReplicationGroup;
  /** Before the source, if there is one. */
  front: Front | undefined;
  targetFronts: { primary?: Front; replica?: Front };
  /** One command to the source itself, past any front. */
  onSource<T = unknown>(...command: string[]): Promise<T>;
  /** One command to the target's primary by the control plane, which may do everything. */
  onTarget<T = unknown>(...command: string[]): Promise<T>;
  /** A client of the server at this port of 127.0.0.1, which stays connected until the pair ends. */
  client(port: number): Promise<SourceClient>;
  facts(options?: CheckOptions): Promise<Facts>;
  check(options?: CheckOptions): Promise<PreflightResult>;
  end(): Promise<void>;
}

/** A Wednesday afternoon: the group's snapshot window is 07:30-08:30, its maintenance window on Sunday. */
export const NOW = Date.parse('2026-01-07T15:00:00Z');

/** A source that no check has a word against. */
export const CLEAN: Readonly<Record<string, string>> = {
  bind: `127.0.0.1 -${ADDRESS}`,
  save: '3600 1000000',
  'maxmemory-policy': 'volatile-lru',
  'repl-backlog-size': '64mb',
};

export const startPair = async (ground: Ground, options: PairOptions = {}): Promise<Pair> => {
  const undo: (() => unknown)[] = [];
  const end = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const [source, group] = await Promise.all([startSource(ground, options), groupOf(ground, options)]);
    undo.push(() => source.stop());
    if (options.group) undo.push(() => group.stop());
    const clients: SourceClient[] = [];
    undo.push(() => {
      for (const one of clients) if (one.isOpen) one.destroy();
    });
    const client: Pair['client'] = async (port) => {
      const opened = await connectSource(port);
      clients.push(opened);
      return opened;
    };
    const behindFront = async (port: number, rules: FrontRules | undefined) => {
      if (!rules) return undefined;
      const front = await startFront(port, rules);
      undo.push(() => front.close());
      return front;
    };
    const front = await behindFront(source.port, options.front);
    const fronts: Pair['targetFronts'] = {};
    for (const [role, rules] of Object.entries(options.targetFronts ?? {})) {
      const node = group.nodes().find((one) => one.role === role);
      const before = await behindFront(node?.port ?? 0, rules);
      if (before) fronts[role as 'primary'] = before;
    }
    undo.push(describedAt(group, fronts));

    const endpoint = { address: options.address ?? ADDRESS, port: front?.port ?? source.port };
    const dialler = new Dialler(theAllowedNetworks(), secretsFor(endpoint, options.secrets));
    const facts: Pair['facts'] = ({ sampleMs = 30, limitMs = 8000 } = {}) =>
      makeGatherFacts(ground.targets, ground.servers(dialler), systemClock, { sampleMs, limitMs })({
        replicationGroupId: group.id,
        source: endpoint,
      });
    return {
      ground,
      replicationGroupId: group.id,
      endpoint,
      source,
      group,
      front,
      targetFronts: fronts,
      onSource: (...command) => ask(source.port, command),
      onTarget: (...command) => group.primary().command(...command),
      client,
      facts,
      async check(asked = {}) {
        const { nowMs = NOW, fence = 'auto', copyBytesPerSecond = 40e6, waivers = [], rolledBack } = asked;
        const known = { replicationGroupId: group.id, source: endpoint, nowMs, fence, copyBytesPerSecond };
        const circumstances = { ...known, ...(rolledBack && { rolledBack }) };
        return judge(await facts(asked), circumstances, waivers);
      },
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
};

const secretsFor = ({ address, port }: Endpoint, secrets: PairOptions['secrets'] = []): SourceSecrets => {
  const arns = secrets.map((_, at) => `arn:aws:secretsmanager:us-west-2:000000000000:secret:source-${at}-AbCdEf`);
  const fetch = async (arn: string) => {
    const secret = secrets[arns.indexOf(arn)];
    if (typeof secret !== 'string') throw secret;
    return { text: secret.replaceAll('$ENDPOINT', `${address}:${port}`), versionId: 'one' };
  };
  return new SourceSecrets(arns, fetch, 1000);
};

const groupOf = (ground: Ground, { group }: PairOptions): Promise<ReplicationGroup> =>
  group === undefined
    ? ground.sharedGroup()
    : ground.scene.service.createGroup({ replicas: 1, ...group, id: `own-${randomUUID().slice(0, 8)}` });

const startSource = async (ground: Ground, { source = {}, acl, keys = 20 }: PairOptions): Promise<RedisProcess> => {
  const aclfile = join(ground.folder, `${randomUUID()}.acl`);
  const rules = acl ?? ['default on nopass ~* &* +@all'];
  await writeFile(aclfile, rules.map((rule) => `user ${rule}\n`).join(''));
  const lines = Object.entries({ ...CLEAN, aclfile, ...source }).filter(
    (line): line is [string, string] => line[1] !== undefined,
  );
  const redis = await startRedis({ config: Object.fromEntries(lines) });
  const seeds = Array.from({ length: keys }, (_, index) => [`key:${index}`, 'value']);
  // A source that lets nobody in holds nothing.
  if (keys > 0) await ask(redis.port, ['MSET', ...seeds.flat()]).catch(() => undefined);
  return redis;
};

/** Shows the nodes that have a front at the front's port. @returns what shows them again as they are */
const describedAt = (group: ReplicationGroup, fronts: Pair['targetFronts']): (() => void) => {
  const at = (endpoint: { Port?: number | undefined } | undefined, front: Front | undefined) =>
    endpoint && front ? { ...endpoint, Port: front.port } : endpoint;
  return group.override({
    NodeGroups: (group.describe().NodeGroups ?? []).map((nodeGroup) => ({
      ...nodeGroup,
      PrimaryEndpoint: at(nodeGroup.PrimaryEndpoint, fronts.primary),
      NodeGroupMembers: (nodeGroup.NodeGroupMembers ?? []).map((member) => ({
        ...member,
        ReadEndpoint: at(member.ReadEndpoint, fronts[member.CurrentRole as 'primary']),
      })),
    })),
  });
};

const ask = async <T>(port: number, command: readonly string[]): Promise<T> => {
  const client = await connectSource(port);
  try {
    return await client.sendCommand<T>(command);
  } finally {
    client.destroy();
  }
};
