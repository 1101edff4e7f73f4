import { readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMigrationId } from '../../functions/migration/identity.ts';
import type { Bundles } from '../../local/lambda/bundle.ts';
import type { LogLine } from '../../local/lambda/logs.ts';
import { LambdaService } from '../../local/lambda/service.ts';
import { errorNames } from '../docs/errors.ts';
import { type FakeAws, startFakeAws } from './fake-aws.ts';
import { builtBySam, samBuild } from './sam-build.ts';
import { model, type Resource, template } from './support.ts';

const { functions, routes } = model;
const sample = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../events/${name}.json`, import.meta.url), 'utf8'));
const isOnRoute = (arn: string) => routes.some(({ functionArn }) => functionArn.startsWith(`${arn}:`));

/** A task has nothing to say, or refuses: an error of the service's own, not one that says that it was not set up. */
const REFUSED = 'nothing, or an error of the service';
const REFUSALS = errorNames().filter((name) => name !== 'EnvironmentError' && name !== 'TransientServiceError');

const TASK = {
  migrationId: 'test-3f9c2b7a5e1d',
  replicationGroupId: 'test',
  source: { address: '10.0.0.5', port: 6379 },
  eventsSinceMs: Date.UTC(2026, 0, 1),
};

/** What each function is handed, and what comes of it while AWS knows neither migration nor group. */
const INVOCATIONS: Record<string, { event: unknown; answers: unknown }> = {
  StartMigrationFunction: { event: sample('http-start-migration'), answers: { statusCode: 202 } },
  ListMigrationsFunction: { event: sample('http-list-migrations'), answers: { statusCode: 200 } },
  GetHistoryFunction: { event: sample('http-get-history'), answers: { statusCode: 404 } },
  GetMigrationFunction: { event: sample('http-get-migration'), answers: { statusCode: 404 } },
  RequestCutoverFunction: { event: sample('http-request-cutover'), answers: { statusCode: 404 } },
  RequestAbortFunction: { event: sample('http-request-abort'), answers: { statusCode: 404 } },
  RequestConfirmFunction: { event: sample('http-request-confirm'), answers: { statusCode: 404 } },
  RequestUnfenceFunction: { event: sample('http-request-unfence'), answers: { statusCode: 404 } },
  RequestRollbackFunction: { event: sample('http-request-rollback'), answers: { statusCode: 404 } },
  RequestCloseFunction: { event: sample('http-request-close'), answers: { statusCode: 404 } },
  MigrationRequestedFunction: { event: sample('migration-requested'), answers: { status: 'accepted' } },
  CutoverRequestedFunction: { event: sample('cutover-requested'), answers: REFUSED },
  AbortRequestedFunction: { event: sample('abort-requested'), answers: REFUSED },
  ExecutionEndedFunction: { event: sample('execution-status-change'), answers: null },
  SweepFunction: { event: sample('scheduled-event'), answers: { looked: 0 } },
  ClaimReplicationGroupFunction: { event: TASK, answers: REFUSED },
  PreflightFunction: {
    // A port at which nobody listens, so that nothing is waited for.
    event: { ...TASK, source: { address: '127.0.0.1', port: 1 }, waivers: [] },
    answers: {
      verdict: 'failed',
      findings: expect.arrayContaining([expect.objectContaining({ id: 'target-not-found' })]),
    },
  },
  TestReplicationFunction: { event: TASK, answers: REFUSED },
  StartReplicationFunction: { event: TASK, answers: REFUSED },
  WatchReplicationFunction: { event: { ...TASK, glance: false }, answers: REFUSED },
  VerifyDataFunction: {
    event: {
      ...TASK,
      settings: { mode: 'full', maxKeysPerSecond: 50_000, freshForMinutes: 60 },
      round: 0,
      checkpoint: null,
    },
    answers: REFUSED,
  },
  RestFunction: { event: { ...TASK, taskToken: 'token', waitingFor: 'nothing' }, answers: null },
  AwaitCutoverFunction: { event: { ...TASK, taskToken: 'token' }, answers: REFUSED },
  CutOverFunction: { event: TASK, answers: REFUSED },
  WatchPromotionFunction: {
    event: { ...TASK, sentAt: '2026-01-01T00:00:00.000Z', stage: 'promotion', inDoubt: false },
    answers: REFUSED,
  },
  CloseMigrationFunction: {
    event: { ...TASK, closedAt: '2026-01-01T00:00:00.000Z', promotedAt: '2026-01-01T00:00:00.000Z', evidence: 'e' },
    answers: REFUSED,
  },
  CloseDryRunFunction: { event: { ...TASK, failure: null }, answers: REFUSED },
  SettleMigrationFunction: { event: { ...TASK, step: 'decide' }, answers: REFUSED },
  MakeSafeFunction: {
    event: { ...TASK, ending: { outcome: 'failed', failure: { error: 'E', cause: 'c' } }, isLastTry: false },
    answers: REFUSED,
  },
  ConfirmFunction: { event: TASK, answers: REFUSED },
  UnfenceFunction: { event: TASK, answers: REFUSED },
  RollBackFunction: { event: TASK, answers: REFUSED },
  LiftFenceFunction: {
    event: { ...TASK, because: 'it is over', refused: { at: '2026-01-01T00:00:00.000Z', sends: 1 } },
    answers: REFUSED,
  },
};

/** Every line that a function has printed, by its name. */
const printed = new Map<string, Record<string, unknown>[]>();
const linesOf = (name: string) => printed.get(name) ?? [];

/** What an invocation ends with. */
const LAST_LINES = new Set([
  ...['task done', 'task failed', 'request accepted', 'request refused', 'event handled', 'event refused'],
]);

/** The migration that an invocation names, in the path, the body, or as an execution's name. */
const migrationIdIn = (event: unknown): string | undefined =>
  /"(?:id|migrationId|name)":"([a-z][a-z0-9-]*-[0-9a-f]{12})"/.exec(JSON.stringify(event))?.[1];

const isAboutOne = (event: unknown): boolean =>
  migrationIdIn(event) !== undefined || /POST \/migrations"|"MigrationRequested"/.test(JSON.stringify(event));

let bundles: Bundles;
let aws: FakeAws;
let lambda: LambdaService;

/** Set by .ci/lint-template, which has run the real one. */
const { SAM_BUILD_DIRECTORY: directory } = process.env;

beforeAll(async () => {
  const building = directory ? builtBySam(directory, functions) : samBuild(functions);
  [bundles, aws] = await Promise.all([building, startFakeAws()]);
  const environment = { AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const logs = ({ functionName, line }: LogLine) => {
    printed.set(functionName, [...linesOf(functionName), JSON.parse(line)]);
  };
  lambda = new LambdaService({ functions, bundles, environment, logs, discard: () => undefined });
});

afterAll(async () => {
  await lambda?.close();
  await aws?.close();
  await bundles?.remove();
});

describe('every function', () => {
  it('has an invocation here', () => {
    expect(Object.keys(INVOCATIONS).sort()).toEqual(functions.map(({ logicalId }) => logicalId).sort());
  });

  it.each(functions)('$logicalId bundles, and answers in a Node.js 24 of its own', async ({ name, logicalId }) => {
    const result = await lambda.invoke(name, INVOCATIONS[logicalId]?.event, 'live');
    const answer = result.ok ? result.payload : result.error;

    const { answers } = INVOCATIONS[logicalId] as { answers: unknown };
    if (answers === REFUSED) expect([null, ...REFUSALS]).toContain(answer);
    else if (answers === null) expect(answer).toBeNull();
    else expect(answer).toMatchObject(answers as object);
  });

  it('is about one migration, but for who lists them and who sweeps', () => {
    const others = Object.entries(INVOCATIONS).filter(([, { event }]) => !isAboutOne(event));

    expect(others.map(([logicalId]) => logicalId)).toEqual(['ListMigrationsFunction', 'SweepFunction']);
  });

  it.each(functions)(
    '$logicalId says in each of its lines which migration it is about',
    async ({ name, logicalId }) => {
      const { event } = INVOCATIONS[logicalId] as { event: unknown };
      // Whoever looks leaves no line.
      if (!isAboutOne(event)) return;
      await expect.poll(() => linesOf(name).some(({ message }) => LAST_LINES.has(String(message)))).toBe(true);

      const named = migrationIdIn(event);
      for (const { migrationId, message, ...line } of linesOf(name)) {
        // The first line of a process may come before anybody knows what the new migration is called.
        if (named === undefined && 'ColdStarts' in line) continue;
        expect([message, migrationId]).toEqual([message, named ?? expect.toSatisfy(isMigrationId)]);
        if ('_aws' in line) continue;
        expect(line).toMatchObject({ level: expect.any(String), function_name: name, timestamp: expect.any(String) });
      }
    },
  );

  it('of the API answers in JSON, and refuses with problem+json and a code', async () => {
    const { name } = functions.find(({ logicalId }) => logicalId === 'StartMigrationFunction') as { name: string };
    const bad = { ...sample('http-start-migration'), body: '{"replicationGroupId":"-","more":1}' };
    const result = await lambda.invoke(name, bad, 'live');

    expect(result).toMatchObject({
      ok: true,
      payload: { statusCode: 400, headers: { 'content-type': 'application/problem+json' } },
    });
    const problem = JSON.parse((result as { payload: { body: string } }).payload.body);
    expect(problem).toMatchObject({ code: 'invalid-request', status: 400 });
    expect(problem.violations).toHaveLength(3);
  });

  it('refuses a bad event by failing, which is what leads it to the OnFailure destination', async () => {
    const { name } = functions.find(({ logicalId }) => logicalId === 'MigrationRequestedFunction') as { name: string };
    const { detail: _, ...event } = sample('migration-requested');

    expect(await lambda.invoke(name, { ...event, detail: {} }, 'live')).toMatchObject({
      ok: false,
      error: 'InvalidRequestError',
    });
  });
});

describe('the bundles', () => {
  it('of the API stay under 500 KB', () => {
    const api = functions.filter(({ arn }) => isOnRoute(arn));

    expect(api).toHaveLength(routes.length);
    for (const { logicalId } of api) {
      const bytes = statSync(bundles.modules[logicalId] as string).size;
      expect([logicalId, bytes < 500_000]).toEqual([logicalId, true]);
    }
  });

  it('have no require that an ES module would lack', () => {
    for (const { logicalId, build } of functions) {
      const text = readFileSync(bundles.modules[logicalId] as string, 'utf8');
      const shimmed = text.includes('Dynamic require of');
      expect([logicalId, shimmed, build.banner.js?.includes('const require = ') ?? false]).toEqual([
        logicalId,
        shimmed,
        shimmed,
      ]);
    }
  });

  it('read every variable that the template sets for one function alone', () => {
    for (const { logicalId } of functions) {
      const { Environment } = (template.Resources[logicalId] as Resource).Properties as {
        Environment?: { Variables: object };
      };
      const text = readFileSync(bundles.modules[logicalId] as string, 'utf8');
      const unread = Object.keys(Environment?.Variables ?? {}).filter((name) => !text.includes(name));
      expect([logicalId, unread]).toEqual([logicalId, []]);
    }
  });
});
