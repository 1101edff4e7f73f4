import type { Readable, Writable } from 'node:stream';

/** A stream to write to; of a terminal it tells so, and how wide it is. */
export type Out = Writable & { isTTY?: boolean; columns?: number; rows?: number };

/** What a command has of the world. */
export interface Io {
  env: Readonly<Record<string, string | undefined>>;
  stdin: Readable & { isTTY?: boolean };
  /** What was asked for. */
  stdout: Out;
  /** What is said about it: progress beside a document, questions, errors. */
  stderr: Out;
  /** Aborted by Ctrl-C and its kind, with an InterruptedError. */
  signal: AbortSignal;
}

const WIDTH = 80;
/** Below that nothing can be laid out. */
const LEAST_WIDTH = 20;

/** How many characters a line has; COLUMNS decides where the stream does not know. */
export const widthOf = (out: Out, env: Io['env']): number => {
  const asked = /^\d{1,4}$/.test(env.COLUMNS ?? '') ? Number(env.COLUMNS) : 0;
  return Math.max(LEAST_WIDTH, out.columns || asked || WIDTH);
};

/** NO_COLOR and FORCE_COLOR as https://no-color.org and https://force-color.org have it; NO_COLOR wins. */
export const hasColor = (out: Out, env: Io['env']): boolean => {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return !['0', 'false'].includes(env.FORCE_COLOR);
  return out.isTTY === true && env.TERM !== 'dumb';
};

/** Whether somebody is there who can be asked. */
export const canAsk = ({ stdin, stderr }: Io): boolean => stdin.isTTY === true && stderr.isTTY === true;
