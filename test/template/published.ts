import { readFileSync, writeFileSync } from 'node:fs';
import { calledBy, type Machine, machines } from './machine.ts';

/** Of each release, which functions its machines call. An execution of the release before may still call all of its own. */
type Published = Record<string, Record<Machine['file'], string[]>>;

const FILE = new URL('../../statemachine/published.json', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The functions that a machine calls now, by their logical ids. */
export const functionsOf = ({ states }: Machine): string[] =>
  [...new Set(states.flatMap(([, state]) => calledBy(state) ?? []))]
    .filter((name) => name.endsWith('FunctionArn'))
    .map((name) => name.replace(/Arn$/, ''))
    .sort();

const read = (): Published => JSON.parse(readFileSync(FILE, 'utf8')) as Published;

if (process.env.WRITE_PUBLISHED) {
  const releases = read();
  // What a release has called once stays in its list.
  const withNow = (machine: Machine) =>
    [...new Set([...(releases[version]?.[machine.file] ?? []), ...functionsOf(machine)])].sort();
  const now = Object.fromEntries(machines.map((machine) => [machine.file, withNow(machine)]));
  writeFileSync(FILE, `${JSON.stringify({ ...releases, [version]: now }, null, 2)}\n`);
}

const byVersion = ([one]: [string, unknown], [other]: [string, unknown]): number =>
  one.localeCompare(other, 'en', { numeric: true });

/**
 * What executions may call that began before a deployment: the functions of the machine of this release and of the one
 * before it.
 */
export const publishedFunctions = (
  file: Machine['file'],
  releases: Published = read(),
  current: string = version,
): string[] => {
  const known = Object.entries(releases)
    .sort(byVersion)
    .filter((release) => byVersion(release, [current, undefined]) <= 0);
  // Of a release that is being made nothing is written yet: the last that is written is the one before it.
  const last = known.slice(known.at(-1)?.[0] === current ? -2 : -1);
  return [...new Set(last.flatMap(([, called]) => called[file]))].sort();
};

/** Those of them that a machine does not call any more: it keeps them, and the permission, for a release. */
export const keptFor = (machine: Machine): string[] =>
  publishedFunctions(machine.file).filter((name) => !functionsOf(machine).includes(name));
