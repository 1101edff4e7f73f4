import type { Endpoint } from '../../../functions/migration/record.ts';
import type { Probe, ReplicationGroup } from '../../../functions/replication/ports.ts';
import type { ReplicaBuffer } from '../../../functions/replication/replica-buffers.ts';
import type { ReplicaSettings } from '../../../functions/replication/replica-limit.ts';
import type {
  LinkReading,
  Reading,
  ReplicaSide,
  ServerReading,
  ShardNode,
} from '../../../functions/replication/shard-link.ts';

export const SOURCE: Endpoint = { address: '10.0.0.5', port: 6379 };
export const SOURCE_ID = 'a'.repeat(40);
export const OTHER_ID = 'b'.repeat(40);
export const NO_ID = '0'.repeat(40);

export const nodeNamed = (cacheClusterId: string, role: ShardNode['role']): ShardNode => ({
  cacheClusterId,
  endpoint: { address: `${cacheClusterId}.test`, port: 6379 },
  role,
});

export const NODES = [nodeNamed('test-001', 'primary'), nodeNamed('test-002', 'replica')];

export const groupWith = (change: Partial<ReplicationGroup> = {}): ReplicationGroup => ({
  replicationGroupId: 'test',
  status: 'migrating',
  clusterEnabled: false,
  nodeGroups: [{ nodeGroupId: '0001', nodes: NODES }],
  ...change,
});

const upLink: ReplicaSide = { status: 'up', followed: SOURCE, syncInProgress: false, loading: false };
const online = { ip: '10.0.1.1', port: 6379, state: 'online', offset: 1000, lagSeconds: 0 };

/** The source: a primary with one replica online. */
export const aSource = (change: Partial<ServerReading> = {}): ServerReading => ({
  atMs: 0,
  role: 'master',
  replicationId: SOURCE_ID,
  offset: 1000,
  replicas: [online],
  counters: {},
  ...change,
});

/** A node that follows, with its link up and everything applied. */
export const aReplica = (link: Partial<ReplicaSide> = {}, change: Partial<ServerReading> = {}): ServerReading => ({
  atMs: 0,
  role: 'slave',
  replicationId: SOURCE_ID,
  offset: 1000,
  replicas: [],
  counters: {},
  ...change,
  link: { ...upLink, ...link },
});

/** A node that follows nobody. */
export const aMaster = (change: Partial<ServerReading> = {}): ServerReading => ({
  atMs: 0,
  role: 'master',
  replicationId: OTHER_ID,
  offset: 1000,
  replicas: [],
  counters: {},
  ...change,
});

export const unreadable = (why = 'no answer within 2000 ms'): Reading => ({ unreadable: why });

/** One look at a link; a node that is not named follows and is fine. */
export const lookAt = (
  source: Reading,
  primary: Reading,
  more: { replica?: Reading; laterOffset?: number; nodeGroupId?: string } = {},
): LinkReading => ({
  link: { nodeGroupId: more.nodeGroupId ?? '0001', source: SOURCE, nodes: NODES },
  source,
  nodes: new Map<string, Reading>([
    ['test-001', primary],
    ['test-002', more.replica ?? aReplica()],
  ]),
  ...(more.laterOffset !== undefined && { laterOffset: more.laterOffset }),
});

type Answer = Reading | (() => Reading);

/** Servers that answer as they are told to, by address. */
export class FakeServers {
  readonly #answers = new Map<string, Answer>();
  readonly reads: string[] = [];
  /** What the source holds back for its replicas; undefined where it does not tell. */
  buffers: (() => ReplicaBuffer[] | undefined) | undefined;
  settings: ReplicaSettings = {};
  /** How often the source was asked for them. */
  readonly asked = { buffers: 0, settings: 0 };
  open = 0;

  constructor() {
    this.set(SOURCE.address, aSource());
    for (const { endpoint } of NODES) this.set(endpoint.address, aReplica());
  }

  set(address: string, answer: Answer): void {
    this.#answers.set(address, answer);
  }

  /** The primary of the target. */
  primary(answer: Answer): void {
    this.set('test-001.test', answer);
  }

  replica(answer: Answer): void {
    this.set('test-002.test', answer);
  }

  source(answer: Answer): void {
    this.set(SOURCE.address, answer);
  }

  readonly probe = (): Probe => {
    this.open++;
    return {
      read: async ({ address }) => {
        this.reads.push(address);
        const answer = this.#answers.get(address) ?? unreadable(`nobody listens at ${address}`);
        return typeof answer === 'function' ? answer() : answer;
      },
      replicaBuffers: async () => {
        this.asked.buffers++;
        return this.buffers?.();
      },
      replicaSettings: async () => {
        this.asked.settings++;
        return this.settings;
      },
      close: () => {
        this.open--;
      },
    };
  };
}
