import { Refused, type Reply, Unread } from '../preflight/ports.ts';

/** What may come at most. Bytes and elements are counted from each call of {@link RespReader.allow} on. */
export interface RespLimits {
  bytes: number;
  /** Those of inner lists included. */
  elements: number;
  /** Of lists in lists. */
  depth: number;
  /** Of a line: a length, a number, a status, an error. */
  lineBytes: number;
}

/** What came is no RESP2, or more than is allowed. */
export class BrokenAnswer extends Unread {}

/** An array that has been begun. */
interface Open {
  items: Reply[];
  missing: number;
}

const [CR, LF] = [0x0d, 0x0a];
const TYPES = '+-:$*';
/** The shortest element of an array: `+`, CR, LF. */
const SHORTEST_BYTES = 3;
/** What an error counts as: it takes 20 microseconds and 600 bytes, for its stack trace. */
const ELEMENTS_OF_ERROR = 10;

/**
 * Reads answers in RESP2 from whatever pieces they come in. Nothing is reserved for what is merely announced: a length
 * that cannot be kept within the allowance is refused at once.
 */
export class RespReader {
  readonly #limits: RespLimits;
  readonly #onReply: (reply: Reply) => void;
  #allowedBytes: number;
  #allowedElements: number;
  /** Bytes of the line or bulk string that is being read, as they came. */
  #pieces: Buffer[] = [];
  #held = 0;
  /** Length of the bulk string that is being read, its CRLF included. */
  #bulkBytes: number | undefined;
  #open: Open[] = [];

  /** @param onReply is given each whole answer, and may call {@link allow} */
  constructor(limits: RespLimits, onReply: (reply: Reply) => void) {
    this.#limits = limits;
    this.#onReply = onReply;
    this.#allowedBytes = limits.bytes;
    this.#allowedElements = limits.elements;
  }

  /** The limits count anew: what comes now belongs to another call. */
  allow(): void {
    this.#allowedBytes = this.#limits.bytes;
    this.#allowedElements = this.#limits.elements;
  }

  /** Whether an answer has begun and is not whole. */
  get amid(): boolean {
    return this.#held > 0 || this.#bulkBytes !== undefined || this.#open.length > 0;
  }

  /** @throws BrokenAnswer; the reader is of no use afterwards */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length)
      at = this.#bulkBytes === undefined ? this.#readLine(chunk, at) : this.#readBulk(chunk, at);
  }

  /** @returns up to where the chunk is read */
  #readLine(chunk: Buffer, from: number): number {
    // Told at the first byte: what is no Redis may never send a line.
    if (this.#held === 0 && !TYPES.includes(String.fromCharCode(chunk[from] as number)))
      throw new BrokenAnswer(noResp(chunk.subarray(from)));
    const end = chunk.indexOf(LF, from);
    const to = end === -1 ? chunk.length : end + 1;
    if (this.#held + to - from > this.#limits.lineBytes)
      throw new BrokenAnswer(`a line of more than ${this.#limits.lineBytes} bytes`);
    // Most lines come whole, and there are thousands of them in an answer: those are not copied.
    if (end !== -1 && this.#held === 0) {
      this.#spend(to - from);
      this.#line(chunk, from, to);
    } else {
      this.#hold(chunk.subarray(from, to));
      if (end !== -1) this.#line(this.#take());
    }
    return to;
  }

  #line(bytes: Buffer, from = 0, to = bytes.length): void {
    if (to - from < 3 || bytes[to - 2] !== CR) throw new BrokenAnswer(noResp(bytes.subarray(from, to)));
    this.#header(String.fromCharCode(bytes[from] as number), bytes.toString('utf8', from + 1, to - 2));
  }

  #header(type: string, text: string): void {
    if (type === '+') this.#element(Buffer.from(text));
    else if (type === '-') this.#error(text);
    else if (type === ':') this.#element(this.#integer(text));
    else {
      const length = this.#length(text);
      if (length === null) this.#element(null);
      else if (type === '$') this.#bulk(length);
      else this.#array(length);
    }
  }

  #error(text: string): void {
    this.#allowedElements -= ELEMENTS_OF_ERROR - 1;
    this.#element(new Refused(text));
  }

  #bulk(bytes: number): void {
    if (bytes + 2 > this.#allowedBytes) throw new BrokenAnswer(`a text of ${bytes} bytes, which is more than is read`);
    this.#bulkBytes = bytes + 2;
  }

  #readBulk(chunk: Buffer, from: number): number {
    const wanted = this.#bulkBytes as number;
    const to = Math.min(chunk.length, from + wanted - this.#held);
    this.#hold(chunk.subarray(from, to));
    if (this.#held === wanted) {
      const bulk = this.#take();
      if (bulk[wanted - 2] !== CR || bulk[wanted - 1] !== LF)
        throw new BrokenAnswer('a text that is longer than announced');
      this.#bulkBytes = undefined;
      this.#element(bulk.subarray(0, wanted - 2));
    }
    return to;
  }

  #array(count: number): void {
    if (count > this.#allowedElements || count * SHORTEST_BYTES > this.#allowedBytes)
      throw new BrokenAnswer(`a list of ${count} elements, which is more than is read`);
    if (this.#open.length === this.#limits.depth) throw new BrokenAnswer(`lists ${this.#limits.depth + 1} deep`);
    if (count === 0) this.#element([]);
    else this.#open.push({ items: [], missing: count });
  }

  /** Something is whole: it belongs into the innermost list, which may be whole by it. */
  #element(reply: Reply): void {
    let whole = reply;
    for (;;) {
      if (--this.#allowedElements < 0) throw new BrokenAnswer(`more than ${this.#limits.elements} elements`);
      const list = this.#open.at(-1);
      if (list === undefined) break;
      list.items.push(whole);
      if (--list.missing > 0) return;
      this.#open.pop();
      whole = list.items;
    }
    this.#onReply(whole);
  }

  #length(text: string): number | null {
    if (text === '-1') return null;
    if (!/^(?:0|[1-9]\d{0,15})$/.test(text)) throw new BrokenAnswer(`${JSON.stringify(text.slice(0, 20))} as a length`);
    return Number(text);
  }

  #integer(text: string): number {
    if (!/^[-+]?\d{1,20}$/.test(text)) throw new BrokenAnswer(`${JSON.stringify(text.slice(0, 20))} as a number`);
    return Number(text);
  }

  #spend(bytes: number): void {
    this.#allowedBytes -= bytes;
    if (this.#allowedBytes < 0) throw new BrokenAnswer(`more than ${this.#limits.bytes} bytes`);
  }

  #hold(piece: Buffer): void {
    this.#spend(piece.length);
    this.#pieces.push(piece);
    this.#held += piece.length;
  }

  /** A copy, so that a short text does not keep the whole of what came with it. */
  #take(): Buffer {
    const taken = Buffer.concat(this.#pieces, this.#held);
    this.#pieces = [];
    this.#held = 0;
    return taken;
  }
}

const noResp = (bytes: Buffer): string =>
  `${JSON.stringify(bytes.toString('latin1', 0, 20))}, which is no Redis protocol`;
