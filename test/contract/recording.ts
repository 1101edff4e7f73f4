import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FOLDER_VARIABLE, type RecordedAnswer } from './recorder.ts';

/** An answer that a whole migration gave, and that events/openapi.yaml does not document. */
export class UndocumentedAnswerError extends Error {
  override readonly name = 'UndocumentedAnswerError';
}

/** @throws UndocumentedAnswerError naming each fault once */
export const lookAt = async (folder: string): Promise<number> => {
  const lines = readdirSync(folder).flatMap((file) =>
    readFileSync(join(folder, file), 'utf8').split('\n').slice(0, -1),
  );
  if (lines.length === 0) return 0;
  const { undocumentedIn } = await import('./answer.ts');
  const faults = new Set(
    lines.flatMap((line) => {
      const { method, path, answer } = JSON.parse(line) as RecordedAnswer;
      return undocumentedIn(method, path, answer);
    }),
  );
  if (faults.size > 0) {
    throw new UndocumentedAnswerError(`events/openapi.yaml does not document:\n  ${[...faults].join('\n  ')}`);
  }
  return lines.length;
};

/** Vitest's global setup: when the last test has ended, every answer that any of them got is held against the contract. */
export default () => {
  const folder = mkdtempSync(join(tmpdir(), 'answers-'));
  process.env[FOLDER_VARIABLE] = folder;
  return async () => {
    try {
      await lookAt(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
};
