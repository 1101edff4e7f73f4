import { theCheckpoints } from '../adapters/checkpoints.ts';
import { systemClock } from '../adapters/clock.ts';
import { theKeyNames } from '../adapters/key-names.ts';
import { openKeyReader } from '../adapters/key-reader.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { redisProbe } from '../adapters/redis-probe.ts';
import { watchedGroups } from '../adapters/replication-groups.ts';
import { theSamples } from '../adapters/samples.ts';
import { verifySettings } from '../adapters/settings.ts';
import { taskFunction } from '../adapters/task.ts';
import { tellVerification } from '../adapters/task-figures.ts';
import { theDialler } from '../adapters/the-dialler.ts';
import { verifyStep } from '../verification/step.ts';
import { makeVerifyData } from '../verification/verify-data.ts';

export const handler = taskFunction(
  makeVerifyData(
    watchedGroups,
    redisProbe,
    ({ address, port }) => openKeyReader({ host: address, port }, theDialler()),
    verifyStep,
    theMigrations(),
    theCheckpoints(),
    theSamples(),
    systemClock,
    verifySettings(),
    theKeyNames(),
  ),
  tellVerification,
);
