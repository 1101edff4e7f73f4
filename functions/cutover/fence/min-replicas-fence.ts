import { fieldsIn, textIn } from '../../preflight/gather/replies.ts';
import type { Reply, Session } from '../../preflight/ports.ts';
import { carryOut } from './ask.ts';
import { FenceFailed } from './fence-failed.ts';

/** What a server has of it; from 5.0 on both names work, before only the older one. */
export interface MinReplicas {
  minReplicasToWrite: string;
  minReplicasMaxLag: string;
}

/** More than any server can have, and the most that it takes. */
export const BEYOND_ANY = '2147483647';
/** With 0 the other setting does nothing (measured); else it is left as it is. */
const MAX_LAG_SECONDS = '10';

const READ = [
  ['CONFIG', 'GET', 'min-replicas-*'],
  ['CONFIG', 'GET', 'min-slaves-*'],
];

/** @throws FenceFailed, SessionLost */
export const readMinReplicas = async (session: Session): Promise<MinReplicas> => {
  const { toWrite, maxLag } = settingsIn(await carryOut(session, READ));
  return { minReplicasToWrite: toWrite, minReplicasMaxLag: maxLag };
};

/**
 * Makes the server refuse writes for want of replicas.
 *
 * @throws FenceFailed a setting was refused, or did not hold; SessionLost
 */
export const fenceByMinReplicas = async (session: Session, { minReplicasMaxLag }: MinReplicas): Promise<void> => {
  const prefix = await prefixOf(session);
  const set = [
    ...(minReplicasMaxLag === '0' ? [['CONFIG', 'SET', `${prefix}-max-lag`, MAX_LAG_SECONDS]] : []),
    ['CONFIG', 'SET', `${prefix}-to-write`, BEYOND_ANY],
  ];
  const { toWrite, maxLag } = settingsIn((await carryOut(session, [...set, ...READ])).slice(set.length));
  if (toWrite !== BEYOND_ANY || maxLag === '0') {
    throw new FenceFailed(`${prefix}-to-write is ${toWrite}, and ${prefix}-max-lag ${maxLag}`);
  }
};

/**
 * Sets both as they were. A number of replicas that an operator has set meanwhile is the operator's; the lag beside it goes
 * back to 0 where we have raised it from there, unless the operator has set that, too.
 *
 * @throws FenceFailed a setting was refused, or is not what it was; SessionLost
 */
export const restoreMinReplicas = async (session: Session, before: MinReplicas): Promise<void> => {
  const prefix = await prefixOf(session);
  const now = settingsIn(await carryOut(session, READ));
  const isOurs = now.toWrite === BEYOND_ANY;
  const isLagOurs = isOurs || (before.minReplicasMaxLag === '0' && now.maxLag === MAX_LAG_SECONDS);
  const wanted = {
    toWrite: isOurs ? before.minReplicasToWrite : now.toWrite,
    maxLag: isLagOurs ? before.minReplicasMaxLag : now.maxLag,
  };
  if (!isLagOurs) return;
  const set = [
    ...(isOurs ? [['CONFIG', 'SET', `${prefix}-to-write`, wanted.toWrite]] : []),
    ['CONFIG', 'SET', `${prefix}-max-lag`, wanted.maxLag],
  ];
  const { toWrite, maxLag } = settingsIn((await carryOut(session, [...set, ...READ])).slice(set.length));
  if (toWrite !== wanted.toWrite || maxLag !== wanted.maxLag) {
    throw new FenceFailed(`${prefix}-to-write is ${toWrite}, and ${prefix}-max-lag ${maxLag}`);
  }
};

const settingsIn = (replies: readonly Reply[]): { prefix: string; toWrite: string; maxLag: string } => {
  const found = replies.map((reply) => fieldsIn(reply, 'CONFIG GET'));
  for (const [prefix, fields] of [
    ['min-replicas', found[0]],
    ['min-slaves', found[1]],
  ] as const) {
    const toWrite = fields?.get(`${prefix}-to-write`);
    const maxLag = fields?.get(`${prefix}-max-lag`);
    if (toWrite && maxLag)
      return { prefix, toWrite: textIn(toWrite, 'CONFIG GET'), maxLag: textIn(maxLag, 'CONFIG GET') };
  }
  throw new FenceFailed('CONFIG GET does not tell min-replicas-to-write');
};

const prefixOf = async (session: Session): Promise<string> => settingsIn(await carryOut(session, READ)).prefix;
