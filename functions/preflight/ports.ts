import type { Endpoint } from '../migration/record.ts';
import { shown } from '../migration/shown.ts';
import type { TargetCluster, TargetGroup } from './facts.ts';

/** Texts of servers stand in them. */
const LONGEST_MESSAGE = 1000;

/**
 * Something that could not be read, in words for a person. Never leaves the gathering of facts, so it has no code: it
 * becomes the `unreadable` of a fact.
 */
export class Unread extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(shown(message, LONGEST_MESSAGE), options);
  }
}

/** The server answered with an error; the message is what it said. In an array, or in answers to a pipeline, it is a value. */
export class Refused extends Unread {
  /** The first word: `ERR`, `NOAUTH`, `NOPERM`, `WRONGTYPE` … */
  get kind(): string {
    return /^\w{1,40}/.exec(this.message)?.[0] ?? '';
  }
}

/** No connection came about, or it broke, hung, ran out of time, or brought what is no answer. Nothing more comes from it. */
export class SessionLost extends Unread {}

/** The server is outside of the allowed networks: nobody has tried to connect. */
export class NotDialled extends SessionLost {}

/** Why what the deployment has to log in to a server cannot be used. Holds nothing of a secret. */
export interface LoginProblem {
  /** As the beginning of a sentence. */
  text: string;
  /** Lines to paste. */
  remedy: string[];
}

/** The server refused what it was met with, or its certificate does not hold. */
export class LoginRefused extends SessionLost {
  readonly problem: LoginProblem;

  constructor(problem: LoginProblem, options?: ErrorOptions) {
    super(problem.text, options);
    this.problem = problem;
  }
}

/**
 * What ElastiCache's API says of the target. Every call throws TransientServiceError for what may pass, and gives up by
 * itself after some seconds.
 */
export interface TargetDescriptions {
  /**
   * undefined when there is no such group.
   * @param beganMs when the gathering began that asks for it, by Clock.now(): what it waits for is bounded from then on
   * @throws TargetRefusedError
   */
  group(replicationGroupId: string, beganMs?: number): Promise<TargetGroup | undefined>;
  /** The members by their ids, in this order. @throws Unread when one of them cannot be described */
  clusters(cacheClusterIds: readonly string[], beganMs?: number): Promise<TargetCluster[]>;
  /** The values of all parameters of a group that have one. @throws Unread */
  parameters(parameterGroup: string): Promise<ReadonlyMap<string, string>>;
}

/** Texts are bytes: names of keys are binary, and nothing says that a server sends UTF-8. */
export type Reply = Buffer | number | null | Refused | Reply[];

export type Command = readonly (string | Buffer)[];

/** A connection to one server. It asks nothing by itself, sends no command that writes, and is never revived once lost. */
export interface Session {
  /** Its own end as the server may list it: `10.0.0.9:51334`. */
  readonly localAddress: string;
  /** Sent so far. */
  readonly sentBytes: number;
  /** @throws Refused, SessionLost */
  ask(...command: Command): Promise<Reply>;
  /** Sends all at once; answers in their order, refusals among them. @throws SessionLost */
  askAll(commands: readonly Command[]): Promise<Reply[]>;
  /**
   * Subscribes and listens until `enough` of what was heard, or for so long. Nothing else can be asked afterwards.
   * @throws Refused, SessionLost
   */
  hear(channel: string, forMs: number, enough: (messages: readonly string[]) => boolean): Promise<string[]>;
  /** From now on nothing is waited for past this time, by that of Clock.now(): for whoever takes the connection over. */
  prolong(untilMs: number): void;
  close(): void;
}

/** Redis servers, which may be hostile. Nothing is waited for past `untilMs`, by the time of Clock.now(). */
export interface Servers {
  /**
   * By TLS and logged in where the deployment has a secret for this server.
   * @throws SessionLost when no connection comes about, NotDialled and LoginRefused among them
   */
  open(endpoint: Endpoint, untilMs: number): Promise<Session>;
  /** In clear and as nobody, whatever the deployment has: as a node of ElastiCache does. @throws SessionLost, NotDialled */
  openAsNobody(endpoint: Endpoint, untilMs: number): Promise<Session>;
  /**
   * Whether a secret of the deployment names this server, read anew, and what keeps it from being used. Nothing is sent to the
   * server, and one that is outside of the allowed networks is named by none.
   */
  secretsOf(endpoint: Endpoint, untilMs: number): Promise<{ named: boolean; problems: LoginProblem[] }>;
  /** Whether a TLS handshake succeeds; certificates are not looked at. */
  speaksTls(endpoint: Endpoint, untilMs: number): Promise<boolean>;
  /** The IP addresses of a name; an IP address is its own. @throws Unread when the name is not known here */
  resolve(name: string, untilMs: number): Promise<string[]>;
}
