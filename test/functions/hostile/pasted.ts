import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** In each hostile word, so that it is found again. */
export const MARK = 'MARK';

/** A line to paste, and the word that somebody's server has put into it. */
export interface Pasted {
  line: string;
  word: string;
}

/** Every command that lines to paste call only tells how it was called; anything else would not be found. */
const STUBS = ['redis-cli', 'aws', 'sed', 'openssl'];
const SCRIPT = [
  ...STUBS.map((name) => `${name}() { printf '%s\\0' '\u0001call' ${name} "$@" >&3; }`),
  `while IFS= read -r line; do printf '%s\\0' '\u0001line' >&3; eval "$line"; done`,
].join('\n');

/**
 * Pastes lines into a real shell, which finds no program at all, and tells what is wrong with the way that it takes them:
 * a word that is not whole or begins an option, another command, a file that is written.
 */
export const faultsOf = (pasted: readonly Pasted[]): string[] => {
  const directory = mkdtempSync(join(tmpdir(), 'pasted-'));
  try {
    const { output, status } = spawnSync('/bin/bash', ['--norc', '-c', SCRIPT], {
      cwd: directory,
      env: { PATH: '/nonexistent' },
      input: pasted.map(({ line }) => `${line}\n`).join(''),
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      timeout: 30_000,
    });
    const lines = (output[3] ?? '').split('\u0001line\0').slice(1);
    const ended = status === 0 && lines.length === pasted.length ? [] : [`the shell ended by ${status}`];
    const files = readdirSync(directory).map((name) => `${name} was written`);
    return [...ended, ...files, ...pasted.flatMap((one, at) => faultOf(one, lines[at] ?? ''))];
  } finally {
    rmSync(directory, { recursive: true });
  }
};

const faultOf = ({ line, word }: Pasted, seen: string): string[] => {
  const calls = seen
    .split('\u0001call\0')
    .slice(1)
    .map((call) => call.split('\0').slice(0, -1));
  const marked = calls.flat().filter((argument) => argument.includes(MARK));
  const faults = [
    // `openssl s_client … | openssl x509 …`
    ...(calls.length === (line.startsWith('openssl') ? 2 : 1) ? [] : [`${calls.length} calls`]),
    ...(marked.length > 0 ? [] : ['the word is in no argument']),
    ...marked.filter((argument) => !argument.includes(word)).map((argument) => `${argument} is not the word`),
    ...marked.filter((argument) => argument.startsWith('-')).map((argument) => `${argument} is an option`),
  ];
  return faults.map((fault) => `${line} (${JSON.stringify(word)}): ${fault}`);
};
