import { describe, expect, it } from 'vitest';
import { BrokenAnswer, type RespLimits, RespReader } from '../../../functions/adapters/resp-reader.ts';
import { Refused, type Reply } from '../../../functions/preflight/ports.ts';

const LIMITS: RespLimits = { bytes: 1000, elements: 60, depth: 3, lineBytes: 100 };

const read = (pieces: Iterable<Buffer | string>, limits: Partial<RespLimits> = {}): Reply[] => {
  const replies: Reply[] = [];
  const reader = new RespReader({ ...LIMITS, ...limits }, (reply) => replies.push(reply));
  for (const piece of pieces) reader.push(Buffer.from(piece as string));
  return replies;
};
/** Texts instead of bytes, errors by their message. */
const plain = (reply: Reply): unknown => {
  if (Buffer.isBuffer(reply)) return reply.toString('latin1');
  if (reply instanceof Refused) return { refused: reply.message };
  return Array.isArray(reply) ? reply.map(plain) : reply;
};
const answers = (...pieces: (Buffer | string)[]) => read(pieces).map(plain);

const ANSWERS: [string, string, unknown][] = [
  ['a status', '+OK\r\n', 'OK'],
  ['an empty status', '+\r\n', ''],
  ['an error', '-ERR unknown command\r\n', { refused: 'ERR unknown command' }],
  ['a number', ':1000\r\n', 1000],
  ['a negative number', ':-2\r\n', -2],
  ['a text', '$5\r\nhello\r\n', 'hello'],
  ['an empty text', '$0\r\n\r\n', ''],
  ['a text with line ends and bytes that are no UTF-8', '$6\r\na\r\n\xff\x00b\r\n', 'a\r\n\xff\x00b'],
  ['no text', '$-1\r\n', null],
  ['a list', '*2\r\n$1\r\na\r\n:1\r\n', ['a', 1]],
  ['an empty list', '*0\r\n', []],
  ['no list', '*-1\r\n', null],
  [
    'lists in lists, with nothing and an error among them',
    '*3\r\n*2\r\n$-1\r\n*1\r\n+x\r\n-WRONGTYPE no\r\n*0\r\n',
    [[null, ['x']], { refused: 'WRONGTYPE no' }, []],
  ],
];

describe('RespReader', () => {
  it.each(ANSWERS)('reads %s', (_, bytes, expected) => {
    expect(answers(Buffer.from(bytes, 'latin1'))).toEqual([expected]);
  });

  it('reads the same however the bytes are cut in two, and byte by byte', () => {
    const all = Buffer.from(ANSWERS.map(([, bytes]) => bytes).join(''), 'latin1');
    const expected = ANSWERS.map(([, , value]) => value);

    for (let at = 0; at <= all.length; at++) expect(answers(all.subarray(0, at), all.subarray(at))).toEqual(expected);
    expect(answers(...Array.from(all, (byte) => Buffer.of(byte)))).toEqual(expected);
  });

  it('tells whether an answer is whole', () => {
    const reader = new RespReader(LIMITS, () => undefined);
    const states = ['*1\r\n', '$2', '\r\n', 'a', 'b\r', '\n'].map((piece) => {
      reader.push(Buffer.from(piece));
      return reader.amid;
    });

    expect(states).toEqual([true, true, true, true, true, false]);
  });

  it('hands out copies: a short text does not keep the megabytes that came with it', () => {
    const chunk = Buffer.from(`$3\r\nkey\r\n$500\r\n${'x'.repeat(500)}\r\n`);
    const [key] = read([chunk]) as [Buffer];
    chunk.fill(0);

    expect(key.toString()).toBe('key');
  });

  it.each([
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n'],
    ['a TLS alert', '\x15\x03\x01\x00\x02'],
    ['RESP3', '%1\r\n+a\r\n+b\r\n'],
    ['one foreign byte', 'x'],
    ['a line that ends without CR', '+OK\n'],
    ['an empty line', '\r\n'],
    ['a type and nothing else', '$\r\n'],
    ['a length that is no number', '$abc\r\n'],
    ['a negative length', '$-2\r\n'],
    ['a signed length', '$+5\r\n'],
    ['a length with a zero before it', '$05\r\nhello\r\n'],
    ['a negative list', '*-5\r\n'],
    ['a number that is none', ':1e5\r\n'],
    ['a number without digits', ':\r\n'],
    ['a number of thirty digits', `:${'9'.repeat(30)}\r\n`],
    ['a text that is longer than announced', '$2\r\nabc\r\n'],
    ['a text that ends without CRLF', '$2\r\nab\n\n'],
    ['a text that is announced longer than all that is allowed', '$999\r\n'],
    ['an absurd text', '$9007199254740993\r\n'],
    ['an absurd text beyond all numbers', `$${'9'.repeat(40)}\r\n`],
    ['more elements than are allowed', '*61\r\n'],
    ['an absurd list', '*2147483647\r\n'],
    ['lists too deep', '*1\r\n*1\r\n*1\r\n*1\r\n'],
    ['empty lists too deep', '*1\r\n*1\r\n*1\r\n*0\r\n'],
    [
      'more elements in inner lists than are allowed',
      '*20\r\n'.concat('*5\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n'.repeat(20)),
    ],
    ['more errors than are allowed', '*7\r\n'.concat('-ERR\r\n'.repeat(7))],
    ['a line without end', `+${'x'.repeat(200)}`],
    ['more bytes than are allowed in all', '*20\r\n'.concat(`$90\r\n${'x'.repeat(90)}\r\n`.repeat(20))],
  ])('refuses %s', (_, bytes) => {
    expect(() => read([Buffer.from(bytes, 'latin1')])).toThrow(BrokenAnswer);
    expect(() => read(Array.from(Buffer.from(bytes, 'latin1'), (byte) => Buffer.of(byte)))).toThrow(BrokenAnswer);
  });

  it('refuses what is announced at once, before any of it has come', () => {
    expect(() => read(['$1000000\r\n'])).toThrow('a text of 1000000 bytes, which');
    expect(() => read(['*1000000\r\n'])).toThrow('a list of 1000000 elements, which');
    // As many elements are allowed, but not the bytes that they need at least.
    expect(() => read(['*400\r\n'], { elements: 500 })).toThrow('a list of 400 elements, which');
  });

  it('counts bytes and elements of all answers to one call together', () => {
    const reader = new RespReader({ ...LIMITS, elements: 3 }, () => undefined);
    reader.push(Buffer.from(':1\r\n:2\r\n:3\r\n'));
    reader.allow();
    reader.push(Buffer.from(':1\r\n:2\r\n:3\r\n'));

    expect(() => reader.push(Buffer.from(':4\r\n'))).toThrow('more than 3 elements');
  });

  it('shows of what is no Redis only a little, and nothing that a terminal would obey', () => {
    expect(() => read([`\u001b[31m${'x'.repeat(90)}`])).toThrow(
      new BrokenAnswer('"\\u001b[31mxxxxxxxxxxxxxxx", which is no Redis protocol'),
    );
  });
});
