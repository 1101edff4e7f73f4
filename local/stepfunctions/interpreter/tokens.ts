import { randomUUID } from 'node:crypto';
import { InvalidToken, TaskDoesNotExist, TaskTimedOut } from '../errors.ts';
import type { Payload } from '../payload.ts';

/** The task that waits for a token. */
interface TokenHolder {
  succeed(output: Payload): void;
  fail(error: string | undefined, cause: string | undefined): void;
  heartbeat(): void;
}

interface Content {
  executionArn: string;
  id: string;
}

const read = (token: string): Content => {
  try {
    const content = JSON.parse(Buffer.from(token, 'base64url').toString()) as Partial<Content>;
    if (typeof content.executionArn === 'string' && typeof content.id === 'string') return content as Content;
  } catch {
    // Not even JSON: a token of somebody else's, as below.
  }
  throw new InvalidToken();
};

/** The tokens of all tasks that wait for a callback. A token names its execution, so that a spent one need not be kept. */
export class TaskTokens {
  readonly #holders = new Map<string, TokenHolder>();
  readonly #exists: (executionArn: string) => boolean;

  constructor(exists: (executionArn: string) => boolean) {
    this.#exists = exists;
  }

  issue(executionArn: string): string {
    return Buffer.from(JSON.stringify({ executionArn, id: randomUUID() } satisfies Content)).toString('base64url');
  }

  open(token: string, holder: TokenHolder): void {
    this.#holders.set(token, holder);
  }

  close(token: string): void {
    this.#holders.delete(token);
  }

  /**
   * @throws InvalidToken for what is no token
   * @throws TaskDoesNotExist for a token of an execution that is not here
   * @throws TaskTimedOut for a token whose task has ended
   */
  holder(token: string): TokenHolder {
    const holder = this.#holders.get(token);
    if (holder !== undefined) return holder;
    throw this.#exists(read(token).executionArn) ? new TaskTimedOut() : new TaskDoesNotExist();
  }
}
