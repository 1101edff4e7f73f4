import { describe, expect, it } from 'vitest';
import type { BusEvent } from '../../../functions/adapters/bus.ts';
import {
  callerOf,
  readAbortRequest,
  readCutoverRequest,
  readEnvelope,
} from '../../../functions/adapters/bus-request.ts';

const event = (detail: unknown) => ({ id: 'event-1', 'detail-type': 'MigrationRequested', detail }) as BusEvent;
const pointersOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return (error as { violations?: { pointer: string }[] }).violations?.map(({ pointer }) => pointer);
  }
  return undefined;
};

describe('the envelope of an event', () => {
  it('has data and the sender’s correlation id, or the event’s own', () => {
    expect(readEnvelope(event({ metadata: { correlationId: 'c' }, data: { a: 1 } }))).toEqual({
      data: { a: 1 },
      correlationId: 'c',
    });
    expect(readEnvelope(event({ data: {} })).correlationId).toBe('event-1');
  });

  it('has no other metadata: what is not known is named, and nothing is ignored', () => {
    const metadata = JSON.parse('{"correlationId":"c","more":1,"__proto__":{}}');

    expect(pointersOf(() => readEnvelope(event({ metadata, data: {} })))).toEqual([
      '/detail/metadata/more',
      '/detail/metadata/__proto__',
    ]);
  });

  it('has a correlation id of 128 characters, however they are encoded', () => {
    const read = (correlationId: string) => () => readEnvelope(event({ metadata: { correlationId }, data: {} }));

    expect(read('🙂'.repeat(128))().correlationId).toHaveLength(256);
    expect(pointersOf(read('🙂'.repeat(129)))).toEqual(['/detail/metadata/correlationId']);
  });

  it.each([
    [undefined, ['/detail', '/detail/data']],
    ['text', ['/detail', '/detail/data']],
    [[], ['/detail', '/detail/data']],
    [{}, ['/detail/data']],
    [{ data: [] }, ['/detail/data']],
    [{ data: {}, metadata: 'x' }, ['/detail/metadata']],
    [{ data: {}, metadata: { correlationId: 7 } }, ['/detail/metadata/correlationId']],
    [{ data: {}, metadata: { correlationId: '' } }, ['/detail/metadata/correlationId']],
    [{ data: {}, metadata: { correlationId: 'x'.repeat(129) } }, ['/detail/metadata/correlationId']],
    [{ replicationGroupId: 'test', 'a/b~': 1 }, ['/detail/replicationGroupId', '/detail/a~1b~0', '/detail/data']],
  ])('is refused: %j', (detail, pointers) => {
    expect(pointersOf(() => readEnvelope(event(detail)))).toEqual(pointers);
  });
});

describe('a request for a cutover', () => {
  it('names the migration', () => {
    expect(readCutoverRequest(event({ data: { migrationId: 'test-0123456789ab', reason: 'now' } }))).toEqual({
      migrationId: 'test-0123456789ab',
      reason: 'now',
    });
  });

  it('may waive what a verification has found', () => {
    const data = { migrationId: 'test-0123456789ab', reason: 'known', waivers: ['verification-differences'] };

    expect(readCutoverRequest(event({ data }))).toEqual(data);
    expect(pointersOf(() => readCutoverRequest(event({ data: { ...data, waivers: ['source-bind'] } })))).toEqual([
      '/detail/data/waivers/0',
    ]);
  });

  it.each<unknown>([undefined, 7, '', 'test', {}, [{ toString: 'x' }], { toString: 1, valueOf: 1 }])(
    'of %j is for no migration that there is',
    (migrationId) => {
      expect(() => readCutoverRequest(event({ data: { migrationId } }))).toThrow(/There is no migration/);
    },
  );

  it('has no other fields', () => {
    expect(pointersOf(() => readCutoverRequest(event({ data: { migrationId: 'x', force: true } })))).toEqual([
      '/detail/data/force',
    ]);
  });
});

describe('a request for an abort', () => {
  const data = { migrationId: 'test-0123456789ab', reason: 'the wrong source' };

  it('names the migration, and says why', () => {
    expect(readAbortRequest(event({ data }))).toEqual(data);
    const { migrationId } = data;
    expect(pointersOf(() => readAbortRequest(event({ data: { migrationId } })))).toEqual(['/detail/data/reason']);
  });

  it('has no other fields', () => {
    expect(pointersOf(() => readAbortRequest(event({ data: { ...data, waivers: [] } })))).toEqual([
      '/detail/data/waivers',
    ]);
  });

  it('is for no migration that there is, without an id', () => {
    expect(() => readAbortRequest(event({ data: { reason: 'r' } }))).toThrow(/There is no migration/);
  });

  it('is known to come from where the event says', () => {
    const sent = { ...event({}), source: 'deployment-pipeline', account: '123456789012' } as BusEvent;

    expect(callerOf(sent)).toEqual({ by: 'bus', principal: 'deployment-pipeline', account: '123456789012' });
  });
});
