import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import xterm from '@xterm/headless';
import { shellWord } from '../../../cli/terminal/safe.ts';

const BUILD = fileURLToPath(new URL('../../../cli/build.mjs', import.meta.url));

/** Builds the command as `npm ci` does, into a folder of its own. @returns the path of what runs */
export const buildInto = async (folder: string): Promise<string> => {
  await promisify(execFile)(process.execPath, [BUILD, folder]);
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  return join(folder, 'main.js');
};

export interface PtyOptions {
  columns?: number;
  rows?: number;
  env?: Record<string, string>;
}

/** A command of ours on a pseudo-terminal, and what an emulator makes of its output. */
export interface Pty {
  child: ChildProcess;
  /** The lines that are seen, with those that have scrolled away, without empty ones at the end. */
  screen(): string[];
  /** Everything that came, with its escape sequences. */
  raw(): string;
  /** Resolves with the screen once it holds what is looked for. */
  seen(wanted: string | RegExp): Promise<string>;
  /** Keys as a person presses them: `\x03` is Ctrl-C. */
  type(keys: string): void;
  ended: Promise<number | null>;
}

/** The built command. */
export const onTerminal = (main: string, args: readonly string[], options: PtyOptions = {}): Pty =>
  runOnTerminal([process.execPath, main, ...args], options);

/** By script(1), which is on every Debian: nothing native has to be built. */
export const runOnTerminal = (
  words: readonly string[],
  { columns = 80, rows = 30, env = {} }: PtyOptions = {},
): Pty => {
  const command = words.map(shellWord).join(' ');
  const { NO_COLOR, FORCE_COLOR, CI, ...inherited } = process.env;
  const child = spawn('script', ['-qfec', `stty cols ${columns} rows ${rows}; exec ${command}`, '/dev/null'], {
    env: { ...inherited, TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true });
  let raw = '';
  const heard = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    raw += text;
    terminal.write(text, () => {
      for (const look of heard) look();
    });
  });
  const ended = once(child, 'close').then(
    ([code]) => new Promise<number | null>((resolve) => terminal.write('', () => resolve(code as number | null))),
  );
  const screen = () => {
    const { active } = terminal.buffer;
    const lines = [...Array(active.length).keys()].map((row) => active.getLine(row)?.translateToString(true) ?? '');
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
  };
  return {
    child,
    screen,
    raw: () => raw,
    ended,
    type: (keys) => child.stdin.write(keys),
    seen: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const text = screen().join('\n');
          if (typeof wanted === 'string' ? !text.includes(wanted) : !wanted.test(text)) return;
          heard.delete(look);
          resolve(text);
        };
        heard.add(look);
        look();
        void ended.then((code) =>
          reject(new Error(`It ended with ${code} before ${wanted} was seen:\n${screen().join('\n')}`)),
        );
      }),
  };
};
