import type { Clock } from '../../replication/ports.ts';
import type { Fact, FactValues, NodeClient, TargetGroup, TargetNode } from '../facts.ts';
import type { Servers } from '../ports.ts';
import { clientsOf, isReplication } from './client-list.ts';
import { type ClockReading, readClock } from './clocks.ts';
import { factOf, MOOT, unreadable } from './fact.ts';
import type { Line, Lines } from './lines.ts';
import { infoIn } from './replies.ts';

type GroupNode = TargetGroup['nodes'][number];

export interface NodesRead {
  nodes: Fact<FactValues['nodes']>;
  targetClients: Fact<NodeClient[]>;
  /** Of the primary, when it could be read. */
  clock: Fact<ClockReading>;
  primary?: Line;
}

/** One node: what it told, or why it could not be read. */
type NodeRead =
  | { node: GroupNode; why: string }
  | { node: GroupNode; read: TargetNode; line: Line; clients: Fact<NodeClient[]>; clock: Fact<ClockReading> };

/** Reads all nodes of the group at the same time. */
export const readNodes = async (
  group: TargetGroup,
  lines: Lines,
  servers: Pick<Servers, 'resolve'>,
  clock: Clock,
): Promise<NodesRead> => {
  const all = await Promise.all(group.nodes.map((node) => readNode(node, lines, servers, clock)));
  const read = all.filter((one) => 'read' in one);
  const unread = all
    .filter((one) => 'why' in one)
    .map(({ node: { cacheClusterId, endpoint }, why }) => ({ cacheClusterId, endpoint, why }));
  const primary = read.find(({ node }) => node.role === 'primary');
  return {
    nodes: { value: { read: read.map((one) => one.read), unread } },
    targetClients: clientsOfAll(read.map(({ clients }) => clients)),
    clock: primary?.clock ?? MOOT,
    ...(primary && { primary: primary.line }),
  };
};

const readNode = async (
  node: GroupNode,
  lines: Lines,
  servers: Pick<Servers, 'resolve'>,
  clock: Clock,
): Promise<NodeRead> => {
  const { cacheClusterId, endpoint, role } = node;
  const line = lines.to(endpoint);
  const addresses = factOf(() => servers.resolve(endpoint.address, lines.untilMs));
  const info = await factOf(async () => infoIn(await line.ask('INFO')));
  if (!('value' in info)) return { node, why: 'unreadable' in info ? info.unreadable : '' };
  const clients = await factOf(async () =>
    (await clientsOf(line, info.value))
      .filter((client) => !isReplication(client))
      .map((client) => ({ cacheClusterId, line: client })),
  );
  const found = await addresses;
  return {
    node,
    read: { cacheClusterId, endpoint, role, ...('value' in found && { addresses: found.value }), info: info.value },
    line,
    clients: 'unreadable' in clients ? unreadable(`${cacheClusterId}: ${clients.unreadable}`) : clients,
    clock: role === 'primary' ? await factOf(() => readClock(line, clock)) : MOOT,
  };
};

/** Of the nodes that could be read at all: that another could not is a finding of its own. */
const clientsOfAll = (all: readonly Fact<NodeClient[]>[]): Fact<NodeClient[]> => {
  if (all.length === 0) return MOOT;
  const clients: NodeClient[] = [];
  for (const one of all) {
    if (!('value' in one)) return one;
    clients.push(...one.value);
  }
  return { value: clients };
};
