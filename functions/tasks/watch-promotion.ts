import { theCertificates } from '../adapters/certificates.ts';
import { systemClock } from '../adapters/clock.ts';
import { theFences } from '../adapters/fences.ts';
import { theSigner } from '../adapters/kms.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { inReach } from '../adapters/reach.ts';
import { redisProbe } from '../adapters/redis-probe.ts';
import { redisServers } from '../adapters/redis-servers.ts';
import { replicationGroups } from '../adapters/replication-groups.ts';
import { theRollbacks } from '../adapters/rollbacks.ts';
import { theSamples } from '../adapters/samples.ts';
import { promotionSettings } from '../adapters/settings.ts';
import { taskFunction } from '../adapters/task.ts';
import { tellDoubt } from '../adapters/task-figures.ts';
import { makeIssueCertificate } from '../cutover/issue-certificate.ts';
import { makeRollbackLook } from '../cutover/rollback-look.ts';
import { makeStragglerLook } from '../cutover/stragglers.ts';
import { makeWatchPromotion } from '../cutover/watch-promotion.ts';
import { byNodes } from '../cutover/witness.ts';
import { byEvents } from '../cutover/witness-api.ts';

export const handler = taskFunction(
  makeWatchPromotion(
    replicationGroups,
    inReach({ full: () => byNodes(redisProbe, systemClock), 'api-only': () => byEvents }),
    theLocks(),
    theFences(),
    theMigrations(),
    theSamples(),
    makeIssueCertificate(theCertificates(), theSigner()),
    makeStragglerLook(redisServers(), systemClock),
    makeRollbackLook(redisServers(), theRollbacks(), systemClock),
    systemClock,
    promotionSettings(),
  ),
  tellDoubt,
);
