import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HttpAnswer } from './answer.ts';

/** An answer that a test got of the whole service. */
export interface RecordedAnswer {
  method: string;
  path: string;
  answer: HttpAnswer;
}

/** Where the answers of this run are noted; recording.ts sets it, and looks at them when all tests have ended. */
export const FOLDER_VARIABLE = 'ANSWERS_FOLDER';

/** Notes an answer, so that it is held against the contract at the end of the run: once for all files, in one process. */
export const record = (method: string, path: string, status: number, headers: Headers, body: unknown): void => {
  const folder = process.env[FOLDER_VARIABLE];
  if (folder === undefined) return;
  const recorded: RecordedAnswer = { method, path, answer: { status, headers: Object.fromEntries(headers), body } };
  appendFileSync(join(folder, String(process.pid)), `${JSON.stringify(recorded)}\n`);
};
