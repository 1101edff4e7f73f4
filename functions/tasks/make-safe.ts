import { theCertificates } from '../adapters/certificates.ts';
import { systemClock } from '../adapters/clock.ts';
import { theFenceLifter } from '../adapters/fence-lifter.ts';
import { theFences } from '../adapters/fences.ts';
import { theSigner } from '../adapters/kms.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { inReach } from '../adapters/reach.ts';
import { redisProbe } from '../adapters/redis-probe.ts';
import { replicationGroups } from '../adapters/replication-groups.ts';
import { stopSettings } from '../adapters/settings.ts';
import { taskFunction } from '../adapters/task.ts';
import { makeIssueCertificate } from '../cutover/issue-certificate.ts';
import { makeMakeSafe } from '../cutover/make-safe.ts';
import { stopByNodes } from '../cutover/stop-look.ts';
import { stopByEvents } from '../cutover/stop-look-api.ts';
import { makeStopReplication } from '../cutover/stop-replication.ts';

const [locks, migrations] = [theLocks(), theMigrations()];
const certify = makeIssueCertificate(theCertificates(), theSigner());
const look = inReach({
  full: () => stopByNodes(replicationGroups, redisProbe, systemClock),
  'api-only': () => stopByEvents(replicationGroups),
});
const stop = makeStopReplication(replicationGroups, look, locks, migrations, systemClock, stopSettings());

export const handler = taskFunction(makeMakeSafe(migrations, locks, theFences(), theFenceLifter(), certify, stop));
