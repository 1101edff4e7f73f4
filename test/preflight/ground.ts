import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dialler } from '../../functions/adapters/dial.ts';
import type { Servers, TargetDescriptions } from '../../functions/preflight/ports.ts';
import { addressOf, destination } from '../../local/aliases.ts';
import type { ReplicationGroup } from '../../local/elasticache/replication-group.ts';
import { leadConnections, leadLookups } from '../../local/lambda/host-aliases.ts';
import { type Scene, setScene } from '../local/elasticache/harness.ts';

/** Where sources stand: preflight refuses loopback, so every port of this address leads to this machine. */
export const ADDRESS = '10.0.0.5';

/** What all pairs of a test file stand on: one embedded ElastiCache behind HTTP, and the adapters that a function has. */
export interface Ground {
  scene: Scene;
  targets: TargetDescriptions;
  /** @param dialler default: that of the environment, without secrets */
  servers(dialler?: Dialler): Servers;
  /** Where names and addresses lead, as `hostAliases` of the embedded AWS; can be added to. */
  aliases: Record<string, string>;
  /** What DNS has for a name, where it is not the one address that its alias leads to. None: DNS does not know it. */
  addresses: Record<string, string[]>;
  /** A folder for ACL files. */
  folder: string;
  /** The replication group that pairs share: a primary, a replica and no data. */
  sharedGroup(): Promise<ReplicationGroup>;
  end(): Promise<void>;
}

/** Sockets of this process are led from then on, whether the ground ends or not: one ground at a time. */
const led: { ground?: Pick<Ground, 'aliases' | 'addresses'> } = {};
leadConnections((dialled) => destination(dialled, (name) => led.ground?.aliases[name]));
leadLookups((host) => led.ground?.addresses[host] ?? [addressOf(host, led.ground?.aliases ?? {}) ?? []].flat());

export const startGround = async (): Promise<Ground> => {
  const scene = await setScene();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: scene.url,
    AWS_REGION: 'us-west-2',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    // Everything but what is special, and this machine.
    ALLOWED_NETWORKS: '0.0.0.0/0,::/0,127.0.0.0/8',
    REACH: 'vpc',
  });
  // The SDK's clients read the environment when their module is loaded.
  const { targetDescriptions } = await import('../../functions/adapters/target-descriptions.ts');
  const { redisServers } = await import('../../functions/adapters/redis-servers.ts');
  const folder = await mkdtemp(join(tmpdir(), 'elasticache-migrator-preflight-'));
  let shared: Promise<ReplicationGroup> | undefined;
  const ground: Ground = {
    scene,
    targets: targetDescriptions,
    servers: (dialler) => redisServers(undefined, undefined, undefined, dialler),
    aliases: { [`${ADDRESS}:*`]: '127.0.0.1:*' },
    addresses: {},
    folder,
    sharedGroup: () => (shared ??= scene.service.createGroup({ id: 'shared', replicas: 1 })),
    async end() {
      delete led.ground;
      await scene.end();
      await rm(folder, { recursive: true });
    },
  };
  led.ground = ground;
  return ground;
};
