import type { Endpoint } from '../migration/record.ts';
import type { LoginProblem } from '../preflight/ports.ts';
import { type ReadSecret, readSecret, type SourceSecret } from './source-secret.ts';

/** Reads one secret by its ARN. Throws {@link SecretUnread}. */
export type FetchSecret = (arn: string) => Promise<{ text: string; versionId: string }>;

/** A secret could not be read; the message says why, as the end of a sentence. */
export class SecretUnread extends Error {
  readonly remedy: string[];

  constructor(why: string, remedy: string[] = []) {
    super(why);
    this.remedy = remedy;
  }
}

/** What the deployment has for one server. */
export interface Found {
  /** Whether a secret names the server. */
  named: boolean;
  secret?: SourceSecret;
  /** Of the secret. */
  arn?: string;
  /** Of the value that it was read from: another one is another value. */
  versionId?: string;
  /** Why it cannot be used, or nobody can tell whether there is one. */
  problems: LoginProblem[];
}

interface Kept extends Omit<ReadSecret, 'problems'> {
  versionId?: string;
  problem?: LoginProblem;
  /** When it was read, or tried to be. */
  atMs: number;
}

/** A rotation shows after so long, or at once where the old value is refused. */
const KEEP_MS = 5 * 60_000;
/** Whoever is refused again and again must not ask Secrets Manager at each poll. */
const LEAST_APART_MS = 5000;

/**
 * The secrets that the deployment binds to sources (template parameter SourceSecretArns). The secret itself says which servers
 * it is for: whoever starts a migration cannot have it sent elsewhere, and neither can a source by the replicas that it lists.
 * A value that was good stays in use while no newer one can be read, so that an outage of Secrets Manager keeps no fence up.
 */
export class SourceSecrets {
  readonly #arns: readonly string[];
  readonly #reader: FetchSecret;
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();
  readonly #reading = new Map<string, Promise<Kept>>();

  /** How long `fetch` takes, at the most. */
  readonly withinMs: number;

  constructor(arns: readonly string[], fetch: FetchSecret, withinMs: number, now: () => number = Date.now) {
    this.withinMs = withinMs;
    this.#arns = arns;
    this.#reader = fetch;
    this.#now = now;
  }

  /**
   * @param addresses IP addresses that the endpoint was just found to have
   * @param anew reads all of them again, unless that was done in the last seconds
   */
  async find(endpoint: Endpoint, addresses: readonly string[], anew = false): Promise<Found> {
    const all = await Promise.all(this.#arns.map(async (arn) => ({ arn, ...(await this.#value(arn, anew)) })));
    const naming = all.filter(({ names }) => names?.(endpoint, addresses));
    const [first] = naming.filter(({ secret }) => secret);
    const concerned = naming.length > 0 ? naming : all.filter(({ names }) => !names);
    const problems = concerned.flatMap(({ problem }) => problem ?? []);
    if (naming.length > 1) problems.push(ambiguous(naming.map(({ arn }) => arn)));
    return {
      named: naming.length > 0,
      ...(first?.secret && { secret: first.secret, arn: first.arn }),
      ...(first?.versionId !== undefined && { versionId: first.versionId }),
      problems,
    };
  }

  #value(arn: string, anew: boolean): Promise<Kept> {
    const kept = this.#kept.get(arn);
    const isGood = kept?.secret && !kept.problem;
    const lastsMs = anew || !isGood ? LEAST_APART_MS : KEEP_MS;
    if (kept && this.#now() - kept.atMs < lastsMs) return Promise.resolve(kept);
    const reading = this.#reading.get(arn) ?? this.#read(arn, kept).finally(() => this.#reading.delete(arn));
    this.#reading.set(arn, reading);
    return reading;
  }

  async #read(arn: string, before: Kept | undefined): Promise<Kept> {
    const value = await this.#valueOf(arn, before);
    const kept = { ...value, atMs: this.#now() };
    this.#kept.set(arn, kept);
    return kept;
  }

  async #valueOf(arn: string, before: Kept | undefined): Promise<Omit<Kept, 'atMs'>> {
    const { problem: _, ...good } = before?.secret ? before : { problem: undefined };
    try {
      const { text, versionId } = await this.#reader(arn);
      const { problems, ...read } = readSecret(text);
      if (problems.length === 0) return { ...read, versionId };
      const problem = {
        text: `The secret ${secretName(arn)} cannot be used: ${problems.join('; ')}`,
        remedy: [putting(arn)],
      };
      return { ...read, ...good, problem };
    } catch (error) {
      if (!(error instanceof SecretUnread)) throw error;
      return {
        ...good,
        problem: { text: `The secret ${secretName(arn)} cannot be read: ${error.message}`, remedy: error.remedy },
      };
    }
  }
}

/** As a person knows it: the end of its ARN, with the six characters that AWS adds. */
export const secretName = (arn: string): string => arn.replace(/^.*:secret:/, '');

/** A line that gives a secret another value; the file is the operator's. */
export const putting = (arn: string): string =>
  `aws secretsmanager put-secret-value --secret-id ${arn} --secret-string file://source.json`;

const ambiguous = (arns: readonly string[]): LoginProblem => ({
  text: `More than one secret names it: ${arns.map(secretName).join(', ')}`,
  remedy: arns.map(putting),
});

/** Of whoever has none to give. */
export const NO_SECRETS = new SourceSecrets([], () => Promise.reject(new SecretUnread('there is none')), 0);
