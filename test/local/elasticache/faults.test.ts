import { DescribeReplicationGroupsCommand, StartMigrationCommand } from '@aws-sdk/client-elasticache';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, clientOf, type Scene, setScene, untilStatus } from './harness.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await setScene();
  await scene.service.createGroup({ id: 'test', replicas: 0 });
});

afterEach(() => scene.end());

const describeTest = new DescribeReplicationGroupsCommand({ ReplicationGroupId: 'test' });

describe('injected faults', () => {
  it.each([
    ['throttle', 'Throttling', 400],
    ['callRateExceeded', 'APICallRateForCustomerExceeded', 400],
    ['internalFailure', 'InternalFailure', 500],
    ['failAfterwards', 'InternalFailure', 500],
    ['serviceUnavailable', 'ServiceUnavailable', 503],
    ['accessDenied', 'AccessDenied', 403],
  ] as const)('%s answers %s, as often as told', async (kind, code, status) => {
    scene.service.faults.add({ action: 'DescribeReplicationGroups', kind, times: 2 });

    for (const _ of [1, 2]) {
      await expect(scene.client.send(describeTest)).rejects.toMatchObject({
        Code: code,
        $metadata: { httpStatusCode: status },
      });
    }
    expect((await scene.client.send(describeTest)).ReplicationGroups).toHaveLength(1);
  });

  it('are retried by the stock client where AWS means them to be', async () => {
    scene.service.faults.add({ action: '*', kind: 'throttle', times: 1 });
    const client = clientOf(scene.url, 3);

    const { $metadata } = await client.send(describeTest);

    expect($metadata.attempts).toBe(2);
    client.destroy();
  });

  it('lose an answer after the effect: the repeated call finds the migration under way', async () => {
    const source = await scene.startSource();
    scene.service.faults.add({ action: 'StartMigration', kind: 'loseAnswer', times: 1 });
    const client = clientOf(scene.url, 3);

    const started = client.send(new StartMigrationCommand({ ReplicationGroupId: 'test', ...at(source) }));

    await expect(started).rejects.toMatchObject({ Code: 'ReplicationGroupAlreadyUnderMigrationFault' });
    await untilStatus(scene.service, 'test', 'migrating');
    client.destroy();
  });

  it('lose a request before any effect', async () => {
    const source = await scene.startSource();
    scene.service.faults.add({ action: 'StartMigration', kind: 'loseRequest', times: 1 });

    const started = scene.client.send(new StartMigrationCommand({ ReplicationGroupId: 'test', ...at(source) }));

    await expect(started).rejects.toThrow();
    expect(scene.service.group('test').status).toBe('available');
  });

  it('hit the group that they are for, until they are removed', async () => {
    await scene.service.createGroup({ id: 'other', replicas: 0 });
    const remove = scene.service.faults.add({ action: '*', kind: 'throttle', groupId: 'test' });
    const other = new DescribeReplicationGroupsCommand({ ReplicationGroupId: 'other' });

    await scene.client.send(other);
    await expect(scene.client.send(describeTest)).rejects.toMatchObject({ Code: 'Throttling' });
    await expect(scene.client.send(describeTest)).rejects.toMatchObject({ Code: 'Throttling' });
    remove();
    await scene.client.send(describeTest);
  });
});
