import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../local/simulated-clock.ts';
import { sqsWire } from '../../../local/sqs/protocol.ts';
import { Queues } from '../../../local/sqs/queues.ts';
import { sdkSettings } from '../fixture/fixture.ts';
import { type Served, serveAlone } from '../fixture/serve.ts';

let clock: SimulatedClock;
let queues: Queues;
beforeEach(() => {
  clock = new SimulatedClock();
  queues = new Queues({ clock });
  queues.create('q', { visibilityTimeoutSeconds: 30, retentionSeconds: 600 });
});

describe('Queues', () => {
  it('hides what was received until its time is over', async () => {
    queues.send('q', 'one');
    queues.send('q', 'two');

    expect(queues.receive('q', 10).map(({ body }) => body)).toEqual(['one', 'two']);
    expect(queues.receive('q', 10)).toEqual([]);
    await clock.advance(30_000);
    expect(queues.receive('q', 1)).toMatchObject([{ body: 'one', receiveCount: 2 }]);
  });

  it('shows messages without receiving them, by name, URL or ARN', () => {
    queues.send('q', 'one', { WHY: { DataType: 'String', StringValue: 'because' } });

    for (const name of ['q', 'http://127.0.0.1:1/000000000000/q', 'arn:aws:sqs:us-west-2:000000000000:q']) {
      expect(queues.messages(name)).toMatchObject([
        { body: 'one', receiveCount: 0, attributes: { WHY: { StringValue: 'because' } } },
      ]);
    }
  });

  it('deletes by receipt handle, and drops what is too old', async () => {
    queues.send('q', 'one');
    const [received] = queues.receive('q');
    queues.delete('q', received?.receiptHandle as string);
    expect(queues.messages('q')).toEqual([]);

    queues.send('q', 'two');
    await clock.advance(600_000);
    expect(queues.messages('q')).toEqual([]);
  });

  it('ends a long poll with the first message, with its time, or when it is closed', async () => {
    const polled = queues.poll('q', 20_000);
    queues.send('q', 'one');
    expect(await polled).toMatchObject([{ body: 'one' }]);

    const inVain = queues.poll('q', 20_000);
    await clock.advance(20_000);
    expect(await inVain).toEqual([]);

    const ended = queues.poll('q', 20_000);
    queues.close();
    expect(await ended).toEqual([]);
  });
});

describe('SQS by the stock client', () => {
  const real = new Queues({ clock: { now: () => Date.now(), after: () => ({ cancel: () => undefined }) } });
  let served: Served;
  let client: SQSClient;
  beforeAll(async () => {
    real.create('q', {});
    served = await serveAlone({ sqs: sqsWire(real) });
    client = new SQSClient(sdkSettings(served.url));
  });
  afterAll(async () => {
    client.destroy();
    await served.close();
  });

  it('sends, receives and deletes', async () => {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: 'q' }));
    expect(QueueUrl).toBe(`${served.url}/000000000000/q`);
    expect((await client.send(new ListQueuesCommand({}))).QueueUrls).toEqual([QueueUrl]);
    const MessageAttributes = {
      B: { DataType: 'String', StringValue: '2' },
      A: { DataType: 'String', StringValue: 'ü' },
    };
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'grüße', MessageAttributes }));

    const counts = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages', 'QueueArn'] }),
    );
    expect(counts.Attributes).toEqual({
      ApproximateNumberOfMessages: '1',
      QueueArn: 'arn:aws:sqs:us-west-2:000000000000:q',
    });
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] }));
    expect(Messages).toMatchObject([{ Body: 'grüße', MessageAttributes }]);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages?.[0]?.ReceiptHandle as string }));
    expect(real.messages('q')).toEqual([]);
    expect((await client.send(new ReceiveMessageCommand({ QueueUrl }))).Messages).toBeUndefined();
  });

  it('names the error of an unknown queue', async () => {
    await expect(client.send(new GetQueueUrlCommand({ QueueName: 'nobody' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
  });
});
