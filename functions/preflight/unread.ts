import type { CheckId } from '../migration/preflight.ts';
import { closingCheck } from './closed-group.ts';
import type { FactName, Facts } from './facts.ts';

/** A fact in words, and the finding that says that it could not be read. */
export interface UnreadFact {
  id: CheckId;
  /** What the fact is, as the middle of a sentence. */
  what: string;
  /** What has to be so that it can be read. */
  required: string;
}

const DESCRIBE = 'DescribeReplicationGroups, DescribeCacheClusters and DescribeCacheParameters are allowed and answer.';
const ON_SOURCE = 'The source answers it within its limit of time, with what its version documents.';

/**
 * Every fact that checks read. Those without a finding of their own come first: without them there is no replication group
 * to look at, or nobody reached it.
 */
export const UNREAD: Readonly<Record<FactName, UnreadFact>> = {
  groupPresence: { id: 'target-not-available', what: 'whether the replication group exists', required: DESCRIBE },
  group: { id: 'target-not-available', what: 'what DescribeReplicationGroups shows', required: DESCRIBE },
  nodes: {
    id: 'target-unreachable',
    what: 'INFO of the nodes of the replication group',
    required: 'Every node answers INFO with what its version documents.',
  },
  sourceReach: { id: 'source-unreachable', what: 'whether the source can be reached', required: ON_SOURCE },
  sourceLogin: {
    id: 'source-credentials',
    what: "the deployment's secrets for sources",
    required: 'Secrets Manager answers.',
  },
  clusters: {
    id: 'unread-target-clusters',
    what: 'what DescribeCacheClusters shows of the members',
    required: DESCRIBE,
  },
  parameters: {
    id: 'unread-target-parameters',
    what: 'the parameters of the replication group (DescribeCacheParameters)',
    required: DESCRIBE,
  },
  targetClients: {
    id: 'unread-target-clients',
    what: 'the clients of the replication group (CLIENT LIST)',
    required: 'The nodes answer CLIENT LIST.',
  },
  commandsUnknownToTarget: {
    id: 'unread-target-commands',
    what: 'which commands of INFO commandstats the replication group knows (COMMAND INFO)',
    required: 'The source answers INFO commandstats, and the nodes COMMAND INFO.',
  },
  sourceAddresses: {
    id: 'unread-source-address',
    what: 'the IP addresses of the source',
    required: "The source's name has an address where this service runs.",
  },
  sourceInfo: { id: 'unread-source-info', what: 'INFO of the source', required: ON_SOURCE },
  sourceConfig: {
    id: 'unread-source-config',
    what: 'the configuration of the source (CONFIG GET)',
    required: ON_SOURCE,
  },
  sourceCommands: {
    id: 'unread-source-commands',
    what: 'which commands the source knows (COMMAND INFO)',
    required: ON_SOURCE,
  },
  sourceModules: { id: 'unread-source-modules', what: 'the modules of the source (MODULE LIST)', required: ON_SOURCE },
  sourceFunctions: {
    id: 'unread-source-functions',
    what: 'the function libraries of the source (FUNCTION LIST)',
    required: ON_SOURCE,
  },
  sourceClients: { id: 'unread-source-clients', what: 'the clients of the source (CLIENT LIST)', required: ON_SOURCE },
  sourceReplicas: {
    id: 'source-replicas-unreachable',
    what: 'whether the replicas of the source answer (INFO)',
    required: 'The replicas answer INFO, from where this service runs.',
  },
  sourceUsers: { id: 'unread-source-users', what: 'the users of the source (ACL USERS)', required: ON_SOURCE },
  sourceRules: {
    id: 'unread-source-users',
    what: 'the rules of the users of the source (ACL GETUSER)',
    required: ON_SOURCE,
  },
  fenceRights: {
    id: 'fence-rights',
    what: 'whether the user of the secret may set a fence (ACL DRYRUN)',
    required: ON_SOURCE,
  },
  sourceKeys: {
    id: 'unread-source-keys',
    what: 'a sample of the keys of the source (SCAN, TYPE, MEMORY USAGE, PTTL)',
    required: ON_SOURCE,
  },
  writes: {
    id: 'unread-source-writes',
    what: "the source's rate of writes (INFO, twice)",
    required: ON_SOURCE,
  },
  sentinels: {
    id: 'unread-sentinels',
    what: 'the Sentinels that watch the source (SENTINEL REPLICAS)',
    required: 'The Sentinels answer, from where this service runs.',
  },
  rdbFormat: {
    id: 'unread-rdb-format',
    what: 'the RDB version of the source (DUMP of one small key)',
    required: ON_SOURCE,
  },
  clocks: { id: 'unread-clocks', what: 'the clocks of both sides (TIME)', required: 'Both sides answer TIME.' },
};

/** Everything that a server would tell, of a stack that reaches none: one finding for all of it. */
export const OUT_OF_REACH: UnreadFact = {
  id: 'unread-servers',
  what: 'the source and the nodes of the replication group (API-only mode)',
  required: 'A stack with VpcSubnetIds, from which the servers can be reached; or your own look at what is named here.',
};

/** The finding of a fact that could not be read: of nodes that ask for TLS or a password it is the one that says so. */
export const unreadFact = (name: FactName, { group, nodes }: Facts): UnreadFact => {
  const closing = name === 'nodes' && 'value' in group ? closingCheck(group.value) : undefined;
  const answered = 'value' in nodes && nodes.value.unread.length === 0;
  return closing === undefined || answered ? UNREAD[name] : { ...UNREAD[name], id: closing };
};
