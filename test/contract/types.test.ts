import { readFileSync } from 'node:fs';
import type {
  Acceptance,
  History,
  ListedMigration,
  Migration,
  MigrationStarted,
  Notification,
  Problem,
  Routes,
} from 'elasticache-migrator/types';
import { describe, expect, it } from 'vitest';
import type { Problem as OurProblem } from '../../functions/adapters/problem.ts';
import type { Acceptance as OurAcceptance } from '../../functions/migration/accept.ts';
import type { History as OurHistory } from '../../functions/migration/sample.ts';
import type { MigrationView, ListedMigration as OurListed } from '../../functions/migration/view.ts';
import { CONTRACT, generate } from '../../types/generate.ts';

/** Takes what the compiler takes: `npm run types` is this test. */
const takes = <T>(_: T): void => undefined;
const some = <T>(): T => undefined as T;

describe('types/contract.d.ts', () => {
  it('is what `npm run generate` makes of the contract', async () => {
    expect(await generate()).toBe(readFileSync(CONTRACT, 'utf8'));
  });

  it('takes what the service answers', () => {
    // What is announced is passed on as it is found: its own schemas say what that is.
    takes<Omit<Migration, 'events'>>(some<Omit<MigrationView, 'events'>>());
    takes<ListedMigration>(some<OurListed>());
    takes<History>(some<OurHistory>());
    takes<Acceptance>(some<OurAcceptance>());
    // Codes and actions are texts where problems are made.
    takes<Omit<Problem, 'code' | 'allowedActions'>>(some<Omit<OurProblem, 'code' | 'allowedActions'>>());
    // @ts-expect-error a view has more than a row of the list
    takes<Migration>(some<OurListed>());
    // @ts-expect-error a code is one of those that are documented
    takes<Problem['code']>('no-such-code');
  });

  it('tells what a route takes, and notifications apart', () => {
    takes<Routes['POST /migrations']['body']>({
      replicationGroupId: 'test',
      customerNodeEndpointList: [{ address: '10.0.0.5', port: 6379 }],
    });
    // @ts-expect-error an abort says why
    takes<Routes['POST /migrations/{id}/abort']['body']>({});
    takes<MigrationView['migrationId']>(some<Routes['POST /migrations/{id}/abort']['answers']['202']>()?.migrationId);
    const told = some<Notification | undefined>();
    if (told?.['detail-type'] === 'MigrationStarted') takes<MigrationStarted>(told);
  });
});
