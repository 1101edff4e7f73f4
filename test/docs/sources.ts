import { readdirSync, readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);

/** A file of the repository, by its path from the root. */
export const textOf = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

interface Source {
  path: string;
  text: string;
}

const sourcesBelow = (folder: string): Source[] =>
  readdirSync(new URL(folder, ROOT), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => ({ path: `${folder}/${path}`, text: textOf(`${folder}/${path}`) }));

/** Every TypeScript file that ships, with its text. */
export const shipped: readonly Source[] = sourcesBelow('functions');

/** What asks the service, on an operator's machine. */
export const clients: readonly Source[] = [
  ...sourcesBelow('client'),
  ...sourcesBelow('console/server'),
  ...sourcesBelow('verify'),
];

/** Every page, from the repository's root: what an operator reads, and whoever changes this. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(new URL('docs', ROOT), { recursive: true })
    .map((path) => `docs/${path}`)
    .filter((path) => path.endsWith('.md'))
    .sort(),
];

/** The headings of one level in a Markdown text, without their backticks. */
export const headingsOf = (markdown: string, level: number): string[] =>
  [...markdown.matchAll(new RegExp(`^#{${level}} (.+)$`, 'gm'))].map(([, heading = '']) => heading.replaceAll('`', ''));

/** What stands under a heading, up to the next one of its level or above. */
export const sectionOf = (markdown: string, heading: string): string => {
  const lines = markdown.split('\n');
  const at = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '').replaceAll('`', '') === heading);
  const level = /^#+/.exec(lines[at] ?? '')?.[0].length ?? 0;
  const length = lines.slice(at + 1).findIndex((line) => new RegExp(`^#{1,${level}} `).test(line));
  return at < 0 ? '' : lines.slice(at + 1, length < 0 ? undefined : at + 1 + length).join('\n');
};

/** The rows of the first table of a text: its cells, without backticks. */
export const tableOf = (markdown: string): string[][] =>
  markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
