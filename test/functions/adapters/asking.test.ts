import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import {
  readCutoverAsking,
  readOptionalReason,
  readReason,
  readUnfenceAsking,
} from '../../../functions/adapters/asking.ts';

const event = (change: object = {}) =>
  ({
    headers: { 'content-type': 'application/json' },
    isBase64Encoded: false,
    ...change,
  }) as unknown as APIGatewayProxyEventV2;
const errorOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return error as { name: string; violations?: { pointer?: string }[] };
  }
  return undefined;
};

describe('a request for a cutover', () => {
  it('may leave the reason out, with the body or in it', () => {
    expect([readCutoverAsking(event()), readCutoverAsking(event({ body: '{}' }))]).toEqual([{}, {}]);
    expect(readCutoverAsking(event({ body: '{"reason":"now"}' }))).toEqual({ reason: 'now' });
  });

  it('is refused with all that is wrong at once', () => {
    const body = '{"reason":7,"force":true,"a/b~":1,"__proto__":{}}';

    expect(errorOf(() => readCutoverAsking(event({ body })))?.violations).toEqual([
      { pointer: '/force', detail: 'is not a known field' },
      { pointer: '/a~1b~0', detail: 'is not a known field' },
      { pointer: '/__proto__', detail: 'is not a known field' },
      { pointer: '/reason', detail: 'must be a string of at most 1000 characters' },
    ]);
  });

  it('may waive what a cutover looks for once more', () => {
    const asked = { reason: 'known', waivers: ['users-included', 'fence-not-durable'] };

    expect(readCutoverAsking(event({ body: JSON.stringify(asked) }))).toEqual(asked);
  });

  it('may waive what a verification has found, with a reason', () => {
    const asked = { reason: 'known', waivers: ['verification-differences', 'verification-differences'] };
    expect(readCutoverAsking(event({ body: JSON.stringify(asked) }))).toEqual({
      reason: 'known',
      waivers: ['verification-differences'],
    });
    const bodies = [{ waivers: ['verification-differences'] }, { ...asked, reason: '' }];
    for (const body of bodies) {
      expect(errorOf(() => readCutoverAsking(event({ body: JSON.stringify(body) })))?.violations).toEqual([
        { pointer: '/reason', detail: 'is missing: whoever waives says why' },
      ]);
    }
  });

  it.each([
    [
      ['source-bind', 7],
      ['/waivers/0', '/waivers/1'],
    ],
    ['verification-differences', ['/waivers']],
    [Array.from({ length: 101 }, () => 'verification-differences'), ['/waivers']],
  ])('waives nothing else: %j', (waivers, pointers) => {
    const body = JSON.stringify({ reason: 'r', waivers });
    expect(errorOf(() => readCutoverAsking(event({ body })))?.violations?.map(({ pointer }) => pointer)).toEqual(
      pointers,
    );
  });

  it.each(['[]', 'null', '"x"', '7'])('is refused in %s', (body) => {
    expect(errorOf(() => readCutoverAsking(event({ body })))?.violations).toEqual([
      { pointer: '', detail: 'must be a JSON object' },
    ]);
  });
});

describe('the reason of an act', () => {
  const why = 'the wrong source';

  it('is told where it must be, and may be told where it need not be', () => {
    expect(readReason(event({ body: JSON.stringify({ reason: why }) }))).toBe(why);
    expect(readOptionalReason(event({ body: JSON.stringify({ reason: why }) }))).toBe(why);
    expect([readOptionalReason(event()), readOptionalReason(event({ body: '{}' }))]).toEqual([undefined, undefined]);
  });

  it.each([undefined, '{}', '{"reason":""}', '{"reason":" \\n\\t"}'])('is missing in %s', (body) => {
    expect(errorOf(() => readReason(event({ body })))?.violations).toEqual([
      { pointer: '/reason', detail: 'is missing: whoever asks for this says why' },
    ]);
  });

  it.each([
    ['where it must be told', readReason],
    ['where it need not be', readOptionalReason],
  ])('is refused with all that is wrong at once, %s', (_, read) => {
    const pointersOf = (body: string) =>
      errorOf(() => read(event({ body })))?.violations?.map(({ pointer }) => pointer);

    expect(pointersOf('{"reason":7,"force":true}')).toEqual(['/force', '/reason']);
    for (const character of ['x', '🙂']) {
      expect(pointersOf(JSON.stringify({ reason: character.repeat(1001) }))).toEqual(['/reason']);
      expect(read(event({ body: JSON.stringify({ reason: character.repeat(1000) }) }))).toContain(character);
    }
    expect(pointersOf('[]')).toEqual(['']);
  });
});

describe('a request to unfence', () => {
  const asked = (body: unknown) => readUnfenceAsking(event({ body: JSON.stringify(body) }));
  const SOURCE = { address: '10.0.0.5', port: 6379 };

  it('says why, and may name nodes to be given up', () => {
    expect(asked({ reason: 'r' })).toEqual({ reason: 'r' });
    expect(asked({ reason: 'r', giveUp: [SOURCE] })).toEqual({ reason: 'r', giveUp: [SOURCE] });
  });

  it('is refused with all that is wrong at once', () => {
    const giveUp = [{ address: 'a b', port: 0 }, '10.0.0.5:6379', { ...SOURCE, role: 'primary' }];

    expect(
      errorOf(() => asked({ force: true, giveUp }))
        ?.violations?.map(({ pointer }) => pointer)
        .sort(),
    ).toEqual(['/force', '/giveUp/0/address', '/giveUp/0/port', '/giveUp/1', '/giveUp/2/role', '/reason']);
    expect(errorOf(() => asked({ reason: ' ', giveUp: [] }))?.violations).toEqual([
      { pointer: '/giveUp', detail: 'must have 1 to 50 nodes' },
      { pointer: '/reason', detail: 'is missing: whoever asks for this says why' },
    ]);
    for (const body of ['null', '[]', '7']) {
      expect(errorOf(() => readUnfenceAsking(event({ body })))?.violations).toEqual([
        { pointer: '', detail: 'must be a JSON object' },
      ]);
    }
    expect(errorOf(() => readUnfenceAsking(event()))?.violations).toEqual([
      { pointer: '/reason', detail: 'is missing: whoever asks for this says why' },
    ]);
  });
});
