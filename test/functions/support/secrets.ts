import { AllowedNetworks } from '../../../functions/adapters/allowed-networks.ts';
import { Dialler, type DiallerOptions } from '../../../functions/adapters/dial.ts';
import { SecretUnread, SourceSecrets } from '../../../functions/adapters/source-secrets.ts';

/** What Secrets Manager has for a deployment, and can be changed: each an object that becomes JSON, a text, or why there is no answer. */
export class FakeSecrets {
  /** Versions that were handed out so far, by name. */
  readonly fetched: string[] = [];
  nowMs = 0;
  readonly secrets: SourceSecrets;
  readonly #values: Record<string, unknown>;
  readonly #versions = new Map<string, number>();

  constructor(values: Record<string, unknown>) {
    this.#values = { ...values };
    this.secrets = new SourceSecrets(
      Object.keys(values).map((name) => `${ARN}${name}`),
      async (arn) => {
        const name = arn.slice(ARN.length);
        this.fetched.push(name);
        const value = this.#values[name];
        if (value instanceof SecretUnread) throw value;
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        return { text, versionId: `version-${this.#versions.get(name) ?? 1}` };
      },
      1000,
      () => this.nowMs,
    );
  }

  /** As PutSecretValue: another value has another version. */
  put(name: string, value: unknown): void {
    this.#values[name] = value;
    this.#versions.set(name, (this.#versions.get(name) ?? 1) + 1);
  }

  dialler(options?: DiallerOptions): Dialler {
    return new Dialler(new AllowedNetworks(['10.0.0.0/8', '127.0.0.0/8']), this.secrets, options);
  }
}

export const ARN = 'arn:aws:secretsmanager:us-west-2:000000000000:secret:';
