import { randomUUID } from 'node:crypto';
import { type LiftFence, makeLiftFence } from '../cutover/lift-fence.ts';
import { systemClock } from './clock.ts';
import type { DiallerOptions } from './dial.ts';
import { theFences } from './fences.ts';
import { theLocks } from './locks.ts';
import { theMigrations } from './migrations.ts';
import { redisServers } from './redis-servers.ts';
import { theDialler } from './the-dialler.ts';

/** For each answer: a server may be held up by a script, or by its disk. */
const ANSWER_WITHIN_MS = 5000;
/** CLIENT LIST of 100,000 clients. */
const MOST_BYTES = 48 * 1024 * 1024;

/** Connections to the nodes of a source and a target, as fences need them. */
export const fenceServers = (options?: DiallerOptions) =>
  redisServers(Date.now, ANSWER_WITHIN_MS, MOST_BYTES, theDialler(options));

/** Lifts fences of the table that the template names. @throws EnvironmentError */
export const theFenceLifter = (): LiftFence =>
  makeLiftFence(fenceServers().open, theFences(), theLocks(), theMigrations(), systemClock, randomUUID);
