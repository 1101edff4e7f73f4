import { AS_THEY_ARE, type KeyNames } from '../../migration/key-name.ts';
import type { Endpoint } from '../../migration/record.ts';
import type { Clock } from '../../replication/ports.ts';
import type { Facts, TargetGroup } from '../facts.ts';
import type { Servers, TargetDescriptions } from '../ports.ts';
import { clocksOf } from './clocks.ts';
import { factOf, MOOT, valueIn } from './fact.ts';
import { Lines } from './lines.ts';
import { type NodesRead, readNodes } from './nodes.ts';
import { gatherSource } from './source.ts';
import { describeMembers } from './target.ts';
import { commandsUnknownTo } from './unknown-commands.ts';

type Descriptions = Pick<TargetDescriptions, 'group' | 'clusters' | 'parameters'>;

export interface GatherSettings {
  /** How long the source's writes are watched; 0 for not at all. */
  sampleMs: number;
  /** For everything besides, from the very beginning; default 8000. Whatever is not read then is unreadable. */
  limitMs?: number;
}

const LIMIT_MS = 8000;

/**
 * Reads every fact of both sides, and changes nothing. What a server says, or does not say, never throws: it is in the facts.
 * @throws TransientServiceError, TargetRefusedError of the API's description of the group
 */
export const makeGatherFacts =
  (
    targets: Descriptions,
    servers: Servers,
    clock: Clock,
    { sampleMs, limitMs = LIMIT_MS }: GatherSettings,
    keyNames: Pick<KeyNames, 'redaction'> = AS_THEY_ARE,
  ) =>
  async ({ replicationGroupId, source }: { replicationGroupId: string; source: Endpoint }): Promise<Facts> => {
    const redaction = await keyNames.redaction();
    const beganMs = clock.now();
    const lines = new Lines(servers, beganMs + limitMs + sampleMs);
    // The API may take its time until it believes what it describes: the source is read meanwhile.
    const ofTarget = async () => {
      const group = await targets.group(replicationGroupId, beganMs);
      const [members, nodes] = await Promise.all([
        group ? describeMembers(group, targets, beganMs) : NO_MEMBERS,
        group ? readNodes(group, lines, servers, clock) : NO_NODES,
      ]);
      return { group, members, nodes };
    };
    try {
      const [{ group, members, nodes }, { clock: sourceClock, ...ofSource }] = await Promise.all([
        ofTarget(),
        gatherSource({ source, lines, servers, clock, sampleMs, redaction }),
      ]);
      const { primary, ...target } = nodes;
      const info = valueIn(ofSource.sourceInfo);
      return {
        ...presence(group),
        ...members,
        nodes: target.nodes,
        targetClients: target.targetClients,
        commandsUnknownToTarget: primary && info ? await factOf(() => commandsUnknownTo(primary, info)) : MOOT,
        ...ofSource,
        clocks: clocksOf(sourceClock, target.clock),
      };
    } finally {
      lines.close();
    }
  };

const NO_MEMBERS: Pick<Facts, 'clusters' | 'parameters'> = { clusters: MOOT, parameters: MOOT };
const NO_NODES: NodesRead = { nodes: MOOT, targetClients: MOOT, clock: MOOT };

const presence = (group: TargetGroup | undefined): Pick<Facts, 'groupPresence' | 'group'> => ({
  groupPresence: { value: group ? 'present' : 'absent' },
  group: group ? { value: group } : MOOT,
});
