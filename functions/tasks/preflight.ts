import { systemClock } from '../adapters/clock.ts';
import { theKeyNames } from '../adapters/key-names.ts';
import { theLine } from '../adapters/line.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { inReach } from '../adapters/reach.ts';
import { redisServers } from '../adapters/redis-servers.ts';
import { preflightSettings, turnSettings } from '../adapters/settings.ts';
import { targetDescriptions } from '../adapters/target-descriptions.ts';
import { taskFunction } from '../adapters/task.ts';
import { makeDescribeFacts } from '../preflight/gather/describe.ts';
import { makeGatherFacts } from '../preflight/gather/gather.ts';
import { patientTargets } from '../preflight/patient-targets.ts';
import { makePreflight } from '../preflight/preflight.ts';
import { makeInTurn } from '../replication/in-turn.ts';

const settings = preflightSettings();
const targets = patientTargets(targetDescriptions, systemClock);
const gather = inReach({
  full: () => makeGatherFacts(targets, redisServers(), systemClock, settings, theKeyNames()),
  'api-only': () => makeDescribeFacts(targets, systemClock),
});

const migrations = theMigrations();
const preflight = makePreflight(gather, migrations, theLocks(), systemClock, settings);

export const handler = taskFunction(
  makeInTurn(preflight, theLine(), migrations, turnSettings().startsPerMinute, systemClock),
);
