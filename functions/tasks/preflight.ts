import { systemClock } from '../adapters/clock.ts';
import { theKeyNames } from '../adapters/key-names.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { inReach } from '../adapters/reach.ts';
import { redisServers } from '../adapters/redis-servers.ts';
import { preflightSettings } from '../adapters/settings.ts';
import { targetDescriptions } from '../adapters/target-descriptions.ts';
import { taskFunction } from '../adapters/task.ts';
import { makeDescribeFacts } from '../preflight/gather/describe.ts';
import { makeGatherFacts } from '../preflight/gather/gather.ts';
import { patientTargets } from '../preflight/patient-targets.ts';
import { makePreflight } from '../preflight/preflight.ts';

const settings = preflightSettings();
const targets = patientTargets(targetDescriptions, systemClock);
const gather = inReach({
  full: () => makeGatherFacts(targets, redisServers(), systemClock, settings, theKeyNames()),
  'api-only': () => makeDescribeFacts(targets, systemClock),
});

export const handler = taskFunction(makePreflight(gather, theMigrations(), theLocks(), systemClock, settings));
