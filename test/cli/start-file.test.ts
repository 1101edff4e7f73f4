import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readRequest } from '../../cli/start/file.ts';
import { requestOf } from '../../cli/start/options.ts';
import type { Io } from '../../cli/terminal/io.ts';

const { signal } = new AbortController();
const read = (text: string | Buffer) => {
  const stdin = new PassThrough();
  stdin.end(text);
  return readRequest('-', { stdin, signal } as unknown as Io);
};

/** As `aws elasticache start-migration --generate-cli-skeleton yaml-input` of version 2 writes it, filled in. */
const YAML_SKELETON = `ReplicationGroupId: 'test'  # [REQUIRED] The ID of the replication group to which data should be migrated.
CustomerNodeEndpointList: # [REQUIRED] List of endpoints from which data should be migrated.
- Address: '10.0.0.5'  # The address of the node endpoint.
  Port: 6379 # The port of the node endpoint.
`;
const REQUEST = { replicationGroupId: 'test', customerNodeEndpointList: [{ address: '10.0.0.5', port: 6379 }] };

describe('a request in a file', () => {
  it('is read as the aws command writes its skeleton', async () => {
    const json =
      '{\n    "ReplicationGroupId": "test",\n    "CustomerNodeEndpointList": [{ "Address": "10.0.0.5", "Port": 6379 }]\n}\n';

    expect(await read(json)).toEqual(REQUEST);
    expect(await read(YAML_SKELETON)).toEqual(REQUEST);
  });

  it('goes as it is to the API, which judges it', async () => {
    expect(await read('{"replicationGroupId":"ü","Unknown":{"Deep":1}}')).toEqual({
      replicationGroupId: 'ü',
      Unknown: { Deep: 1 },
    });
  });

  it('may come in pieces that cut a character', async () => {
    const stdin = new PassThrough();
    const bytes = Buffer.from('{"reason":"für später"}');
    stdin.write(bytes.subarray(0, 12));
    stdin.end(bytes.subarray(12));

    expect(await readRequest('-', { stdin, signal } as unknown as Io)).toEqual({ reason: 'für später' });
  });

  it.each([
    ['nothing', '', 'is empty'],
    ['broken JSON', '{"a":', 'is no JSON'],
    ['broken YAML', 'a: [1', 'neither JSON nor YAML'],
    ['a list', '[1]', 'holds no request'],
    ['a word', 'hello', 'holds no request'],
    ['one thing by two names', '{"ReplicationGroupId":"a","replicationGroupId":"b"}', 'has both'],
    ['too much', `{"reason":"${'x'.repeat(70_000)}"}`, '64 KiB'],
    [
      'a thing twice',
      '{"ReplicationGroupId":"test","a":[{"ReplicationGroupId":"other"}],"ReplicationGroupId":"b"}',
      'twice',
    ],
    ['a thing twice below', '{"cutover":{"mode":"manual", "mode":"automatic"}}', 'says "mode" twice'],
    ['a thing twice, as YAML', 'reason: a\nreason: b', 'says reason twice'],
    ['two documents', 'reason: a\n---\nreason: b', 'several documents'],
    ['YAML that grows', 'a: &a [1,1]\nb: &b [*a,*a]\nc: [*b,*b]', 'neither JSON nor YAML'],
  ])('is refused: %s', async (_, text, why) => {
    await expect(read(text)).rejects.toThrow(why);
  });
});

it('with a tag that nobody knows warns nobody', async () => {
  const warned: unknown[] = [];
  const note = (warning: unknown) => warned.push(warning);
  process.on('warning', note);
  await read('reason: !!js/function "x"');
  await new Promise(setImmediate);
  process.off('warning', note);

  expect(warned).toEqual([]);
});

it('is read as JSON also where YAML is stricter', async () => {
  const text = `{\n\t"reason":\t"a\\/b",\n\t"${'k'.repeat(2000)}":\t1e2\n}`;

  expect(await read(text)).toEqual(JSON.parse(text));
});

describe('options', () => {
  it.each([
    ['10.0.0.5', { address: '10.0.0.5', port: 6379 }],
    ['cache.internal:7000', { address: 'cache.internal', port: 7000 }],
    ['[fd00::5]:6380', { address: 'fd00::5', port: 6380 }],
    ['[fd00::5]', { address: 'fd00::5', port: 6379 }],
  ])('name a source: %s', (source, endpoint) => {
    const problems: string[] = [];

    expect(requestOf({ source }, {}, problems)).toEqual({ customerNodeEndpointList: [endpoint] });
    expect(problems).toEqual([]);
  });

  it.each([
    `Address='10.0.0.5',Port=6379`,
    'Address=10.0.0.5,Port=6379',
    'Port=6379,Address="10.0.0.5"',
    '{"Address":"10.0.0.5","Port":6379}',
    '[{"Address":"10.0.0.5","Port":6379}]',
  ])('name a source as for the aws command: %s', (text) => {
    const problems: string[] = [];
    const { customerNodeEndpointList } = requestOf({ customerNodeEndpointList: [text] }, {}, problems);

    expect(customerNodeEndpointList).toEqual(REQUEST.customerNodeEndpointList);
    expect(problems).toEqual([]);
  });

  it.each([
    ['Address=10.0.0.5,Port=6379,Tls=true', { Tls: 'true' }],
    ['[{"Address":"10.0.0.5","Port":6379,"Tls":true}]', { Tls: true }],
  ])('leave what else is said of a source for the API to judge: %s', (text, more) => {
    const { customerNodeEndpointList } = requestOf({ customerNodeEndpointList: [text] }, {}, []);

    expect(customerNodeEndpointList).toEqual([{ address: '10.0.0.5', port: 6379, ...more }]);
  });

  it.each([
    'Address=10.0.0.5,Port=6379,tls',
    'and Address=10.0.0.5,Port=6379',
    'Address=10.0.0.5;Port=6379',
    "Address='10.0.0.5'x,Port=6379",
    'Address=10.0.0.5,Port=6379 Address=10.0.0.6,Port=6379',
    'Address=10.0.0.5,Port=6379,Port=6380',
  ])('are refused where a part of them would be lost: %s', (text) => {
    const problems: string[] = [];
    requestOf({ customerNodeEndpointList: [text] }, {}, problems);

    expect(problems).toEqual([expect.stringContaining('has to be Address=10.0.0.5,Port=6379')]);
  });

  it('name all that are in one list, for the API to judge', () => {
    const list = '[{"Address":"10.0.0.5","Port":6379},{"Address":"10.0.0.6","Port":6379}]';

    expect(requestOf({ customerNodeEndpointList: [list] }, {}, [])).toEqual({
      customerNodeEndpointList: ['10.0.0.5', '10.0.0.6'].map((address) => ({ address, port: 6379 })),
    });
  });

  it.each(['fd00::5:6379', '10.0.0.5:port', ':6379', '[::1'])('name no source: %s', (source) => {
    const problems: string[] = [];
    requestOf({ source }, {}, problems);

    expect(problems).toEqual([`--source has to be host:port, with an IPv6 address in brackets: ${source}`]);
  });

  it('go over what the file says, and leave the rest of it', () => {
    const file = { cutover: { mode: 'automatic', fence: 'none' }, waivers: ['a'], reason: 'filed' };

    expect(requestOf({ fence: 'acl', quietSeconds: '5', waive: ['b', 'a'] }, file, [])).toEqual({
      cutover: { mode: 'automatic', fence: 'acl', quietSeconds: 5 },
      waivers: ['a', 'b'],
      reason: 'filed',
    });
  });
});
