import type { Facts, FactValues } from '../../functions/preflight/facts.ts';
import { makeDescribeFacts } from '../../functions/preflight/gather/describe.ts';
import { aNode, aReplicaNode, aTargetGroup, cleanFacts, nodeInfo, nodes } from '../functions/support/facts.ts';
import { FIRST, SECOND, SOURCE } from './target.ts';

/** What the preflight finds of the scripted pair: nothing is wrong but for these. */
export const scriptedFacts = (change: Partial<FactValues> = {}): Facts => {
  const [primary, replica] = [aNode({ endpoint: FIRST }), aReplicaNode({ endpoint: SECOND })];
  const group = aTargetGroup();
  return cleanFacts({
    group: {
      ...group,
      nodes: group.nodes.map((node) => ({ ...node, endpoint: node.role === 'primary' ? FIRST : SECOND })),
    },
    nodes: nodes(primary, replica),
    ...change,
  });
};

/** The target has data of its own. */
export const fullTarget = (): Facts =>
  scriptedFacts({
    nodes: nodes(
      aNode({ endpoint: FIRST, info: nodeInfo({ db0: 'keys=1204,expires=0,avg_ttl=0' }) }),
      aReplicaNode({
        endpoint: SECOND,
        info: nodeInfo({ role: 'slave', run_id: 'd'.repeat(40), db0: 'keys=1204,expires=0,avg_ttl=0' }),
      }),
    ),
  });

/** The target has no Multi-AZ. */
export const unfitPair = (): Facts => scriptedFacts({ group: { ...aTargetGroup(), multiAz: 'disabled' } });

/** What the API tells of the pair, to a stack that reaches no server. */
export const toldFacts = (): Promise<Facts> => {
  const { group, clusters, parameters } = scriptedFacts() as { [N in keyof FactValues]: { value: FactValues[N] } };
  const targets = {
    group: async () => group.value,
    clusters: async () => clusters.value,
    parameters: async () => parameters.value,
  };
  const clock = { now: () => 0, sleep: async () => undefined };
  return makeDescribeFacts(targets, clock)({ replicationGroupId: 'test', source: SOURCE });
};
