import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PreflightResult } from '../../functions/migration/preflight.ts';
import type { Facts } from '../../functions/preflight/facts.ts';
import { judge } from '../../functions/preflight/judge.ts';
import * as act from './acts.ts';
import type { Front, FrontRules } from './front.ts';
import { type Ground, startGround } from './ground.ts';
import { NOW, type Pair, startPair } from './pair.ts';

/** Of the gathering, in place of the seconds that it has: whatever hangs is given up after it. */
const LIMIT_MS = 300;

const garbage = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 89 + 7) % 256));

/** What a server may do to whoever asks it anything. */
const BEHAVIOURS: [what: string, rules: FrontRules][] = [
  ['speaks another protocol before it is asked', { connect: act.bytes('HTTP/1.1 400 Bad Request\r\n\r\n') }],
  ['sends garbage before it is asked', { connect: act.bytes(garbage) }],
  ['sends garbage for an answer', { '*': act.bytes(garbage) }],
  ['closes at once', { connect: act.hangUp() }],
  ['closes in the middle of an answer', { '*': act.hangUp('$100\r\nredis_ver') }],
  ['never answers', { '*': act.hang }],
  ['answers a byte at a time', { '*': act.drip(1, 20) }],
  ['floods before it is asked', { connect: act.flood('') }],
  ['floods with one line', { '*': act.flood('+') }],
  ['floods with answers', { '*': act.flood('', Buffer.from('+OK\r\n'.repeat(10_000))) }],
  ['floods with an answer of announced length', { '*': act.flood('$1000000000000\r\n') }],
  ['announces a length that no memory holds', { '*': act.bytes('$9007199254740993\r\n') }],
  ['announces a length that is none', { '*': act.bytes('$-7\r\n') }],
  ['announces a list that no memory holds', { '*': act.bytes('*4294967295\r\n') }],
  ['nests lists without end', { '*': act.flood('', Buffer.from('*1\r\n'.repeat(10_000))) }],
  ['refuses everything', { '*': act.refuse() }],
  ['refuses everything in words that hide others', { '*': act.refuse(`\u001b[2J${'x'.repeat(100_000)}\u0000`) }],
  ['answers everything with a number', { '*': act.answer(-1) }],
  ['answers everything with nothing', { '*': act.answer(null) }],
  ['answers everything with an empty text', { '*': act.answer('') }],
  ['answers everything with an empty list', { '*': act.answer([]) }],
  ['answers everything with a list of lists', { '*': act.answer([[[null, 1], 'x'], [], new Error('ERR x')]) }],
];

const ABSURD = ['', '-1', 'NaN', '9'.repeat(40), '1.5', 'x'.repeat(5000)];
/** On the wire, for all fields at once. */
const ABSURD_ON_THE_WIRE = [...ABSURD, '-0', '1e308', '1e400', '0x10', '\u0007'];

/** Answers of one kind that are wrong, for each command by itself. */
const WRONG = {
  refuses: act.refuse(),
  'does not know': act.refuse('ERR unknown command'),
  'never answers': act.hang,
  'answers with a number that means nothing': act.answer(-7),
  'answers with nothing': act.answer(null),
  'answers with texts': act.answer(['x', 'y', 'z']),
  'answers with an absurd number': act.bytes(':99999999999999999999999999\r\n'),
};

/** What is asked for what can be told otherwise: which connections are ours, by their addresses. */
const SPARE = new Set(['CLIENT ID']);

const PRINTABLE = /^[\x20-\x7e\u00a0-\ufffd]*$/;

/** What becomes an event and a view has to be fit for them, whatever was answered. */
const mustBeFit = (result: PreflightResult): void => {
  expect(['passed', 'failed']).toContain(result.verdict);
  expect(result.findings.length).toBeGreaterThan(0);
  const texts = result.findings.flatMap(({ found, title, required, remedy }) => [found, title, required, ...remedy]);
  for (const text of [...texts, result.forecast.why, ...result.forecast.remedy]) {
    expect(text.length).toBeLessThanOrEqual(600);
    expect(text).toMatch(PRINTABLE);
  }
  expect(JSON.stringify(result).length).toBeLessThan(100_000);
  // What is no number is null in JSON.
  expect(JSON.stringify(result)).not.toMatch(/[:[,]null\b/);
};

describe('hostile servers', () => {
  let ground: Ground;
  let pair: Pair;
  let places: [string, Front][];
  beforeAll(async () => {
    ground = await startGround();
    pair = await startPair(ground, { front: {}, targetFronts: { primary: {}, replica: {} } });
    const { primary, replica } = pair.targetFronts;
    places = [
      ['source', pair.front as Front],
      ['primary of the target', primary as Front],
      ['replica of the target', replica as Front],
    ];
  });
  afterAll(async () => {
    await pair?.end();
    await ground?.end();
  });
  afterEach(async () => {
    for (const [, front] of places) {
      front.rules = {};
      await expect.poll(() => front.open).toBe(0);
    }
  });

  const checkWith = async (place: number, rules: FrontRules) => {
    const [, front] = places[place] as [string, Front];
    front.rules = rules;
    return pair.check({ limitMs: LIMIT_MS });
  };

  for (const [place, name] of ['source', 'primary of the target', 'replica of the target'].entries()) {
    it.each(BEHAVIOURS)(`are findings when the ${name} %s`, async (_, rules) => {
      const result = await checkWith(place, rules);

      mustBeFit(result);
      expect(result.verdict).toBe('failed');
      const named = place === 0 ? /^(source-(unreachable|auth)|unread-source-info)$/ : /^target-unreachable$/;
      expect(result.findings.map(({ id }) => id).filter((id) => named.test(id))).toHaveLength(1);
    });

    it.each(Object.keys(WRONG) as (keyof typeof WRONG)[])(
      `are findings when the ${name} %s, for each command by itself`,
      async (how) => {
        const [, front] = places[place] as [string, Front];
        const from = front.heard.length;
        expect((await pair.check()).findings).toEqual([]);
        const commands = new Set(front.heard.slice(from).map(commandName));
        expect(commands).toContain('INFO');

        const silent: string[] = [];
        for (const command of commands) {
          const result = await checkWith(place, { [command]: WRONG[how] });
          if (result.findings.length > 0) mustBeFit(result);
          else if (!SPARE.has(command)) silent.push(command);
        }
        expect(silent).toEqual([]);
      },
      60_000,
    );
  }

  it('are findings when both sides hang at once, in the same time', async () => {
    for (const [, front] of places) front.rules = { '*': act.hang };
    const result = await pair.check({ limitMs: LIMIT_MS });

    mustBeFit(result);
    expect(result.findings.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['target-unreachable', 'source-unreachable']),
    );
  });

  it('leave no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    await pair.check();
    const before = timers();
    for (const [, front] of places) front.rules = { '*': act.hang };
    await pair.check({ limitMs: LIMIT_MS });

    // One may be the HTTP client's.
    expect(timers()).toBeLessThanOrEqual(Math.max(before, 1));
  });

  describe('that tell absurd numbers', () => {
    let facts: Facts;
    beforeAll(async () => {
      facts = await pair.facts();
    });

    const judged = (changed: Facts) =>
      judge(
        changed,
        {
          replicationGroupId: pair.replicationGroupId,
          source: pair.endpoint,
          nowMs: NOW,
          fence: 'auto',
          copyBytesPerSecond: 40e6,
        },
        [],
      );
    const valueIn = <T>(fact: { value: T } | object): T => {
      if ('value' in fact) return fact.value as T;
      throw new Error(`not read: ${JSON.stringify(fact)}`);
    };
    const fieldsOf = (map: ReadonlyMap<string, string>) => [...map.keys()];
    const mustStand = (result: PreflightResult) => result.findings.length === 0 || mustBeFit(result);

    it('never break a check of INFO of the source, whichever field it is', () => {
      const info = valueIn(facts.sourceInfo);
      for (const field of fieldsOf(info)) {
        for (const value of ABSURD) {
          mustStand(judged({ ...facts, sourceInfo: { value: new Map([...info, [field, value]]) } }));
        }
        mustStand(judged({ ...facts, sourceInfo: { value: new Map([...info].filter(([name]) => name !== field)) } }));
      }
    });

    it('never break a check of CONFIG of the source, whichever parameter it is', () => {
      const config = valueIn(facts.sourceConfig);
      for (const field of fieldsOf(config)) {
        for (const value of ABSURD)
          mustStand(judged({ ...facts, sourceConfig: { value: new Map([...config, [field, value]]) } }));
        mustStand(
          judged({ ...facts, sourceConfig: { value: new Map([...config].filter(([name]) => name !== field)) } }),
        );
      }
    });

    it('never break a check of INFO of the target, whichever field it is', () => {
      const nodes = valueIn(facts.nodes);
      for (const field of fieldsOf(nodes.read[0]?.info ?? new Map())) {
        for (const value of ABSURD) {
          const read = nodes.read.map((node) => ({ ...node, info: new Map([...node.info, [field, value]]) }));
          mustStand(judged({ ...facts, nodes: { value: { ...nodes, read } } }));
        }
      }
    });

    it('never break a check of the parameter group, whichever parameter it is', () => {
      const parameters = valueIn(facts.parameters);
      for (const field of fieldsOf(parameters)) {
        for (const value of ABSURD)
          mustStand(judged({ ...facts, parameters: { value: new Map([...parameters, [field, value]]) } }));
      }
    });

    it.each(ABSURD_ON_THE_WIRE.map((value) => [value.slice(0, 20), value]))(
      'are findings when all are %j',
      async (_, value) => {
        const all = act.change((reply) =>
          'data' in reply && reply.data !== null
            ? {
                ...reply,
                data: Buffer.from(reply.data.toString('latin1').replace(/(?<=:)\d[\d.]*(?=\r)/g, value), 'latin1'),
              }
            : reply,
        );
        mustBeFit(await checkWith(0, { INFO: all, DBSIZE: act.bytes(`:${value || 0}\r\n`) }));
        mustBeFit(await checkWith(1, { INFO: all, DBSIZE: act.bytes(`:${value || 0}\r\n`) }));
      },
    );
  });
});

/** `CONFIG GET` of `CONFIG GET save`: commands that have commands of their own. */
const commandName = ([name = '', sub = '']: string[]): string =>
  [
    'ACL',
    'CLIENT',
    'CLUSTER',
    'COMMAND',
    'CONFIG',
    'FUNCTION',
    'MEMORY',
    'MODULE',
    'OBJECT',
    'SCRIPT',
    'SENTINEL',
    'SLOWLOG',
    'LATENCY',
  ].includes(name.toUpperCase())
    ? `${name} ${sub}`.toUpperCase().trim()
    : name.toUpperCase();
