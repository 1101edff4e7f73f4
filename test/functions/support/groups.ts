import type { Endpoint } from '../../../functions/migration/record.ts';
import type { GroupEvent, ReplicationGroup, ReplicationGroups } from '../../../functions/replication/ports.ts';
import { groupWith } from './nodes.ts';

type Call = 'describe' | 'eventsSince' | 'test' | 'start' | 'complete' | 'abort';
type Happening = Error | (() => void) | undefined;

/** ElastiCache as one test needs it: a state that the test changes, and what each call of an operation meets in turn. */
export class FakeGroups implements ReplicationGroups {
  group: ReplicationGroup;
  events: GroupEvent[] = [];
  readonly calls: string[] = [];
  readonly sent: { call: Call; source?: Endpoint }[] = [];
  readonly #happenings: Partial<Record<Call, Happening[]>> = {};

  constructor(change: Partial<ReplicationGroup> = {}) {
    this.group = groupWith(change);
  }

  set status(status: string) {
    this.group = { ...this.group, status };
  }

  announce(message: string, atMs: number): void {
    this.events.push({ atMs, message });
  }

  /** What the next calls meet, one each: an error, or something that happens. Later calls meet nothing. */
  meets(call: Call, ...happenings: Happening[]): void {
    this.#happenings[call] = happenings;
  }

  async describe(): Promise<ReplicationGroup> {
    this.#meet('describe');
    return this.group;
  }

  async eventsSince(_: string, sinceMs: number): Promise<GroupEvent[]> {
    this.#meet('eventsSince');
    return this.events.filter(({ atMs }) => atMs >= sinceMs).sort((a, b) => a.atMs - b.atMs);
  }

  async test(_: string, source: Endpoint): Promise<void> {
    this.sent.push({ call: 'test', source });
    this.#meet('test');
  }

  async start(_: string, source: Endpoint): Promise<void> {
    this.sent.push({ call: 'start', source });
    this.#meet('start');
  }

  async complete(): Promise<void> {
    this.sent.push({ call: 'complete' });
    this.#meet('complete');
  }

  async abort(): Promise<void> {
    this.sent.push({ call: 'abort' });
    this.#meet('abort');
  }

  #meet(call: Call): void {
    this.calls.push(call);
    const happening = this.#happenings[call]?.shift();
    if (happening instanceof Error) throw happening;
    happening?.();
  }
}
