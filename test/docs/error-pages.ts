import { operations } from '../contract/openapi.ts';
import { machines, type Retrier } from '../template/machine.ts';
import { fromBelow } from './event-pages.ts';
import { headingsOf, sectionOf, textOf } from './sources.ts';

const INDEX = 'docs/errors.md';

/** `docs/errors/lock-lost.md` and the like, each with its text: made of docs/errors.md, the contract and the state machines. */
export const errorPages = (): Map<string, string> =>
  new Map(
    headingsOf(textOf(INDEX), 2).flatMap((part) =>
      headingsOf(sectionOf(textOf(INDEX), part), 3).map((code) => [`docs/errors/${code}.md`, pageOf(code, part)]),
    ),
  );

const pageOf = (code: string, part: string): string => {
  const section = sectionOf(textOf(INDEX), code).trim();
  const [, name = code] = /^`(\w+(?:\.\w+)*)`/.exec(section) ?? [];
  const facts = [...answeredBy(code), ...triedAgainBy(name), ...ledAwayBy(name)];
  return [
    `# ${code}`,
    '<!-- Made of docs/errors.md, events/openapi.yaml and statemachine: WRITE_DOCS=1 npx vitest run test/docs/pages.test.ts -->',
    `*${part}.*`,
    fromBelow(section, 'errors.md'),
    ...(facts.length > 0 ? ['## Where it shows', facts.join('\n')] : []),
    'Every error, and where the four places are in which you meet one: [errors.md](../errors.md).',
  ]
    .join('\n\n')
    .concat('\n');
};

const answeredBy = (code: string): string[] =>
  [...operations.values()].flatMap(({ routeKey, responses }) =>
    [...responses].flatMap(([status, { response }]) =>
      JSON.stringify(response).includes(`"${code}"`) ? [`* \`${routeKey}\` answers ${status}.`] : [],
    ),
  );

const triedAgainBy = (name: string): string[] =>
  machines.flatMap(({ file, states }) => {
    const retriers = states.flatMap(([state, { Retry = [] }]) =>
      Retry.filter(({ ErrorEquals }) => ErrorEquals.includes(name)).map((retrier) => ({ state, retrier })),
    );
    return [...Map.groupBy(retriers, ({ retrier }) => wordsFor(retrier))].map(
      ([words, of]) => `* Tried again ${words} by ${listed(of.map(({ state }) => state))} of the ${file} machine.`,
    );
  });

const wordsFor = ({ MaxAttempts, IntervalSeconds, MaxDelaySeconds }: Retrier): string =>
  `up to ${MaxAttempts} times, after ${IntervalSeconds} to ${MaxDelaySeconds} s,`;

const ledAwayBy = (name: string): string[] =>
  machines.flatMap(({ file, states }) =>
    [
      ...Map.groupBy(
        states.flatMap(([state, { Catch = [] }]) =>
          Catch.filter(({ ErrorEquals }) => ErrorEquals.includes(name)).map(({ Next }) => ({ state, Next })),
        ),
        ({ Next }) => Next,
      ),
    ].map(([next, of]) => `* Leads ${listed(of.map(({ state }) => state))} of the ${file} machine to \`${next}\`.`),
  );

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
