import type { ApiCall } from '../call.ts';
import { ClientError } from '../errors.ts';

/** Stands where a server has repeated the token. */
const REMOVED = '[token]';

/** What is answered or thrown, without the token: whatever stands at the address may repeat what it is sent. */
export const withoutToken =
  (token: string, call: ApiCall): ApiCall =>
  async (request) => {
    const clean = (text: string) => text.replaceAll(token, REMOVED);
    try {
      const answer = await call(request);
      const headers = new Headers([...answer.headers].map(([name, value]) => [name, clean(value)]));
      // Only what has it is read once more.
      if (!JSON.stringify(answer.json ?? null).includes(token)) return { ...answer, headers };
      const json: unknown = JSON.parse(clean(JSON.stringify(answer.json)));
      return { ...answer, headers, json, body: JSON.stringify(json) };
    } catch (error) {
      if (error instanceof ClientError) {
        error.message = clean(error.message);
        error.stack = clean(error.stack ?? '');
      }
      throw error;
    }
  };
