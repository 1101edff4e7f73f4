import { theCertificates } from '../adapters/certificates.ts';
import { systemClock } from '../adapters/clock.ts';
import { theSigner } from '../adapters/kms.ts';
import { theLocks } from '../adapters/locks.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { settleSettings } from '../adapters/settings.ts';
import { taskFunction } from '../adapters/task.ts';
import { makeCloseMigration } from '../cutover/close-migration.ts';
import { makeSignCertificate } from '../cutover/sign-certificate.ts';

const sign = makeSignCertificate(theCertificates(), theSigner());

export const handler = taskFunction(
  makeCloseMigration(theMigrations(), theLocks(), sign, systemClock, settleSettings()),
);
