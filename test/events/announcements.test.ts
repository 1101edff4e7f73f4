import { describe, expect, it } from 'vitest';
import type { MigrationRecord } from '../../functions/migration/record.ts';
import { toListed, toView } from '../../functions/migration/view.ts';
import { TaskError } from '../../local/stepfunctions/service.ts';
import { faultsBy } from '../contract/openapi.ts';
import { headingsOf, shipped, textOf } from '../docs/sources.ts';
import { detailTypeOf, machines } from '../template/machine.ts';
import { model } from '../template/support.ts';
import { JOURNEYS, travel } from './journeys.ts';
import { kebab } from './kebab.ts';
import { storedSamples } from './samples.ts';
import { schemas, violationsOfEvent } from './schemas.ts';
import type { World } from './world.ts';

const worlds = new Map<string, World>();
/** What of a view, or of a row in the list, the contract does not say: at any moment of any journey. */
const undocumented = new Set<string>();
let views = 0;
const onRecord = (record: MigrationRecord) => {
  views += 1;
  // As an answer leaves a function.
  for (const [schema, view] of [['Migration', toView(record)] as const, ['ListedMigration', toListed(record)] as const])
    for (const fault of faultsBy(schema, JSON.parse(JSON.stringify(view)))) undocumented.add(`${schema}${fault}`);
};
for (const name of Object.keys(JOURNEYS)) worlds.set(name, await travel(name, { onRecord }));
const TERMINAL = [
  'MigrationCompleted',
  'MigrationDryRunCompleted',
  'MigrationFailed',
  'MigrationAborted',
  'MigrationTimedOut',
];

/** Every detail type that a state machine or a function names. */
const named = new Set([
  ...machines.flatMap(({ states }) => states.flatMap(([, state]) => detailTypeOf(state) ?? [])),
  ...shipped.flatMap(({ text }) =>
    [...text.matchAll(/'(Migration[A-Z]\w+|CutoverRequested)'/g)].map(([, type = '']) => type),
  ),
  ...model.rules.flatMap(({ busName, pattern }) => (busName === 'default' ? [] : (pattern['detail-type'] as string[]))),
]);
const detailTypes = [...named].filter((type) => /^\w+$/.test(type) && !type.endsWith('Error'));

describe.each([...worlds])('the notifications of %s', (name, world) => {
  it('satisfy their schemas', () => {
    expect(world.announced.flatMap((event) => violationsOfEvent(event))).toEqual([]);
  });

  it('have ids that are the same in another run, at another pace', async () => {
    const again = await travel(name, { random: () => 0.99 });
    const ids = ({ announced }: World) => announced.map(({ detail }) => detail.metadata.id);

    expect(ids(again)).toEqual(ids(world));
    expect(new Set(ids(world)).size).toBe(world.announced.length);
  });

  it('end with exactly one terminal event', () => {
    const terminal = world.announced.filter(({ detail }) => detail.metadata.id.endsWith(':terminal'));

    expect(terminal).toEqual(world.announced.slice(-1));
    expect(world.types().filter((type) => TERMINAL.includes(type))).toHaveLength(1);
    expect(TERMINAL).toContain(world.types().at(-1));
  });

  it('have a status, its reason, and one correlation id and execution', () => {
    for (const { detail } of world.announced) {
      expect(detail.data.status).toBeTruthy();
      expect(detail.data.statusReason).toBeTruthy();
      expect(detail.metadata.correlationId).toBe('deployment-2026-01-01');
      expect(detail.metadata.executionArn).toBe(world.executionArn);
    }
  });
});

describe('the journeys', () => {
  it('come through every state of both machines that announces', () => {
    const entered = new Set([...worlds.values()].flatMap((world) => world.states()));
    const announcing = machines.flatMap(({ states }) => states.filter(([, state]) => detailTypeOf(state)));

    expect(announcing.map(([name]) => name).filter((name) => !entered.has(name))).toEqual([]);
  });

  it('are shown as the API documents it, at every moment', () => {
    expect([...undocumented]).toEqual([]);
    expect(views).toBeGreaterThan(1000);
  });

  it('release the lock and settle, however they end', async () => {
    for (const [name, world] of worlds) {
      const record = (await world.migrations.find('test-3f9c2b7a5e1d')) as { outcome?: string; unsettled?: true };
      const endedWell = ['completed', 'dryRunCompleted'].includes(record.outcome ?? '');
      const settledByItself = endedWell && !name.includes('cannot announce');
      // The sweeper takes the mark from one that ended well.
      expect([name, record.outcome !== undefined, record.unsettled === undefined || settledByItself]).toEqual([
        name,
        true,
        true,
      ]);
    }
  });

  it('send the same id again when an announcement is repeated', async () => {
    let lost = 0;
    const world = await travel('an automatic cutover', {
      after: (detailType) => {
        if (detailType === 'MigrationInSync' && lost++ === 0) throw new TaskError('States.Timeout', '');
      },
    });
    const ids = world.announced.map(({ detail }) => detail.metadata.id);

    expect(ids.filter((id) => id.endsWith(':in-sync'))).toHaveLength(2);
    expect(new Set(ids).size).toBe(ids.length - 1);
  });
});

describe('every detail type', () => {
  it('is announced by a journey, or asked for', () => {
    const announced = new Set([...worlds.values()].flatMap((world) => world.types()));

    expect(detailTypes.filter((type) => !announced.has(type)).sort()).toEqual([
      'AbortRequested',
      'CutoverRequested',
      'MigrationRequested',
    ]);
  });

  it('has a schema, a sample and a heading in docs/events.md, and each of these has its event', () => {
    const aws = ['common', 'execution-status-change', 'scheduled-event', 'http-request'];
    const wanted = detailTypes.map(kebab).sort();
    const ofSchemas = [...schemas.keys()]
      .map((name) => name.replace(/\.v\d$/, ''))
      .filter((name) => !aws.includes(name));
    const ofSamples = [...storedSamples().keys()].filter((name) => !aws.includes(name) && !name.startsWith('http-'));

    expect(ofSchemas.sort()).toEqual(wanted);
    expect(ofSamples.sort()).toEqual(wanted);
    expect(headingsOf(textOf('docs/events.md'), 3).map(kebab).sort()).toEqual(wanted);
  });
});
