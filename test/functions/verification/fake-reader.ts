import { createHash } from 'node:crypto';
import { packKeys, unpackKeys } from '../../../functions/verification/packed-keys.ts';
import type { Folded, KeyReader, KeyState, ServerIdentity, Traits } from '../../../functions/verification/ports.ts';

interface Value {
  type?: string;
  value: string;
  expiresAtMs?: number;
}

const TRAITS: Traits = {
  version: '7.0.15',
  scripts: true,
  exactExpiry: true,
  watch: true,
  streamCounters: true,
  fieldExpiry: false,
  sortsByBytes: true,
};

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');
const unused = (): never => {
  throw new Error('Not part of this fake');
};

/** A server of small keys in database 0. What tests change between calls is what other clients write. */
export class FakeServer implements KeyReader {
  readonly name: string;
  readonly keys = new Map<string, Value>();
  identityNow: Omit<ServerIdentity, 'keys' | 'offset'>;
  traitsNow = TRAITS;
  offsetNow = 1000;
  changes = 0;
  latencyMs = 1;
  writes = 0;
  /** Called before each reading of states or folds. */
  onRead: () => void = () => undefined;
  closed = false;

  constructor(name: string, role: 'master' | 'slave') {
    this.name = name;
    this.identityNow = {
      runId: `run of ${name}`,
      replicationId: 'replication',
      role,
      linkUp: role === 'slave',
      evictedKeys: 0,
      fullSyncs: 0,
      swaps: 0,
      renames: 0,
      nowMs: 0,
    };
  }

  set(key: string, value: string, expiresAtMs?: number): void {
    this.#versions.set(key, ++this.writes);
    this.keys.set(key, { value, ...(expiresAtMs !== undefined && { expiresAtMs }) });
  }

  readonly #versions = new Map<string, number>();

  async watch(_: number, keys: readonly Buffer[]) {
    const now = () => JSON.stringify(keys.map((key) => [this.#versions.get(String(key)), this.keys.get(String(key))]));
    const before = now();
    return { offset: this.offsetNow, untouched: async () => now() === before, end: () => undefined };
  }

  #state(key: Buffer): KeyState {
    const held = this.keys.get(String(key));
    if (!held) return { type: 'none', expiresAtMs: -1, length: 0 };
    const { type = 'string', value, expiresAtMs = -1 } = held;
    if (type === 'module') return { type, expiresAtMs, length: 0, unreadable: true };
    return { type, expiresAtMs, digest: sha1(value), length: value.length };
  }

  #fold(keys: Buffer[], from: number): Folded {
    this.onRead();
    const states = keys.map((key) => this.#state(key));
    return {
      done: keys.length,
      digest: sha1(JSON.stringify(states.map(({ type, digest }) => [type, digest]))),
      expiries: states.map(({ expiresAtMs }, at) => (expiresAtMs < 0 ? '' : `${from + at}:${expiresAtMs};`)).join(''),
      big: [],
      unreadable: states.flatMap(({ unreadable }, at) => (unreadable ? [from + at] : [])),
    };
  }

  async traits() {
    return this.traitsNow;
  }
  async identity() {
    return { ...this.identityNow, offset: this.offsetNow, keys: this.keys.size > 0 ? { 0: this.keys.size } : {} };
  }
  async position() {
    return { offset: this.offsetNow, changes: this.changes };
  }
  async offset() {
    return this.offsetNow;
  }
  async ping() {
    return this.latencyMs;
  }
  async scan(_: number, cursor: string, count: number) {
    const all = [...this.keys.keys()].sort();
    // As servers do: any number is a place in the table.
    const from = Number(cursor) % Math.max(1, all.length);
    const keys = all.slice(from, from + count).map((key) => Buffer.from(key));
    return { cursor: from + count < all.length ? String(from + count) : '0', keys: packKeys(keys) };
  }
  async walk(database: number, cursor: string, count: number) {
    const found = await this.scan(database, cursor, count);
    return { ...found, ...this.#fold(unpackKeys(found.keys), 0) };
  }
  async fold(_: number, keys: Parameters<KeyReader['fold']>[1], from: number, limit: number) {
    return this.#fold(unpackKeys(keys).slice(from, from + limit), from);
  }
  async absent(_: number, keys: Parameters<KeyReader['absent']>[1]) {
    return unpackKeys(keys).flatMap((key, at) => (this.keys.has(String(key)) ? [] : [at]));
  }
  async states(_: number, keys: readonly Buffer[]) {
    this.onRead();
    return keys.map((key) => this.#state(key));
  }
  close() {
    this.closed = true;
  }
  elementBytes = unused;
  stringPart = unused;
  listPart = unused;
  members = unused;
  valuesOf = unused;
  streamPart = unused;
  streamFacts = unused;
  pendingPart = unused;
}

/** A source, and a target that has applied all of it. */
export const fakePair = (keys = 10): { source: FakeServer; target: FakeServer } => {
  const pair = { source: new FakeServer('source', 'master'), target: new FakeServer('target', 'slave') };
  for (let index = 0; index < keys; index++) {
    for (const server of [pair.source, pair.target]) server.set(`key:${index}`, `value ${index}`);
  }
  return pair;
};
