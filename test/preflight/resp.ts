/** A value of the Redis protocol as it stands on the wire, so that it can be written again byte for byte. */
export type Resp =
  /** `+ - : _ # , (`: a line. */
  | { type: string; line: string }
  /** `$ = !`: bytes; null is `$-1`. */
  | { type: string; data: Buffer | null }
  /** `* ~ > %`: values, names and values of a map by turns; null is `*-1`. */
  | { type: string; items: Resp[] | null };

const BULKS = '$=!';
const LISTS = '*~>%';

/** The value that begins at `at` and where it ends; undefined when more bytes are needed. @throws Error for what is no RESP. */
export const parse = (bytes: Buffer, at = 0): { value: Resp; end: number } | undefined => {
  const lineEnd = bytes.indexOf('\r\n', at);
  if (lineEnd === -1) return undefined;
  const type = String.fromCharCode(bytes[at] as number);
  const line = bytes.toString('latin1', at + 1, lineEnd);
  const start = lineEnd + 2;
  if (BULKS.includes(type)) {
    const length = Number(line);
    if (length < 0) return { value: { type, data: null }, end: start };
    if (bytes.length < start + length + 2) return undefined;
    return { value: { type, data: bytes.subarray(start, start + length) }, end: start + length + 2 };
  }
  if (LISTS.includes(type)) return parseList(bytes, type, Number(line), start);
  if (!'+-:_#,('.includes(type)) throw new Error(`not RESP: ${JSON.stringify(bytes.toString('latin1', at, at + 40))}`);
  return { value: { type, line }, end: start };
};

const parseList = (bytes: Buffer, type: string, count: number, start: number): ReturnType<typeof parse> => {
  if (count < 0) return { value: { type, items: null }, end: start };
  const items: Resp[] = [];
  let end = start;
  for (let left = type === '%' ? 2 * count : count; left > 0; left--) {
    const item = parse(bytes, end);
    if (item === undefined) return undefined;
    items.push(item.value);
    end = item.end;
  }
  return { value: { type, items }, end };
};

export const encode = (value: Resp): Buffer => {
  if ('line' in value) return Buffer.from(`${value.type}${value.line}\r\n`, 'latin1');
  if ('data' in value) {
    if (value.data === null) return Buffer.from(`${value.type}-1\r\n`);
    return Buffer.concat([Buffer.from(`${value.type}${value.data.length}\r\n`), value.data, Buffer.from('\r\n')]);
  }
  if (value.items === null) return Buffer.from(`${value.type}-1\r\n`);
  const count = value.type === '%' ? value.items.length / 2 : value.items.length;
  return Buffer.concat([Buffer.from(`${value.type}${count}\r\n`), ...value.items.map(encode)]);
};

/** What stands in JavaScript for an answer: a text is a bulk string, `Error` an error, null the null bulk string. */
export type Plain = string | number | null | Error | readonly Plain[];

export const toResp = (plain: Plain): Resp => {
  if (plain === null) return { type: '$', data: null };
  if (typeof plain === 'string') return { type: '$', data: Buffer.from(plain) };
  if (typeof plain === 'number') return { type: ':', line: String(plain) };
  if (plain instanceof Error) return { type: '-', line: plain.message };
  return { type: '*', items: plain.map(toResp) };
};

/** The text of a line or of a bulk string; undefined of anything else. */
export const textOf = (value: Resp | undefined): string | undefined => {
  if (value === undefined || 'items' in value) return undefined;
  return 'line' in value ? value.line : value.data?.toString('latin1');
};

/** Takes values out of a stream of bytes that come in pieces. */
export class RespReader {
  #bytes = Buffer.alloc(0);

  /** @returns each value that is complete by now, with its own bytes. @throws Error for what is no RESP. */
  push(piece: Buffer): { value: Resp; bytes: Buffer }[] {
    this.#bytes = Buffer.concat([this.#bytes, piece]);
    const found: { value: Resp; bytes: Buffer }[] = [];
    let at = 0;
    for (let next = parse(this.#bytes, at); next !== undefined; next = parse(this.#bytes, at)) {
      found.push({ value: next.value, bytes: this.#bytes.subarray(at, next.end) });
      at = next.end;
      if (at === this.#bytes.length) break;
    }
    this.#bytes = this.#bytes.subarray(at);
    return found;
  }

  /** What is not a whole value yet. */
  rest(): Buffer {
    return this.#bytes;
  }
}
