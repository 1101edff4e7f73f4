import { describe, expect, it } from 'vitest';
import { nextId } from '../../../functions/verification/big-stream.ts';
import { printedScore } from '../../../functions/verification/canonical.ts';
import { printable } from '../../../functions/verification/difference.ts';
import { isHyperLogLog, sameRegisters } from '../../../functions/verification/hyperloglog.ts';
import { packKeys, unpackKeys } from '../../../functions/verification/packed-keys.ts';

describe('packed keys', () => {
  it.each([0, 1, 15, 16, 65_536])('come back as they were: %i of them', (count) => {
    const keys = Array.from({ length: count }, (_, index) => Buffer.from(`key ${index}`));

    expect(unpackKeys(packKeys(keys)).map(String)).toEqual(keys.map(String));
  });

  it('come back as they were, however long', () => {
    const keys = [0, 31, 32, 255, 256, 65_535, 65_536].map((length) => Buffer.alloc(length, length));

    expect(unpackKeys(packKeys(keys))).toEqual(keys);
  });

  it('come back from the form that servers write', () => {
    const packed = Buffer.concat([Buffer.of(0x92, 0xa1, 0xff, 0xd9, 40), Buffer.alloc(40, 1)]);

    expect(unpackKeys({ packed, count: 2 })).toEqual([Buffer.of(255), Buffer.alloc(40, 1)]);
  });
});

describe('a name in a report', () => {
  it.each([
    ['plain', { key: 'plain' }],
    ['', { key: '' }],
    ['back\\slash', { key: 'back\\x5cslash', keyBase64: 'YmFja1xzbGFzaA==' }],
    ['\u001b[31mred\n', { key: '\\x1b[31mred\\x0a', keyBase64: 'G1szMW1yZWQK' }],
  ])('%j is printable', (name, expected) => {
    expect(printable(Buffer.from(name))).toEqual(expected);
  });

  it('is cut', () => {
    expect(printable(Buffer.alloc(10_000_000, 'x'))).toEqual({ key: `${'x'.repeat(120)}… (10000000 bytes)` });
  });
});

describe('a score', () => {
  it.each([
    ['0.1', '0.10000000000000001'],
    ['0.10000000000000001', '0.10000000000000001'],
    ['3', '3'],
    ['-0', '0'],
    ['1e300', '1.0000000000000001e+300'],
    ['1.0000000000000001e+300', '1.0000000000000001e+300'],
    ['12345678901234567', '12345678901234568'],
    ['1e17', '1e+17'],
    ['0.00001', '1.0000000000000001e-05'],
    ['inf', 'inf'],
    ['-inf', '-inf'],
    ['100', '100'],
  ])('%s is printed %s, whatever version told it', (told, printed) => {
    expect(String(printedScore(Buffer.from(told)))).toBe(printed);
  });
});

describe('a HyperLogLog', () => {
  const header = (encoding: number) =>
    Buffer.from([...Buffer.from('HYLL'), encoding, 0, 0, 0, ...Buffer.alloc(8, 128)]);
  // Registers 0 and 1 are 3, the rest 0.
  const sparse = Buffer.concat([header(1), Buffer.of(0x80 | (2 << 2) | 1, 0x40 | 0x3f, 0xfd)]);
  const dense = Buffer.concat([header(0), Buffer.of(3 | ((3 & 3) << 6), 3 >> 2), Buffer.alloc(12_288 - 2)]);

  it('has the same registers in either encoding', () => {
    expect(sameRegisters(sparse, dense)).toBe(true);
  });

  it('has others when one is different', () => {
    const other = Buffer.from(dense);
    other[16] = 4;

    expect(sameRegisters(sparse, other)).toBe(false);
    expect(sameRegisters(sparse, sparse.subarray(0, 17))).toBe(false);
  });

  it('is known by all of its header', () => {
    expect([sparse, dense].map(isHyperLogLog)).toEqual([true, true]);
    expect(
      [Buffer.from('HYLL and some more text'), dense.subarray(0, 500), Buffer.from('HYLL')].map(isHyperLogLog),
    ).toEqual([false, false, false]);
  });
});

describe('a stream id', () => {
  it.each([
    ['5-0', '5-1'],
    ['1700000000000-9', '1700000000000-10'],
    ['5-18446744073709551615', '6-0'],
  ])('%s is followed by %s', (id, next) => {
    expect(nextId(id)).toBe(next);
  });
});
