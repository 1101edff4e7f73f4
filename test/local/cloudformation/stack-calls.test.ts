import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudFormationWire } from '../../../local/cloudformation/protocol.ts';
import { stsWire } from '../../../local/sts/protocol.ts';
import { readTemplate } from '../../../local/template/read.ts';
import { isInstalled } from '../../e2e/processes.ts';
import { SURROUNDINGS, sdkSettings } from '../fixture/fixture.ts';
import { type Served, serveAlone } from '../fixture/serve.ts';

const { outputs } = readTemplate(new URL('../../../template.yaml', import.meta.url).pathname, {
  ...SURROUNDINGS,
  stackName: 'cache',
});
const createdAt = new Date('2026-03-12T19:03:58.390Z');
let served: Served;
let cloudFormation: CloudFormationClient;
let sts: STSClient;
beforeAll(async () => {
  served = await serveAlone({
    cloudformation: cloudFormationWire({ name: 'cache', createdAt, outputs }),
    sts: stsWire,
  });
  cloudFormation = new CloudFormationClient(sdkSettings(served.url));
  sts = new STSClient(sdkSettings(served.url));
});
afterAll(async () => {
  cloudFormation.destroy();
  sts.destroy();
  await served.close();
});

const ARN = 'arn:aws:cloudformation:us-west-2:000000000000:stack/cache/embedded';

describe('DescribeStacks, by the stock client', () => {
  it.each([{ StackName: 'cache' }, { StackName: ARN }, {}])('tells the outputs of the stack: %o', async (asked) => {
    const { Stacks = [], NextToken } = await cloudFormation.send(new DescribeStacksCommand(asked));

    expect(Stacks).toHaveLength(1);
    expect(Stacks[0]).toMatchObject({
      StackName: 'cache',
      StackId: ARN,
      StackStatus: 'CREATE_COMPLETE',
      CreationTime: createdAt,
    });
    expect(
      Object.fromEntries((Stacks[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])),
    ).toEqual(outputs);
    expect(outputs.ApiUrl).toBe(SURROUNDINGS.apiUrl);
    expect(NextToken).toBeUndefined();
  });

  it('says of another stack what CloudFormation says', async () => {
    const asking = cloudFormation.send(new DescribeStacksCommand({ StackName: 'other' }));

    await expect(asking).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Stack with id other does not exist',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('refuses what it does not play', async () => {
    await expect(cloudFormation.send(new DescribeStacksCommand({ NextToken: 'n' }))).rejects.toThrow('NextToken');
  });
});

describe('GetCallerIdentity', () => {
  it('names the access key, by the stock client', async () => {
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '000000000000',
      Arn: 'arn:aws:iam::000000000000:user/test',
      UserId: 'test',
    });
  });
});

describe.runIf(await isInstalled('aws'))('the aws command', () => {
  const aws = async (...args: string[]) => {
    const env = { AWS_ACCESS_KEY_ID: 'me', AWS_SECRET_ACCESS_KEY: 'x', AWS_DEFAULT_REGION: 'us-west-2' };
    const { stdout } = await promisify(execFile)('aws', ['--endpoint-url', served.url, ...args], {
      env: { ...process.env, ...env, AWS_EC2_METADATA_DISABLED: 'true' },
    });
    return JSON.parse(stdout);
  };

  it('finds the address of the API, and who it is', async () => {
    const query = "Stacks[0].Outputs[?OutputKey=='ApiUrl'].OutputValue";

    expect(await aws('cloudformation', 'describe-stacks', '--stack-name', 'cache', '--query', query)).toEqual([
      SURROUNDINGS.apiUrl,
    ]);
    expect(await aws('sts', 'get-caller-identity')).toEqual({
      UserId: 'me',
      Account: '000000000000',
      Arn: 'arn:aws:iam::000000000000:user/me',
    });
  });
});
