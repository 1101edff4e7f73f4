import { describe, expect, it } from 'vitest';
import { numberOf, parseInfo, replicaLines } from '../../../functions/replication/info.ts';

describe('INFO', () => {
  it('is read by name, whatever the line ends with', () => {
    const info = parseInfo('# Replication\r\nrole:master\nmaster_host:fe80::1\r\n\r\nempty:\n');

    expect([...info]).toEqual([
      ['role', 'master'],
      ['master_host', 'fe80::1'],
      ['empty', ''],
    ]);
  });

  it.each(['', '\r\n\r\n', '#:x', ':no name', 'no colon', '\0\0', '::::', '-NOAUTH Authentication required.'])(
    'of nonsense (%j) has no fields that anybody asks for',
    (text) => {
      expect(parseInfo(text).get('role')).toBeUndefined();
      expect(replicaLines(parseInfo(text))).toEqual([]);
    },
  );

  it('may name a field like a property of every object', () => {
    const info = parseInfo('__proto__:x\nconstructor:y');

    expect([info.get('__proto__'), info.get('toString')]).toEqual(['x', undefined]);
  });
});

describe('a number of INFO', () => {
  it.each([
    ['0', 0],
    ['-1', -1],
    ['1048576', 1_048_576],
    ['37.25', 37.25],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%s is a number', (text, value) => {
    expect(numberOf(parseInfo(`field:${text}`), 'field')).toBe(value);
  });

  it.each(['', ' ', 'nan', 'NaN', 'inf', 'Infinity', '0x10', '1e400', '1e3', '12abc', '1,5', '9007199254740993'])(
    '%j is none',
    (text) => {
      expect(numberOf(parseInfo(`field:${text}`), 'field')).toBeUndefined();
    },
  );

  it('that is absent is none', () => {
    expect(numberOf(parseInfo(''), 'field')).toBeUndefined();
  });
});

describe('the replicas that a primary lists', () => {
  const of = (line: string) => replicaLines(parseInfo(line));

  it('are read in all documented forms', () => {
    expect(
      of(
        'slave0:ip=10.0.0.7,port=6379,state=online,offset=42,lag=1\nslave1:ip=::1,port=6380,state=wait_bgsave,offset=0,lag=0,type=replica\n',
      ),
    ).toEqual([
      { ip: '10.0.0.7', port: 6379, state: 'online', offset: 42, lagSeconds: 1 },
      { ip: '::1', port: 6380, state: 'wait_bgsave', offset: 0, lagSeconds: 0 },
    ]);
  });

  it.each([
    'slave0:',
    'slave0:online',
    'slave0:ip=1,port=x,state=online,offset=1,lag=0',
    'slave0:ip=1,port=1,state=online,offset=NaN,lag=0',
    'slave0:ip=1,port=1,offset=1,lag=0',
    'slaveX:ip=1,port=1,state=online,offset=1,lag=0',
    'slave_read_only:1',
  ])('leave out %j', (line) => {
    expect(of(line)).toEqual([]);
  });

  it.each(['', ',lag=', ',lag=x', ',lag=-1'])('have no lag where the line ends with %j', (end) => {
    expect(of(`slave0:ip=1,port=1,state=online,offset=1${end}`)).toEqual([
      { ip: '1', port: 1, state: 'online', offset: 1 },
    ]);
  });
});
