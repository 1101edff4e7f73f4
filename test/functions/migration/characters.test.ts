import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { parseCutoverAsking, parseReason, readOptionalReason } from '../../../functions/adapters/asking.ts';
import type { BusEvent } from '../../../functions/adapters/bus.ts';
import { callerOf, readEnvelope } from '../../../functions/adapters/bus-request.ts';
import { readCaller } from '../../../functions/adapters/http-request.ts';
import { tellable } from '../../../functions/migration/characters.ts';
import { parseMigrationRequest } from '../../../functions/migration/request.ts';
import { parseUnfenceAsking } from '../../../functions/migration/unfence-asking.ts';
import { aRequest } from '../support/records.ts';

const HOSTILE = 'open \ud83d, \u202eesrever\u2066, \u009b31m\u0000\u0007, \u2028\u200b\ufeff, \u061c\ufff9\ufffb, a\rb';
const TOLD =
  'open \ufffd, \ufffdesrever\ufffd, \ufffd31m\ufffd\ufffd, \ufffd\ufffd\ufffd, \ufffd\ufffd\ufffd, a\ufffdb';

describe('a text of a request', () => {
  it('is kept as it is: paragraphs, any script, and characters that are made of several', () => {
    const text = 'Zwei\nAbsätze\r\n\tمهاجرت‌ها 数据 👩‍💻 e\u0301 \u00a0';

    expect(tellable(text)).toBe(text);
  });

  it('loses what a terminal or a page obeys, and halves of characters', () => {
    expect(tellable(HOSTILE)).toBe(TOLD);
    expect(tellable(TOLD)).toBe(TOLD);
  });

  it('loses a text that is hidden in tags, and keeps the marks that Hebrew and Arabic are written with', () => {
    expect(tellable('ok\u{e0068}\u{e0069}\u{e007f}')).toBe('ok\ufffd\ufffd\ufffd');
    expect(tellable('\u05e9\u05dc\u05d5\u05dd!\u200f C++\u200e\r\n')).toBe(
      '\u05e9\u05dc\u05d5\u05dd!\u200f C++\u200e\r\n',
    );
  });

  it('is cut between characters', () => {
    expect(tellable(`a${'🙂'.repeat(600)}`, 512)).toBe(`a${'🙂'.repeat(511)}`);
    expect(tellable('🙂'.repeat(512), 512)).toBe('🙂'.repeat(512));
    expect(tellable('x'.repeat(2000), 512)).toBe('x'.repeat(512));
    expect(tellable('ab\r\ncd', 3)).toBe('ab\ufffd');
  });

  const http = { body: JSON.stringify({ reason: HOSTILE }), headers: { 'content-type': 'application/json' } };
  const calls = (sub: string) => ({ requestContext: { authorizer: { jwt: { claims: { sub } } } } });
  const event = {
    source: HOSTILE,
    account: '0',
    id: 'e',
    detail: { metadata: { correlationId: HOSTILE }, data: {} },
  } as unknown as BusEvent;
  it.each<[string, () => unknown]>([
    ['the reason of a migration', () => parseMigrationRequest(aRequest({ reason: HOSTILE })).reason],
    ['the reason of a cutover', () => parseCutoverAsking({ reason: HOSTILE }).reason],
    ['the reason of an act', () => parseReason({ reason: HOSTILE })],
    ['the reason of a close', () => readOptionalReason(http as unknown as APIGatewayProxyEventV2)],
    ['the reason of an unfence', () => parseUnfenceAsking({ reason: HOSTILE }).reason],
    ['the subject of a token', () => readCaller(calls(HOSTILE) as unknown as APIGatewayProxyEventV2).principal],
    ['the source of an event', () => callerOf(event).principal],
    ['the correlation id of an event', () => readEnvelope(event).correlationId],
  ])('comes in so as %s', (_, read) => {
    expect(read()).toBe(TOLD);
  });
});
