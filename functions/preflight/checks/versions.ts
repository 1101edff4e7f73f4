import { check, measured, PREPARE } from '../check.ts';
import { engineOf, engineText, isAtLeast } from '../engine.ts';
import type { FactValues } from '../facts.ts';
import { rdbDirection } from '../rdb.ts';
import { targetEngine } from '../target-engine.ts';

const OLDEST_SOURCE = '2.8.21';

const OLDER_REFUSES = measured(
  "a replica of an older release refuses a newer RDB: `Can't handle RDB format version`; the versions are those of src/rdb.h",
);

/** Whether the two servers understand each other. */
export const VERSIONS_CHECKS = [
  check({
    id: 'source-version',
    title: 'The source is too old for online migration.',
    required: `Valkey, or Redis OSS ${OLDEST_SOURCE} or later.`,
    because: PREPARE,
    needs: ['sourceInfo'],
    rule: ({ sourceInfo }) => {
      const engine = engineOf(sourceInfo, 'sourceInfo');
      return engine.name === 'valkey' || isAtLeast(engine.version, OLDEST_SOURCE)
        ? undefined
        : { found: `It runs ${engineText(engine)}.`, remedy: [] };
    },
  }),
  check({
    id: 'rdb-format',
    title: 'The replication group cannot load what the source sends.',
    required:
      "A replication group whose engine is not older than the source's, and of the same kind from Redis OSS 7.4 on.",
    because: OLDER_REFUSES,
    needs: ['nodes', 'sourceInfo'],
    mayUse: ['rdbFormat'],
    rule: (facts) => {
      const direction = directionOf(facts);
      return direction.loads === 'no' ? { found: direction.why, remedy: [] } : undefined;
    },
  }),
  check({
    id: 'rdb-format-unknown',
    title: 'Nobody can tell whether the replication group can load what the source sends.',
    required: 'Releases whose RDB versions are known, or a trial migration between the same two versions.',
    because: OLDER_REFUSES,
    needs: ['nodes', 'sourceInfo'],
    mayUse: ['rdbFormat'],
    rule: (facts) => {
      const direction = directionOf(facts);
      return direction.loads === 'unknown' ? { found: direction.why, remedy: [] } : undefined;
    },
  }),
];

/** @throws {UnreadableFieldError} one of them has no version */
const directionOf = ({
  nodes,
  sourceInfo,
  rdbFormat,
}: Pick<FactValues, 'nodes' | 'sourceInfo'> & { rdbFormat?: number }) =>
  rdbDirection(engineOf(sourceInfo, 'sourceInfo'), targetEngine(nodes), rdbFormat);
