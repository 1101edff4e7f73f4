import { describe, expect, it } from 'vitest';
import { canonicalForm } from '../../functions/cutover/canonical-form.ts';

describe('the canonical form', () => {
  it('sorts names by their UTF-16 code units, also those that look like numbers (RFC 8785, 3.2.3)', () => {
    const names = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 };

    expect(canonicalForm(names)).toBe('{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}');
    expect(canonicalForm({ 9: 1, 10: 2 })).toBe('{"10":2,"9":1}');
  });

  it.each([
    [333333333.3333333, '333333333.3333333'],
    [1e30, '1e+30'],
    [4.5, '4.5'],
    [2e-3, '0.002'],
    [0.000000000000000000000000001, '1e-27'],
    [-0, '0'],
    [9007199254740991, '9007199254740991'],
  ])('writes %d as ECMAScript does (RFC 8785, 3.2.2.3)', (number, text) => {
    expect(canonicalForm(number)).toBe(text);
  });

  it('escapes what JSON must escape, and nothing else', () => {
    expect(canonicalForm('\u20ac$\u000f\nA\'B"\\\\"/')).toBe('"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"');
  });

  it('leaves out what is undefined, and keeps null', () => {
    expect(canonicalForm({ b: undefined, a: null, c: [true, false] })).toBe('{"a":null,"c":[true,false]}');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, '\ud800', () => 1])('has none of %s', (value) => {
    expect(() => canonicalForm({ value })).toThrow(TypeError);
  });
});
