import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ADDRESS } from '../../../functions/migration/address.ts';
import type { Finding } from '../../../functions/migration/preflight.ts';
import { judge } from '../../../functions/preflight/judge.ts';
import { cleanFacts, someCircumstances } from '../support/facts.ts';
import { BROKEN, type BrokenFacts, loginTo, placesIn, withWord } from './broken-facts.ts';
import { faultsOf, MARK, type Pasted } from './pasted.ts';

const findingsOf = ({ values, unread, circumstances }: BrokenFacts): Finding[] =>
  judge(cleanFacts(values, unread && { [unread]: { unreadable: 'NOPERM' } }), someCircumstances(circumstances), [])
    .findings;

type Variant = (word: string) => BrokenFacts;

/** One text of the facts at a time is a word of a server's. */
const VARIANTS: Variant[] = [
  loginTo,
  ...BROKEN.flatMap((broken) =>
    placesIn(broken.values).map(
      (place): Variant =>
        (word) => ({ ...broken, values: withWord(broken.values, place, word) }),
    ),
  ),
];

const markedLines = (findings: readonly Finding[]): string[] =>
  findings.flatMap(({ remedy }) => remedy.filter((line) => line.includes(MARK)));

/** Those of which a line to paste holds the word. */
const SPOKEN = VARIANTS.filter((variant) =>
  [`/${MARK}`, MARK].some((word) => markedLines(findingsOf(variant(word))).length > 0),
);

/** What a shell or a program makes more of than a letter. No comma and no `=`: they end a part of a line of INFO. */
const PIECES = [
  '-',
  '--',
  '-ew ',
  '/',
  ' ',
  "'",
  '"',
  '`',
  '$(',
  ')',
  ';',
  '|',
  '&',
  '<',
  '>',
  '\\',
  '#',
  '*',
  '~',
  '!',
  '{1..3}',
];
const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(...PIECES),
    fc.string({ maxLength: 4 }).map((text) => text.replace(/[,=]/g, '')),
  ),
  { maxLength: 3 },
);
const WORDS = [
  '-ew /root/.ssh/authorized_keys MARK',
  '--MARK',
  '/MARK; redis-cli FLUSHALL',
  "/MARK' -ew x '",
  '$(redis-cli MARK)',
  '/x\u0000MARK',
  '/x\nMARK',
  ...fc.sample(
    fc.tuple(pieces, pieces).map(([before, after]) => [...before, MARK, ...after].join('')),
    { numRuns: 40, seed: 20261123 },
  ),
];

const isCommand = ({ line }: Pasted): boolean => /^(?:redis-cli|aws|sed|openssl) /.test(line);

describe('a line to paste', () => {
  const pasted = WORDS.flatMap((word) =>
    [...new Set(SPOKEN.flatMap((variant) => markedLines(findingsOf(variant(word)))))].map((line) => ({ line, word })),
  );

  it('holds words of servers in these checks', () => {
    const ids = SPOKEN.flatMap((variant) => [`/${MARK}`, MARK].flatMap((word) => findingsOf(variant(word))))
      .filter((finding) => markedLines([finding]).length > 0)
      .map(({ id }) => id);

    expect([...new Set(ids)].toSorted()).toEqual([
      'databases-differ',
      'eviction-policy-differs',
      'fence-weak',
      'source-address-ambiguous',
      'source-commands-renamed',
      'source-credentials',
      'source-functions',
      'source-is-replica',
      'source-modules',
      'source-replicas',
      'source-replicas-unreachable',
      'source-sentinel',
      'target-auth',
      'target-cluster-mode',
      'target-data-tiering',
      'target-global-datastore',
      'target-is-failover-candidate',
      'target-node-not-available',
      'target-parameters-pending',
      'target-rolled-back',
      'target-unreachable',
    ]);
  });

  it('gives a shell every word whole, and none as an option, whatever a server says', () => {
    const commands = pasted.filter(isCommand);

    expect(commands.length).toBeGreaterThan(500);
    expect(faultsOf(commands)).toEqual([]);
  });

  it('that is no command is a remark, or a part of a request with an address that the API takes', () => {
    const others = pasted.filter((one) => !isCommand(one) && !one.line.startsWith('# '));

    for (const { line } of others) {
      expect(JSON.parse(`{${line}}`).customerNodeEndpointList[0].address).toMatch(ADDRESS);
    }
  });
});

describe('the look at what a shell makes of a line', () => {
  it.each([
    ["sed -i -E '/x/Id' '-ew /root/MARK'", '-ew /root/MARK', 'is an option'],
    ['redis-cli -h $(redis-cli MARK) PING', '$(redis-cli MARK)', '2 calls'],
    ['redis-cli -h MARK; redis-cli FLUSHALL', 'MARK; redis-cli FLUSHALL', 'is not the word'],
    ['redis-cli -h MARK > there', 'MARK > there', 'there was written'],
    ["redis-cli -h 'MARK", "'MARK", 'is in no argument'],
    ['exit 3', 'MARK', 'the shell ended by 3'],
  ])('finds fault with %s', (line, word, fault) => {
    expect(faultsOf([{ line, word }]).join('\n')).toContain(fault);
  });
});
