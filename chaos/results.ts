import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { CellResult } from './cell.ts';

/** A cell's result as a file keeps it, and what it was a result of. */
export interface KeptResult extends Omit<CellResult, 'verdict'> {
  /** Of the repository. */
  commit: string;
  /** ISO 8601. */
  at: string;
  acknowledged?: number;
}

/** A file of JSON lines, to which each cell is appended as it ends: a run that is broken off goes on where it was. */
export class Results {
  readonly #path: string;
  readonly #commit = commitNow();

  constructor(path: string) {
    this.#path = path;
  }

  /** The last result of each cell, in the order of the file. */
  read(): KeptResult[] {
    if (!existsSync(this.#path)) return [];
    const lines = readFileSync(this.#path, 'utf8').split('\n').filter(Boolean);
    const results = lines.map((line) => JSON.parse(line) as KeptResult);
    return [...new Map(results.map((result) => [`${result.spec.step}:${result.spec.victim}`, result])).values()];
  }

  append({ verdict, ...result }: CellResult): void {
    const kept: KeptResult = {
      ...result,
      commit: this.#commit,
      at: new Date().toISOString(),
      ...(verdict && { acknowledged: verdict.total }),
    };
    appendFileSync(this.#path, `${JSON.stringify(kept)}\n`);
  }
}

/** With a `+` where files differ from it; empty where there is no git. */
const commitNow = (): string => {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return `${git('rev-parse', '--short', 'HEAD').trim()}${git('status', '--porcelain').trim() === '' ? '' : '+'}`;
  } catch {
    return '';
  }
};
