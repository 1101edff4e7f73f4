import { randomUUID } from 'node:crypto';
import { arn } from '../identity.ts';

/** A refusal in Secrets Manager's words. */
export class SecretsManagerError extends Error {
  override readonly name = 'SecretsManagerError' as const;
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Secret {
  arn: string;
  name: string;
  text: string;
  versionId: string;
  createdAtMs: number;
}

/** What AWS adds to the name in an ARN is random; here it is the same, so that a parameter can name it before it is made. */
const SUFFIX = 'AbCdEf';

export const secretArn = (name: string): string => arn('secretsmanager', `secret:${name}-${SUFFIX}`);

/** The secrets of the embedded account. */
export class Secrets {
  readonly #secrets = new Map<string, Secret>();
  readonly #refusals = new Map<string, SecretsManagerError>();
  /** Names that were asked for, oldest first. */
  readonly read: string[] = [];
  /** Every answer comes so much later. */
  delayMs = 0;

  /** Makes the secret, or gives it another value. @returns its ARN */
  put(name: string, text: string): string {
    const known = { arn: secretArn(name), name };
    this.#secrets.set(known.arn, { ...known, text, versionId: randomUUID(), createdAtMs: Date.now() });
    return known.arn;
  }

  delete(name: string): void {
    this.#secrets.delete(secretArn(name));
  }

  /** From now on this one is refused: `AccessDeniedException`, say. @returns what ends that */
  refuse(name: string, code: string, message: string): () => void {
    this.#refusals.set(secretArn(name), new SecretsManagerError(code, message));
    return () => void this.#refusals.delete(secretArn(name));
  }

  /** @param id an ARN, or a name. @throws SecretsManagerError */
  get(id: string): Secret {
    const named = id.startsWith('arn:') ? id : secretArn(id);
    const secret = this.#secrets.get(named);
    this.read.push(secret?.name ?? id);
    const refusal = this.#refusals.get(named);
    if (refusal) throw refusal;
    if (!secret) {
      throw new SecretsManagerError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    return secret;
  }
}
