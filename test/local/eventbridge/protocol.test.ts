import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BusEvent } from '../../../local/eventbridge/event.ts';
import { eventBridgeWire } from '../../../local/eventbridge/protocol.ts';
import { EventBridge } from '../../../local/eventbridge/service.ts';
import { sdkSettings } from '../fixture/fixture.ts';
import { type Served, serveAlone } from '../fixture/serve.ts';

const eventBridge = new EventBridge({
  call: async () => undefined,
  sendToQueue: () => undefined,
  report: () => undefined,
});
let served: Served;
let client: EventBridgeClient;
beforeAll(async () => {
  served = await serveAlone({ events: eventBridgeWire(eventBridge) });
  client = new EventBridgeClient(sdkSettings(served.url));
});
afterAll(async () => {
  client.destroy();
  eventBridge.close();
  await served.close();
});

it('takes PutEvents from the stock client', async () => {
  const heard: BusEvent[] = [];
  eventBridge.onEvent((event) => heard.push(event));
  const Time = new Date('2026-03-04T05:06:07Z');

  const answer = await client.send(
    new PutEventsCommand({
      Entries: [
        { Source: 'test', DetailType: 'T', Detail: '{}', Time },
        { Source: 'aws.x', DetailType: 'T', Detail: '{}' },
      ],
    }),
  );

  expect(heard).toMatchObject([{ source: 'test', time: '2026-03-04T05:06:07Z' }]);
  expect(answer).toMatchObject({
    FailedEntryCount: 1,
    Entries: [{ EventId: heard[0]?.id }, { ErrorCode: 'NotAuthorizedForSourceException' }],
  });
});

it('refuses what EventBridge refuses', async () => {
  const Entries = Array(11).fill({ Source: 'test', DetailType: 'T', Detail: '{}' });
  await expect(client.send(new PutEventsCommand({ Entries }))).rejects.toMatchObject({ name: 'ValidationException' });
});
