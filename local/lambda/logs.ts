import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface LogLine {
  functionName: string;
  stream: 'stdout' | 'stderr';
  line: string;
}

/** Takes what functions print. Nothing of it reaches the terminal unless a sink puts it there. */
export type LogSink = (line: LogLine) => void;

export const quiet: LogSink = () => undefined;

/** Appends to a file, each line behind its function's name. */
export const fileSink = (path: string): LogSink => {
  const file = createWriteStream(path, { flags: 'a' });
  return ({ functionName, line }) => file.write(`${functionName} ${line}\n`);
};

export const pourInto = (sink: LogSink, functionName: string, stream: LogLine['stream'], source: Readable): void => {
  createInterface({ input: source }).on('line', (line) => sink({ functionName, stream, line }));
};
