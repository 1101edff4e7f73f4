import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { queueArn } from '../identity.ts';

export interface MessageAttribute {
  DataType: string;
  StringValue: string;
}

export interface Message {
  messageId: string;
  body: string;
  attributes: Record<string, MessageAttribute>;
  sentAtMs: number;
  /** How often it was received. */
  receiveCount: number;
  firstReceivedAtMs?: number;
}

export interface QueueSettings {
  visibilityTimeoutSeconds?: number;
  retentionSeconds?: number;
}

/** SQS's error for a queue that does not exist; as on the wire of the JSON protocol. */
export class QueueDoesNotExistError extends Error {
  override readonly name = 'QueueDoesNotExistError' as const;

  constructor(queue: string) {
    super(`The specified queue does not exist: ${queue}`);
  }
}

interface Held extends Message {
  visibleFromMs: number;
  receiptHandle?: string;
}

interface Queue {
  name: string;
  createdAtMs: number;
  visibilityTimeoutSeconds: number;
  retentionSeconds: number;
  messages: Held[];
}

/** SQS's defaults: 30 seconds, and 4 days. */
const DEFAULTS = { visibilityTimeoutSeconds: 30, retentionSeconds: 345_600 };

export const md5 = (text: string | Buffer): string => createHash('md5').update(text).digest('hex');

/** Standard queues in memory. A queue is named by its name, its URL or its ARN. */
export class Queues {
  readonly #clock: Clock;
  readonly #queues = new Map<string, Queue>();
  readonly #arrivals = new Set<() => void>();
  #closed = false;

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
  }

  create(name: string, settings: QueueSettings = {}): void {
    this.#queues.set(name, { ...DEFAULTS, ...settings, name, createdAtMs: this.#clock.now(), messages: [] });
  }

  names(): string[] {
    return [...this.#queues.keys()];
  }

  send(queue: string, body: string, attributes: Record<string, MessageAttribute> = {}): Message {
    const now = this.#clock.now();
    const message: Held = {
      messageId: randomUUID(),
      body,
      attributes,
      sentAtMs: now,
      receiveCount: 0,
      visibleFromMs: now,
    };
    this.#find(queue).messages.push(message);
    for (const arrived of [...this.#arrivals]) arrived();
    return message;
  }

  /** The messages in the queue, visible or not, oldest first; looking at them receives none. */
  messages(queue: string): Message[] {
    return this.#kept(queue).map(({ visibleFromMs: _, receiptHandle: __, ...message }) => message);
  }

  /** Receives up to `limit` messages and hides them from other receivers. */
  receive(queue: string, limit = 1, visibilityTimeoutSeconds?: number): (Message & { receiptHandle: string })[] {
    const now = this.#clock.now();
    const hiddenForMs = (visibilityTimeoutSeconds ?? this.#find(queue).visibilityTimeoutSeconds) * 1_000;
    return this.#kept(queue)
      .filter((message) => message.visibleFromMs <= now)
      .slice(0, limit)
      .map((message) => {
        message.receiveCount += 1;
        message.firstReceivedAtMs ??= now;
        message.visibleFromMs = now + hiddenForMs;
        message.receiptHandle = randomUUID();
        return { ...message, receiptHandle: message.receiptHandle };
      });
  }

  /** A long poll: receives as soon as there is something, or nothing once `waitMs` are over. */
  async poll(queue: string, waitMs: number, limit?: number, visibilityTimeoutSeconds?: number) {
    const endsAt = this.#clock.now() + waitMs;
    for (;;) {
      const messages = this.receive(queue, limit, visibilityTimeoutSeconds);
      const leftMs = endsAt - this.#clock.now();
      if (messages.length > 0 || leftMs <= 0 || this.#closed) return messages;
      await this.#arrival(leftMs);
    }
  }

  /** Deleting what is gone already succeeds, as on SQS. */
  delete(queue: string, receiptHandle: string): void {
    const found = this.#find(queue);
    found.messages = found.messages.filter((message) => message.receiptHandle !== receiptHandle);
  }

  /** The attributes that SQS answers for a standard queue, as far as they mean something here. */
  attributes(queue: string): Record<string, string> {
    const { name, createdAtMs, visibilityTimeoutSeconds, retentionSeconds } = this.#find(queue);
    const now = this.#clock.now();
    const messages = this.#kept(queue);
    const visible = messages.filter((message) => message.visibleFromMs <= now).length;
    return {
      QueueArn: queueArn(name),
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(messages.length - visible),
      ApproximateNumberOfMessagesDelayed: '0',
      CreatedTimestamp: String(Math.floor(createdAtMs / 1_000)),
      VisibilityTimeout: String(visibilityTimeoutSeconds),
      MessageRetentionPeriod: String(retentionSeconds),
    };
  }

  /** Ends every long poll. */
  close(): void {
    this.#closed = true;
    for (const arrived of [...this.#arrivals]) arrived();
  }

  /** The queue's name. @throws QueueDoesNotExistError */
  nameOf(queue: string): string {
    return this.#find(queue).name;
  }

  /** @returns once a message has arrived in any queue, or the time is over. */
  #arrival(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        timer.cancel();
        this.#arrivals.delete(done);
        resolve();
      };
      const timer = this.#clock.after(waitMs, done);
      this.#arrivals.add(done);
    });
  }

  #kept(queue: string): Held[] {
    const found = this.#find(queue);
    const oldest = this.#clock.now() - found.retentionSeconds * 1_000;
    found.messages = found.messages.filter((message) => message.sentAtMs > oldest);
    return found.messages;
  }

  #find(queue: string): Queue {
    const found = this.#queues.get(queue) ?? this.#queues.get(queue.split(/[:/]/).at(-1) ?? '');
    if (!found) throw new QueueDoesNotExistError(queue);
    return found;
  }
}
