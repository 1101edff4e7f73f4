import { describe, expect, it } from 'vitest';
import { type Announced, makeAnnounced } from '../../../functions/migration/announced.ts';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { aRecord, CALLER, MIGRATION_ID } from '../support/records.ts';
import { FakeWorkflow } from '../support/workflow.ts';

const event = (detailType: string): Announced => ({
  at: '2026-01-01T00:00:00.000Z',
  detailType,
  detail: { metadata: { id: detailType }, data: {} },
});
const AT = '2026-01-02T00:00:00.000Z';
const asked = { at: AT, by: { ...CALLER, at: AT }, requestId: 'r', reason: 'why' };

/** Every page in turn, as the types of its events. */
const pages = async (workflow: FakeWorkflow, record: MigrationRecord): Promise<string[][]> => {
  const read = makeAnnounced(workflow);
  const found: string[][] = [];
  let nextToken: string | undefined;
  do {
    const page = await read(record, nextToken);
    found.push(page.events.map(({ detailType }) => detailType));
    ({ nextToken } = page);
  } while (nextToken !== undefined);
  return found;
};

describe('what a migration has announced', () => {
  const record = aRecord();
  const told = new FakeWorkflow();
  told.told.set(`${record.executionArn}~`, { events: [event('C'), event('B')], nextToken: 'more~of it' });
  told.told.set(`${record.executionArn}~more~of it`, { events: [event('A')] });
  told.told.set(`${told.settlementArn(MIGRATION_ID)}~`, { events: [event('End')] });
  told.told.set(`${told.settlementArn(`${MIGRATION_ID}-unfence-${Date.parse(AT)}`)}~`, { events: [event('Unfenced')] });

  it('is read from its execution, page by page', async () => {
    expect(await pages(told, record)).toEqual([['C', 'B'], ['A']]);
  });

  it('goes on after its end, newest first', async () => {
    expect(await pages(told, aRecord({ outcome: 'failed', unfence: asked }))).toEqual([
      ['Unfenced'],
      ['End'],
      ['C', 'B'],
      ['A'],
    ]);
  });

  it('is told also where an execution is gone, or never was', async () => {
    expect(await pages(told, aRecord({ outcome: 'failed', rollback: asked }))).toEqual([
      [],
      ['End'],
      ['C', 'B'],
      ['A'],
    ]);
    expect(await pages(new FakeWorkflow(), record)).toEqual([[]]);
  });

  it('is told also where the sweeper had it settled or carried out, because the first execution was lost', async () => {
    const sweptAs = { settle: `${MIGRATION_ID}-29000000`, rollback: `${MIGRATION_ID}-rollback-29000000` };
    const swept = new FakeWorkflow();
    swept.told.set(`${record.executionArn}~`, { events: [event('A')] });
    swept.told.set(`${swept.settlementArn(sweptAs.settle)}~`, { events: [event('End')] });
    swept.told.set(`${swept.settlementArn(sweptAs.rollback)}~`, { events: [event('RolledBack')] });

    expect(await pages(swept, aRecord({ outcome: 'failed', rollback: asked, sweptAs }))).toEqual([
      ['RolledBack'],
      [],
      ['End'],
      [],
      ['A'],
    ]);
  });

  it('goes on with its own execution where an act was forgotten between two pages', async () => {
    expect(await makeAnnounced(told)(record, 'rollback~')).toEqual({
      events: [event('C'), event('B')],
      nextToken: 'migration~more~of it',
    });
  });

  it('has no other tokens than its own', async () => {
    await expect(makeAnnounced(told)(record, 'nobody~x')).rejects.toMatchObject({ code: 'invalid-request' });
  });
});
