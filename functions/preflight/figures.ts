import type { PreflightFigures } from '../migration/preflight.ts';
import { engineOf } from './engine.ts';
import type { Circumstances, Facts, FactValues } from './facts.ts';
import { bestFence } from './fence.ts';
import { keysIn, keyspaceOf } from './keyspace.ts';
import { targetCapacityBytes } from './memory.ts';
import { targetEngine } from './target-engine.ts';
import { numberField, UnreadableFieldError } from './unreadable.ts';

/** What was learned of both sides. What cannot be read is absent here; that it is so is a finding of its own. */
export const figuresOf = (facts: Facts, { source }: Circumstances): PreflightFigures => {
  const sourceInfo = readOf(facts.sourceInfo);
  const nodes = readOf(facts.nodes);
  const ofSource = <T>(read: (info: FactValues['sourceInfo']) => T) => unlessUnreadable(sourceInfo, read);
  const ofTarget = <T>(read: (nodes: FactValues['nodes']) => T) => unlessUnreadable(nodes, read);
  return present({
    sourceVersion: ofSource((info) => engineOf(info, 'sourceInfo').version),
    targetVersion: ofTarget((read) => targetEngine(read).version),
    keys: ofSource((info) => keysIn(keyspaceOf(info, 'sourceInfo'))),
    usedMemoryBytes: ofSource((info) => numberField(info, 'used_memory', 'sourceInfo')),
    targetCapacityBytes: ofTarget(targetCapacityBytes),
    fence: bestFence(facts),
    source,
  });
};

const readOf = <T>(fact: { value: T } | object): T | undefined => ('value' in fact ? fact.value : undefined);

const unlessUnreadable = <F, T>(from: F | undefined, read: (from: F) => T): T | undefined => {
  if (from === undefined) return undefined;
  try {
    return read(from);
  } catch (error) {
    if (error instanceof UnreadableFieldError) return undefined;
    throw error;
  }
};

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

const present = <T extends object>(figures: T): Present<T> =>
  Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined)) as Present<T>;
