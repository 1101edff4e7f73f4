import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, eventually, type Lab } from '../lab.ts';

/** Every delivery of a request comes twice in this lab, as EventBridge may do it. */
export const bus = (lab: Lab) =>
  describe('requests on the bus', () => {
    let client: EventBridgeClient;
    let sourcePort: number;
    beforeAll(async () => {
      sourcePort = (await lab.source()).port;
      client = new EventBridgeClient({
        endpoint: lab.aws.awsEndpoint,
        region: 'us-west-2',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      });
    });
    afterAll(() => client?.destroy());

    const put = async (detailType: string, detail: unknown) => {
      const { Entries, FailedEntryCount } = await client.send(
        new PutEventsCommand({
          Entries: [
            {
              EventBusName: lab.aws.outputs.MigrationBusName,
              Source: 'ops.tools',
              DetailType: detailType,
              Detail: JSON.stringify(detail),
            },
          ],
        }),
      );
      expect(FailedEntryCount).toBe(0);
      return Entries?.[0]?.EventId as string;
    };
    const accepted = () => lab.announced.filter(({ detailType }) => detailType === 'MigrationAccepted');

    it('starts a migration by an event, once although it is delivered twice, and cuts over by an event', async () => {
      await lab.group('evented');
      await put('MigrationRequested', {
        metadata: { correlationId: 'change-4711' },
        data: {
          replicationGroupId: 'evented',
          customerNodeEndpointList: at(sourcePort),
          cutover: { quietSeconds: 0 },
        },
      });
      const first = await eventually(async () =>
        accepted().find(({ migrationId }) => migrationId.startsWith('evented-')),
      );
      const view = await lab.awaiting(first.migrationId);
      await put('CutoverRequested', { data: { migrationId: first.migrationId, reason: 'by event' } });
      await lab.announcement(first.migrationId, 'MigrationCompleted');

      expect(view.correlationId).toBe('change-4711');
      const { body } = await lab.request('GET', '/migrations?replicationGroupId=evented');
      expect(body.migrations).toHaveLength(1);
      expect(lab.typesOf(first.migrationId).filter((type) => type === 'MigrationAccepted')).toHaveLength(1);
    });

    it('refuses a bad event after two more tries, and hands it with its violations to the OnFailure destination', async () => {
      const before = accepted().length;
      const eventId = await put('MigrationRequested', {
        data: { replicationGroupId: '9bad', customerNodeEndpointList: [] },
        x: 1,
      });
      const queue = lab.aws.outputs.RefusedQueueUrl as string;
      const refused = await eventually(async () => {
        const messages = lab.aws.queues.messages(queue).map(({ body }) => JSON.parse(body));
        return messages.find(({ requestPayload }) => requestPayload.id === eventId);
      });

      expect(refused.requestContext).toMatchObject({ condition: 'RetriesExhausted', approximateInvokeCount: 3 });
      expect(refused.responsePayload).toMatchObject({ errorType: 'InvalidRequestError' });
      expect(refused.responsePayload.errorMessage).toContain('/detail/x is not a known field');
      expect(accepted()).toHaveLength(before);
    });
  });
