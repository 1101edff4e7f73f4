import { detailTypeOf, machines } from '../template/machine.ts';
import { dataFieldsOf } from './fields.ts';
import { headingsOf, sectionOf, textOf } from './sources.ts';

const INDEX = 'docs/events.md';

/** `docs/events/MigrationPromoted.md` and the like, each with its text: made of docs/events.md, the schemas and the samples. */
export const eventPages = (): Map<string, string> =>
  new Map(headingsOf(textOf(INDEX), 3).map((name) => [`docs/events/${name}.md`, pageOf(name)]));

const kebab = (name: string): string => name.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

const pageOf = (name: string): string => {
  const schema = `${kebab(name)}.v1.json`;
  const sample = JSON.parse(textOf(`events/${kebab(name)}.json`)) as { source: string; detail: object };
  const isOurs = sample.source === 'elasticache-migrator';
  return [
    `# ${name}`,
    `<!-- Made of docs/events.md, events/schema and events: WRITE_DOCS=1 npx vitest run test/docs/pages.test.ts -->`,
    fromBelow(sectionOf(textOf(INDEX), name).trim(), 'events.md'),
    ...(isOurs ? [announcedBy(name), '## A rule that hears of it', patternOf(name)] : []),
    '## `data`',
    tableOf(schema),
    `The schema: [${schema}](../../events/schema/${schema}). What \`metadata\` has, and what holds for every event: [events.md](../events.md).`,
    '## A sample',
    ['```json', JSON.stringify(sample.detail, null, 2), '```'].join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
};

/** Links of a page of docs, as a page of a folder within it has them. */
export const fromBelow = (markdown: string, page: string): string =>
  markdown
    .replaceAll('](#', `](${page}#`)
    .replace(/\]\((?!https?:|#|\.\.\/)/g, '](../')
    .replace(/\]\(\.\.\/(?=events\/|client\/|statemachine\/|test\/)/g, '](../../');

const announcedBy = (name: string): string => {
  const told = machines.flatMap(({ file, states }) =>
    states.filter(([, state]) => detailTypeOf(state) === name).map(([state]) => `\`${state}\` of the ${file} machine`),
  );
  const who = told.length > 0 ? told.join(', ') : '`AnnounceEnd` of the settlement machine';
  return `Announced by ${who}; [states.md](../states.md) says what leads there.`;
};

const patternOf = (name: string): string =>
  ['```json', `{ "source": ["elasticache-migrator"], "detail-type": ["${name}"] }`, '```'].join('\n');

const cell = (text: string): string => text.replaceAll('|', '\\|');

const tableOf = (schema: string): string =>
  [
    '| member | type | always | what |',
    '|---|---|---|---|',
    ...dataFieldsOf(schema).map(
      ({ path, type, isAlways, description }) =>
        `| \`${path}\` | ${cell(type)} | ${isAlways ? 'yes' : 'no'} | ${cell(description)} |`,
    ),
  ].join('\n');
