import type { KeyBatch } from './ports.ts';

/** Keys in the form that scripts take and give: a MessagePack array of byte strings, as the servers' `cmsgpack` writes it. */
export const packKeys = (keys: readonly Buffer[]): KeyBatch => {
  const parts: Buffer[] = [header(keys.length, 0x90, 0xdc)];
  for (const key of keys) parts.push(stringHeader(key.length), key);
  return { packed: Buffer.concat(parts), count: keys.length };
};

/** @throws Error when it is no array of strings */
export const unpackKeys = ({ packed, count }: KeyBatch): Buffer[] => {
  // An empty Lua table is an array or a map; nobody can tell, and it does not matter.
  if (count === 0) return [];
  const reader = new Reader(packed);
  const length = reader.arrayLength();
  return Array.from({ length }, () => reader.string());
};

const header = (length: number, fix: number, wide: number): Buffer => {
  if (length < 16) return Buffer.of(fix + length);
  const bytes = Buffer.alloc(length < 65_536 ? 3 : 5);
  bytes[0] = length < 65_536 ? wide : wide + 1;
  if (length < 65_536) bytes.writeUInt16BE(length, 1);
  else bytes.writeUInt32BE(length, 1);
  return bytes;
};

const stringHeader = (length: number): Buffer => {
  if (length < 32) return Buffer.of(0xa0 + length);
  const bytes = Buffer.alloc(length < 65_536 ? 3 : 5);
  bytes[0] = length < 65_536 ? 0xda : 0xdb;
  if (length < 65_536) bytes.writeUInt16BE(length, 1);
  else bytes.writeUInt32BE(length, 1);
  return bytes;
};

class Reader {
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  arrayLength(): number {
    const tag = this.#unsigned(1);
    if (tag >= 0x90 && tag <= 0x9f) return tag - 0x90;
    if (tag === 0xdc) return this.#unsigned(2);
    if (tag === 0xdd) return this.#unsigned(4);
    throw new Error(`Not a packed array: it begins with ${tag}`);
  }

  string(): Buffer {
    const tag = this.#unsigned(1);
    const length = tag >= 0xa0 && tag <= 0xbf ? tag - 0xa0 : this.#unsigned(widthOf(tag));
    const from = this.#at;
    this.#at += length;
    return this.#bytes.subarray(from, this.#at);
  }

  #unsigned(width: number): number {
    const value = this.#bytes.readUIntBE(this.#at, width);
    this.#at += width;
    return value;
  }
}

/** str8, str16, str32. */
const widthOf = (tag: number): number => {
  const width = { 217: 1, 218: 2, 219: 4 }[tag];
  if (width === undefined) throw new Error(`Not a packed string: it begins with ${tag}`);
  return width;
};
