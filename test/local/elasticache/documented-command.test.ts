import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { StartMigrationCommand } from '@aws-sdk/client-elasticache';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenAws, openAws } from '../../docs/aws-command.ts';
import { documentedOutput, withoutAddresses } from './documented-output.ts';
import { ask, DOCUMENTED, eventually, messages, type Scene, setScene, untilStatus } from './harness.ts';

const run = promisify(execFile);

/** The `aws` commands of this machine: PATH's, and Debian's, which knows less and ignores AWS_ENDPOINT_URL. */
const installed = async (): Promise<string[]> => {
  const { stdout } = await run('sh', ['-c', 'command -v aws; ls /usr/bin/aws']).catch(
    (failure: { stdout: string }) => failure,
  );
  return [...new Set(stdout.split('\n').filter((line) => line !== ''))];
};
const COMMANDS = await installed();

let scene: Scene;

beforeEach(async () => {
  scene = await setScene();
  const [source] = await Promise.all([scene.startSource(), scene.service.createGroup({ id: 'test' })]);
  await ask(source, 'SET', 'a', '1');
  scene.service.aliases.set(`${DOCUMENTED.Address}:${DOCUMENTED.Port}`, source);
});

afterEach(() => scene.end());

const ENVIRONMENT = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_DEFAULT_REGION: 'us-west-2',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_MAX_ATTEMPTS: '1',
};
const wordsOf = (args: string[]) => ['--endpoint-url', scene.url, 'elasticache', ...args];
const parsed = (stdout: string) => (stdout === '' ? undefined : JSON.parse(stdout));

/** As it is pasted: a process of its own, which takes most of a second of processor time. */
const pasted = async (command: string, ...args: string[]) =>
  parsed((await run(command, wordsOf(args), { env: ENVIRONMENT })).stdout);

const opened = new Map<string, Promise<OpenAws>>();
const aws = async (command: string, ...args: string[]) => {
  const one = opened.get(command) ?? openAws(command, ENVIRONMENT);
  opened.set(command, one);
  return parsed(await (await one).run(wordsOf(args)));
};
afterAll(async () => {
  for (const one of opened.values()) await (await one).end();
});

const START = [
  'start-migration',
  '--replication-group-id',
  'test',
  '--customer-node-endpoint-list',
  `Address='${DOCUMENTED.Address}',Port=${DOCUMENTED.Port}`,
];

describe('the documented start-migration', () => {
  it('answers the SDK with the documented members in the documented order', async () => {
    const { ReplicationGroup } = await scene.client.send(
      new StartMigrationCommand({ ReplicationGroupId: 'test', CustomerNodeEndpointList: [DOCUMENTED] }),
    );

    expect(JSON.stringify(withoutAddresses({ ReplicationGroup }))).toBe(
      JSON.stringify(withoutAddresses(documentedOutput)),
    );
  });

  it.runIf(COMMANDS.length > 0).each(COMMANDS)(
    'prints the documented output with %s, and migrates',
    async (command) => {
      const printed = await pasted(command, ...START);
      expect(JSON.stringify(withoutAddresses(printed))).toBe(JSON.stringify(withoutAddresses(documentedOutput)));

      await untilStatus(scene.service, 'test', 'migrating');
      const described = await aws(command, 'describe-replication-groups', '--replication-group-id', 'test');
      expect(described.ReplicationGroups[0].Status).toBe('migrating');
      await eventually(async () => (await ask(scene.service.group('test').primary(), 'GET', 'a')) === '1');

      const completed = await aws(command, 'complete-migration', '--replication-group-id', 'test');
      expect(completed.ReplicationGroup.ReplicationGroupId).toBe('test');
      await untilStatus(scene.service, 'test', 'available');
      const events = await aws(command, 'describe-events', '--source-type', 'replication-group', '--duration', '60');
      expect(events.Events[0].Message).toBe('Complete Migration successful for test');
    },
  );

  it.runIf(COMMANDS.length > 0).each(COMMANDS)('prints the documented errors with %s', async (command) => {
    const failure = async (...args: string[]): Promise<string> =>
      aws(command, ...args).then(
        () => 'no error',
        ({ stderr }: { stderr: string }) => /\((\w+)\)/.exec(stderr)?.[1] ?? stderr,
      );

    expect(await failure('complete-migration', '--replication-group-id', 'nobody')).toBe(
      'ReplicationGroupNotFoundFault',
    );
    expect(await failure('complete-migration', '--replication-group-id', 'test')).toBe(
      'ReplicationGroupNotUnderMigrationFault',
    );
    await aws(command, ...START);
    expect(await failure(...START)).toBe('ReplicationGroupAlreadyUnderMigrationFault');
  });

  it.runIf(COMMANDS.length > 0).each(COMMANDS.slice(0, 1))('creates and deletes a group with %s', async (command) => {
    await aws(
      command,
      ...['create-replication-group', '--replication-group-id', 'made', '--replication-group-description', 'by hand'],
      ...['--num-cache-clusters', '2', '--automatic-failover-enabled', '--multi-az-enabled'],
      ...['--preferred-cache-cluster-a-zs', 'us-west-2b', 'us-west-2a', '--tags', 'Key=team,Value=data'],
    );
    await untilStatus(scene.service, 'made', 'available');

    await aws(command, 'delete-replication-group', '--replication-group-id', 'made');
    await eventually(() => scene.service.groups().every(({ id }) => id !== 'made'));
    expect(await messages(scene.service, 'made')).toEqual(['Replication group made created']);
  });
});
