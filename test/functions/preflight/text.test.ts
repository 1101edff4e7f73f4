import { describe, expect, it } from 'vitest';
import { engineOf, isAtLeast } from '../../../functions/preflight/engine.ts';
import { keyspaceOf } from '../../../functions/preflight/keyspace.ts';
import { bytesText, endpointText, listed, shellWord, shown } from '../../../functions/preflight/text.ts';
import { numberField, optionalNumberField, textField } from '../../../functions/preflight/unreadable.ts';

describe('what a server said', () => {
  it.each([
    ['plain', 'plain'],
    ['two\r\nlines\tand a tab', 'two lines and a tab'],
    ['\u001b[31mred\u001b[0m', '?[31mred?[0m'],
    ['a\u0000b\u0085c', 'a?b?c'],
    ['turned \u202e round', 'turned ? round'],
    ['half a pair \ud83d', 'half a pair ?'],
    ['', ''],
  ])('%j is shown as %j', (text, line) => {
    expect(shown(text)).toBe(line);
  });

  it('is cut, however long it is', () => {
    expect(shown('x'.repeat(81))).toBe(`${'x'.repeat(79)}…`);
    expect(shown('x'.repeat(80))).toBe('x'.repeat(80));
    expect(shown('😀'.repeat(100), 10)).toBe(`${'😀'.repeat(9)}…`);
    expect(shown(`${' '.repeat(10_000_000)}x`, 10)).toBe('…');
  });

  it('is one word of a command that is pasted', () => {
    expect(shellWord('volatile-lru')).toBe('volatile-lru');
    expect(shellWord('x; rm -rf /')).toBe("'x; rm -rf /'");
    expect(shellWord("it's $(id)")).toBe("'it'\\''s $(id)'");
    expect(shellWord('')).toBe("''");
    expect(shellWord(`/${'long/'.repeat(40)}redis.conf`)).toBe(`/${'long/'.repeat(40)}redis.conf`);
    expect(shellWord('x'.repeat(5_000_000)).length).toBeLessThan(5000);
  });
});

describe('texts for a person', () => {
  it('name a few and count the rest', () => {
    expect(listed([])).toBe('');
    expect(listed(['a'])).toBe('a');
    expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
    expect(listed(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
  });

  it('have sizes and endpoints', () => {
    expect(bytesText(1)).toBe('1 byte');
    expect([0, 1023, 1024, 1536, 1024 ** 3, 5e15].map(bytesText)).toEqual([
      '0 bytes',
      '1023 bytes',
      '1 KiB',
      '1.5 KiB',
      '1 GiB',
      '4550 TiB',
    ]);
    expect(endpointText({ address: 'fd00::5', port: 6379 })).toBe('[fd00::5]:6379');
  });
});

describe('a field', () => {
  const fields = new Map([
    ['count', '12'],
    ['ratio', '1.5'],
    ['empty', ''],
    ...['-1', 'nan', '1e9', '0x10', ' 1', '99999999999999999999', '9007199254740993'].map(
      (text) => [text, text] as const,
    ),
  ]);

  it('is read when it counts something', () => {
    expect([numberField(fields, 'count', 'nodes'), numberField(fields, 'ratio', 'nodes')]).toEqual([12, 1.5]);
    expect(optionalNumberField(fields, 'absent', 'nodes')).toBeUndefined();
  });

  it.each(['-1', 'nan', '1e9', '0x10', ' 1', '99999999999999999999', '9007199254740993', 'empty'])(
    '%s is absurd, also where it may be absent',
    (name) => {
      expect(() => optionalNumberField(fields, name, 'sourceInfo')).toThrow(`sourceInfo: its ${name} is `);
    },
  );

  it('that is missing is said by name', () => {
    expect(() => numberField(fields, 'used_memory', 'sourceInfo')).toThrow('sourceInfo: it has no used_memory');
    expect(() => textField(fields, 'empty', 'nodes')).toThrow('nodes: it has no empty');
  });
});

describe('the keyspace', () => {
  it('is read in the order of the databases', () => {
    const info = new Map([
      ['db10', 'keys=1,expires=0,avg_ttl=0'],
      ['db2', 'keys=3,expires=1,avg_ttl=9,subexpiry=0'],
      ['dbsize', 'x'],
    ]);

    expect(keyspaceOf(info, 'nodes')).toEqual([
      { database: 2, keys: 3, expires: 1 },
      { database: 10, keys: 1, expires: 0 },
    ]);
  });

  it.each(['keys=many,expires=0', 'keys=-1,expires=0', '', 'keys=99999999999999999999,expires=0'])(
    'cannot be read from %j',
    (line) => {
      expect(() => keyspaceOf(new Map([['db0', line]]), 'sourceInfo')).toThrow('sourceInfo: its db0 is ');
    },
  );
});

describe('an engine', () => {
  it.each([
    [{ redis_version: '6.2.6' }, 'redis 6.2.6'],
    [{ redis_version: '7.2.4', server_name: 'valkey', valkey_version: '8.1.0' }, 'valkey 8.1.0'],
    [{ redis_version: '7.2.4', valkey_version: '9.0.0-rc1' }, 'valkey 9.0.0'],
    [{ redis_version: '255.255.255' }, 'redis 255.255.255'],
  ])('of %j is %s', (fields, engine) => {
    const { name, version } = engineOf(new Map(Object.entries(fields)), 'sourceInfo');

    expect(`${name} ${version}`).toBe(engine);
  });

  it.each([{}, { redis_version: '' }, { redis_version: 'new' }, { server_name: 'valkey', redis_version: '7.2.4' }])(
    'of %j cannot be told',
    (fields: Record<string, string>) => {
      expect(() => engineOf(new Map(Object.entries(fields)), 'sourceInfo')).toThrow('sourceInfo: it');
    },
  );

  it.each([
    ['5.0.5', '5.0.5', true],
    ['5.0.4', '5.0.5', false],
    ['5.0.10', '5.0.5', true],
    ['10.0', '9.9.9', true],
    ['6', '6.0.0', true],
    ['2.8.21', '2.8.21', true],
    ['2.8.3', '2.8.21', false],
  ])('%s is at least %s: %s', (version, wanted, is) => {
    expect(isAtLeast(version, wanted)).toBe(is);
  });
});
