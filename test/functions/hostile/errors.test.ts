import { describe, expect, it } from 'vitest';
import { BackOut } from '../../../functions/cutover/fence/back-out.ts';
import { FenceFailed } from '../../../functions/cutover/fence/fence-failed.ts';
import * as errors from '../../../functions/migration/errors.ts';
import * as requestErrors from '../../../functions/migration/request-errors.ts';
import { NotDialled, Refused, SessionLost, Unread } from '../../../functions/preflight/ports.ts';
import * as verificationErrors from '../../../functions/verification/errors.ts';
import { errorNames } from '../../docs/errors.ts';
import { CONTROL, HOSTILE } from './texts.ts';

type AnyError = new (...args: never[]) => Error;

const classes = [
  ...Object.values({ ...errors, ...requestErrors, ...verificationErrors }).filter(
    (one): one is never => typeof one === 'function' && /^class /.test(String(one)),
  ),
  ...([Unread, Refused, SessionLost, NotDialled, FenceFailed, BackOut] as unknown as never[]),
] as unknown as AnyError[];

/** Arguments that are no texts. */
const OTHERS: Record<string, (text: string) => unknown[]> = {
  InvalidRequestError: (text) => [Array.from({ length: 9 }, () => ({ pointer: text, detail: text }))],
  NotInReachError: (text) => [Array.from({ length: 9 }, () => ({ pointer: text, detail: text }))],
  AbortRequestedError: (text) => [text, { at: text, reason: text }],
  ActionNotAllowedError: (text) => [text, text, text, [text, text]],
  TransientServiceError: (text) => [text, Object.assign(new Error(text), { name: text })],
  NetworkNotAllowedError: (text) => [text, 6379, text],
  BackOut: (text) => ['no-time', text],
  FenceFailed: (text) => [text],
  Unread: (text) => [text],
  Refused: (text) => [text],
  SessionLost: (text) => [text],
  NotDialled: (text) => [text],
};

describe('every error of the service', () => {
  it('is here', () => {
    const here = classes.map(({ name }) => name);

    expect(errorNames().filter((name) => name !== 'EnvironmentError' && !here.includes(name))).toEqual([]);
  });

  it.each(Object.entries(HOSTILE))(
    'is told in one line that a terminal can show, whatever it repeats: %s',
    (_, text) => {
      for (const one of classes) {
        const args = OTHERS[one.name]?.(text) ?? [text, text, text, text];
        const { message, stack = '' } = new one(...(args as never[]));
        expect([one.name, CONTROL.test(message), message.length <= 2000]).toEqual([one.name, false, true]);
        // The engine writes the message into it.
        expect([one.name, stack.includes(text) && CONTROL.test(text)]).toEqual([one.name, false]);
      }
    },
  );
});
