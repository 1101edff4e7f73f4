import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A test that needs a browser and finds none fails: a page that nobody has looked at is not tested. */
export class ChromiumNotFoundError extends Error {
  override readonly name = 'ChromiumNotFoundError';

  constructor(why: string) {
    super(
      `There is no Chromium for the tests of the console (${why}). On Debian and Ubuntu: apt-get install chromium. ` +
        'Elsewhere install Chromium or Chrome, and name it by CHROMIUM_BIN.',
    );
  }
}

/**
 * The shell first: Chromium without the surroundings of a window, which Playwright drives where it brings its own. It takes a
 * third of the processor time, most of which a whole browser spends on processes that it keeps ready.
 */
const NAMES = [
  'chromium-headless-shell',
  'chrome-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
];

/** The only places that are not on PATH by themselves. */
const ELSEWHERE = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * The path of a Chromium: of CHROMIUM_BIN, from PATH, or installed by apt-get where this process is root.
 *
 * @throws ChromiumNotFoundError
 */
export const findChromium = async (): Promise<string> => {
  const named = process.env.CHROMIUM_BIN;
  if (named) {
    if (await runs(named)) return named;
    throw new ChromiumNotFoundError(`CHROMIUM_BIN is ${named}, which does not run`);
  }
  const found = await installed();
  if (found) return found;
  const why = await install();
  const now = await installed();
  if (now) return now;
  throw new ChromiumNotFoundError(why);
};

const installed = async (): Promise<string | undefined> => {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const places = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...ELSEWHERE];
  for (const place of places) if (await runs(place)) return place;
  return undefined;
};

const runs = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/** @returns why there may still be none */
const install = async (): Promise<string> => {
  if (process.getuid?.() !== 0) return 'none is on PATH, and only root can install one';
  const get = (name: string) =>
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  try {
    await run('apt-get', ['update', '-qq']);
    // Ubuntu has no package of the shell.
    await get('chromium-headless-shell').catch(() => get('chromium'));
    return 'apt-get has installed none that is on PATH';
  } catch (error) {
    return `apt-get failed: ${String((error as Error).message).slice(0, 300)}`;
  }
};
