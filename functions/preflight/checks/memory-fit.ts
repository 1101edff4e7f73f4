import { check, modifyGroup, PREPARE, page } from '../check.ts';
import { copySeconds } from '../copy-time.ts';
import type { Circumstances } from '../facts.ts';
import { reserveOf, targetCapacityBytes } from '../memory.ts';
import { bytesText } from '../text.ts';
import { numberField, optionalNumberField } from '../unreadable.ts';

/** A migration takes days at times, and what is migrated grows. */
const GROWTH = 1.1;

/** Whether what the source holds fits a node of the target. Each check is silent where the other one speaks. */
export const MEMORY_FIT_CHECKS = [
  check({
    id: 'target-memory',
    title: "The source's data do not fit the nodes of the replication group.",
    required: "Nodes whose memory for data holds the source's highest use of memory.",
    because: PREPARE,
    needs: ['nodes', 'sourceInfo'],
    rule: ({ nodes, sourceInfo }, circumstances) => {
      const capacity = targetCapacityBytes(nodes);
      const peak = peakBytes(sourceInfo);
      if (peak <= capacity) return undefined;
      const limit = optionalNumberField(sourceInfo, 'maxmemory', 'sourceInfo') ?? 0;
      return {
        found: [
          `The source uses ${bytesText(numberField(sourceInfo, 'used_memory', 'sourceInfo'))} and used up to ${bytesText(peak)}`,
          ...(limit > capacity ? [` of a maxmemory of ${bytesText(limit)}`] : []),
          `; a node has ${bytesText(capacity)} for data (its maxmemory, the reserve taken off).`,
        ].join(''),
        remedy: largerNodes(circumstances),
      };
    },
  }),
  check({
    id: 'target-memory-tight',
    title: "The source's data fit the nodes of the replication group, but leave little room.",
    required: 'Room for a tenth more and for what is written during the copy, with a quarter of the node reserved.',
    because: page('AWS, managing reserved memory', 'redis-memory-management.html'),
    needs: ['nodes', 'sourceInfo', 'parameters', 'writes'],
    rule: ({ nodes, sourceInfo, parameters, writes }, circumstances) => {
      const capacity = targetCapacityBytes(nodes);
      if (peakBytes(sourceInfo) > capacity) return undefined;
      const used = numberField(sourceInfo, 'used_memory', 'sourceInfo');
      const reserve = reserveOf(capacity, parameters);
      const written = writes.lowBytesPerSecond * copySeconds(sourceInfo, circumstances);
      if (used * GROWTH + written <= reserve.advisedBytes) return undefined;
      return {
        found: `The source uses ${bytesText(used)} and writes about ${bytesText(written)} during the copy; a node has ${bytesText(capacity)} for data at ${reserve.text}, ${bytesText(reserve.advisedBytes)} if a quarter is reserved.`,
        remedy: largerNodes(circumstances),
      };
    },
  }),
];

/** @throws {UnreadableFieldError} */
const peakBytes = (sourceInfo: ReadonlyMap<string, string>): number =>
  Math.max(
    numberField(sourceInfo, 'used_memory', 'sourceInfo'),
    numberField(sourceInfo, 'used_memory_peak', 'sourceInfo'),
  );

const largerNodes = (circumstances: Circumstances): string[] => [
  `aws elasticache list-allowed-node-type-modifications --replication-group-id ${circumstances.replicationGroupId} --query ScaleUpModifications`,
  modifyGroup(circumstances, '--cache-node-type "$LARGER_NODE_TYPE"'),
];
