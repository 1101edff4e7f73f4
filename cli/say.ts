import type { Failure } from './failure.ts';
import type { Io } from './terminal/io.ts';
import { widthOf } from './terminal/io.ts';
import { paintFor } from './terminal/paint.ts';
import { safe, safeJson } from './terminal/safe.ts';

export const line = (out: { write(text: string): unknown }, text = ''): void => {
  out.write(`${text}\n`);
};

/** One document. */
export const document = ({ stdout }: Io, value: unknown): void => line(stdout, safeJson(value, 2));

/** What happened and why, then what to type next; with `json` also as a document, which a reader of lines gets as one. */
export const fail = async (io: Io, failure: Failure, json: 'document' | 'line' | undefined): Promise<void> => {
  const { exitCode, code, problems, next } = failure;
  if (json) line(io.stdout, safeJson({ error: { code, exitCode, problems, next } }, json === 'line' ? undefined : 2));
  const { wrap } = await import('./terminal/layout.ts');
  const paint = paintFor(io.stderr, io.env);
  const width = widthOf(io.stderr, io.env);
  for (const problem of problems) for (const text of wrap(safe(problem), width)) line(io.stderr, paint.red(text));
  if (next.length > 0) line(io.stderr);
  // Not broken: what is pasted has to stay whole.
  for (const text of next) line(io.stderr, text.startsWith('docs/') ? `See ${safe(text)}` : `  ${safe(text)}`);
};
