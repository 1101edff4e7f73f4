import type { Actor, Shard, World } from './world.ts';

const codes = new Map<string, number>();
const codeOf = (word: string): number => {
  let code = codes.get(word);
  if (code === undefined) {
    code = codes.size;
    codes.set(word, code);
  }
  return code;
};
const characters = Array.from({ length: 1024 }, (_, code) => String.fromCharCode(code + 0x21));
const characterOf = (code: number): string => {
  const character = characters[code];
  if (character === undefined) throw new RangeError(`${code} is beyond what a state's key can tell`);
  return character;
};
const word = (text: string): string => characterOf(codeOf(text));
const END = characterOf(1023);
const CONFIRM = ['none', 'asked', 'done', 'late'];

/**
 * A state as a short text: the same for the same state, and only for it. Attempts are numbered in the order in which they
 * appear here: only which is the same as which matters.
 */
export const keyOf = (world: World): string => {
  const { shards, group, lock, fence, record, execution, left } = world;
  const names = [0];
  const named = (id: number): string => {
    const name = names.indexOf(id);
    return characterOf(name === -1 ? names.push(id) - 1 : name);
  };
  let key = word(group.follows);
  for (const one of shards) key += shardKey(one);
  key += word(lock.owner) + named(lock.attempt) + named(lock.intent);
  key += characterOf(
    lock.closed |
      (lock.start << 1) |
      (world.touchedForeign << 2) |
      (fence.marked << 3) |
      (lock.sends << 5) |
      (lock.confirmed << 8),
  );
  key += characterOf(world.bothMayAccept) + word(world.neighbour) + named(record.claim);
  key += word(fence.phase) + named(fence.attempt);
  for (const rules of fence.before) key += characterOf(rules);
  key += END + word(record.abort) + word(record.unfence) + word(record.rollback) + word(record.outcome);
  key += characterOf(
    record.promoted | (record.settled << 1) | (record.wanted << 2) | (CONFIRM.indexOf(record.confirm) << 3),
  );
  for (const outcome of record.announced) key += word(outcome);
  key += END + word(execution.at) + word(execution.how) + named(execution.intent) + characterOf(execution.sends);
  for (const what in left) key += characterOf(left[what as keyof typeof left]);
  for (const actor of world.actors) key += actorKey(actor, named);
  key += END;
  for (const { id, shard, fence: isFence } of world.underWay) key += named(id) + characterOf(shard * 2 + isFence);
  return key;
};

const shardKey = (one: Shard): string =>
  characterOf(
    one.fenced |
      (one.saved << 1) |
      (one.replicaFenced << 2) |
      (one.failedOver << 3) |
      (one.paused << 4) |
      (one.late << 5) |
      (one.promoted << 6) |
      (one.targetPaused << 7) |
      (one.replaced << 9),
  ) +
  characterOf(one.renamed * 256 + one.writes * 16 + one.applied * 4 + one.trailing) +
  characterOf(one.calls * 16 + one.failures * 4 + one.targetWrites);

const actorKey = (actor: Actor, named: (id: number) => string): string => {
  let key = word(actor.kind) + word(actor.at) + word(actor.after) + named(actor.id) + named(actor.expects);
  key += named(actor.intent) + characterOf(actor.sends);
  key += characterOf(actor.awaited | (actor.shard << 1) | (actor.connections << 3));
  for (const offset of actor.read) key += characterOf(offset);
  return key + END;
};
