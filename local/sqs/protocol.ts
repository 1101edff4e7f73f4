import { jsonAnswer, jsonError, type WireRequest, type WireService } from '../endpoint/wire.ts';
import { ACCOUNT } from '../identity.ts';
import { type Message, type MessageAttribute, md5, QueueDoesNotExistError, type Queues } from './queues.ts';

interface Input {
  QueueUrl?: string;
  QueueName?: string;
  QueueNamePrefix?: string;
  AttributeNames?: string[];
  MessageAttributeNames?: string[];
  MaxNumberOfMessages?: number;
  VisibilityTimeout?: number;
  WaitTimeSeconds?: number;
  MessageBody?: string;
  MessageAttributes?: Record<string, MessageAttribute>;
  ReceiptHandle?: string;
}

type Operation = (queues: Queues, input: Input, base: string) => unknown;

/** SQS's digest of attributes: name, type and value, each with its length, sorted by name. */
const md5OfAttributes = (attributes: Record<string, MessageAttribute>): string => {
  const sized = (text: string) => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const parts = Object.entries(attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, { DataType, StringValue }]) => [sized(name), sized(DataType), Buffer.of(1), sized(StringValue)]);
  return md5(Buffer.concat(parts));
};

const isAsked = (asked: string[], name: string): boolean =>
  asked.some((one) => one === 'All' || one === '.*' || one === name);

const receivedMessage = (message: Message & { receiptHandle: string }, asked: string[]) => {
  const attributes = Object.fromEntries(Object.entries(message.attributes).filter(([name]) => isAsked(asked, name)));
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5(message.body),
    Attributes: {
      SentTimestamp: String(message.sentAtMs),
      ApproximateReceiveCount: String(message.receiveCount),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
    },
    ...(Object.keys(attributes).length > 0
      ? { MessageAttributes: attributes, MD5OfMessageAttributes: md5OfAttributes(attributes) }
      : {}),
  };
};

const OPERATIONS: Record<string, Operation> = {
  GetQueueUrl: (queues, { QueueName = '' }, base) => ({ QueueUrl: `${base}/${ACCOUNT}/${queues.nameOf(QueueName)}` }),
  ListQueues: (queues, { QueueNamePrefix = '' }, base) => ({
    QueueUrls: queues
      .names()
      .filter((name) => name.startsWith(QueueNamePrefix))
      .map((name) => `${base}/${ACCOUNT}/${name}`),
  }),
  GetQueueAttributes: (queues, { QueueUrl = '', AttributeNames = [] }) => ({
    Attributes: Object.fromEntries(
      Object.entries(queues.attributes(QueueUrl)).filter(([name]) => isAsked(AttributeNames, name)),
    ),
  }),
  SendMessage: (queues, { QueueUrl = '', MessageBody = '', MessageAttributes = {} }) => {
    const { messageId } = queues.send(QueueUrl, MessageBody, MessageAttributes);
    return {
      MessageId: messageId,
      MD5OfMessageBody: md5(MessageBody),
      MD5OfMessageAttributes: attributesDigest(MessageAttributes),
    };
  },
  ReceiveMessage: async (queues, input) => {
    const {
      QueueUrl = '',
      MaxNumberOfMessages = 1,
      VisibilityTimeout,
      WaitTimeSeconds = 0,
      MessageAttributeNames = [],
    } = input;
    const messages = await queues.poll(QueueUrl, WaitTimeSeconds * 1_000, MaxNumberOfMessages, VisibilityTimeout);
    return messages.length === 0
      ? {}
      : { Messages: messages.map((message) => receivedMessage(message, MessageAttributeNames)) };
  },
  DeleteMessage: (queues, { QueueUrl = '', ReceiptHandle = '' }) => {
    queues.delete(QueueUrl, ReceiptHandle);
    return {};
  },
};

const attributesDigest = (attributes: Record<string, MessageAttribute>): string | undefined =>
  Object.keys(attributes).length > 0 ? md5OfAttributes(attributes) : undefined;

const operationOf = (request: WireRequest): string => (request.headers['x-amz-target'] ?? '').replace('AmazonSQS.', '');

/** The JSON 1.0 slice of SQS; queue URLs are of the endpoint that the request came to. */
export const sqsWire =
  (queues: Queues): WireService =>
  async (request) => {
    const name = operationOf(request);
    const operation = OPERATIONS[name];
    if (!operation)
      return jsonError('com.amazonaws.sqs#UnsupportedOperation', `SQS ${name} is not played by the embedded AWS`);
    try {
      const input = JSON.parse(request.body.toString() || '{}') as Input;
      return jsonAnswer(await operation(queues, input, `http://${request.headers.host}`));
    } catch (error) {
      if (!(error instanceof QueueDoesNotExistError)) throw error;
      const answer = jsonError('com.amazonaws.sqs#QueueDoesNotExist', error.message);
      return {
        ...answer,
        headers: { ...answer.headers, 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' },
      };
    }
  };
