import { describe, expect, it } from 'vitest';
import { allowedActions } from '../../../functions/migration/actions.ts';
import { DEFAULT_CUTOVER } from '../../../functions/migration/fence.ts';
import { parseMigrationRequest } from '../../../functions/migration/request.ts';
import { InvalidRequestError, NotInReachError } from '../../../functions/migration/request-errors.ts';
import { toListed, toView } from '../../../functions/migration/view.ts';
import { aRecord, aRequest } from '../support/records.ts';

const ANYWHERE = { refusalOf: () => undefined };
const refusalOf = (body: unknown) => {
  try {
    parseMigrationRequest(body, ANYWHERE, 'api-only');
  } catch (error) {
    if (error instanceof NotInReachError || error instanceof InvalidRequestError) return error;
    throw error;
  }
  return undefined;
};
const placesOf = (body: unknown) => refusalOf(body)?.violations.map(({ pointer }) => pointer);
const WORD = { verification: { mode: 'none' }, cutover: { fence: 'none' } };

describe('a request to an API-only stack', () => {
  it('is taken when it says outright what goes without', () => {
    expect(parseMigrationRequest(aRequest(WORD), ANYWHERE, 'api-only')).toMatchObject({
      cutover: { mode: 'manual', fence: 'none' },
      verification: { mode: 'none' },
    });
  });

  it.each<[string, object, string[]]>([
    ['nothing of it', {}, ['/verification/mode', '/cutover/fence']],
    ['a verification', { ...WORD, verification: { mode: 'sample' } }, ['/verification/mode']],
    ['the default of one', { ...WORD, verification: {} }, ['/verification/mode']],
    ['a fence', { ...WORD, cutover: { fence: 'auto' } }, ['/cutover/fence']],
    ['an automatic cutover', { ...WORD, cutover: { mode: 'automatic', fence: 'none' } }, ['/cutover/mode']],
    [
      'what is drained and looked for',
      { ...WORD, cutover: { fence: 'none', drainBudgetMs: 2000, quietSeconds: 0 } },
      ['/cutover/drainBudgetMs', '/cutover/quietSeconds'],
    ],
  ])('that says %s is refused, every place at once', (_, more, places) => {
    expect(refusalOf(aRequest(more))).toMatchObject({ code: 'not-in-reach' });
    expect(placesOf(aRequest(more))).toEqual(places);
  });

  it('that is broken besides is told both', () => {
    const body = aRequest({ more: 1 });

    expect(refusalOf(body)).toMatchObject({ code: 'invalid-request' });
    expect(placesOf(body)).toEqual(['/more', '/verification/mode', '/cutover/fence']);
    for (const nonsense of [null, 'text', 7, [], { verification: 1, cutover: [] }]) {
      expect(refusalOf(nonsense)).toMatchObject({ code: 'invalid-request' });
    }
  });

  it('of another stack is not asked for any of that', () => {
    expect(() => parseMigrationRequest(aRequest(), ANYWHERE, 'full')).not.toThrow();
  });
});

describe('a migration of an API-only stack', () => {
  const cutoverSettings = { ...DEFAULT_CUTOVER, fence: 'none' } as const;
  const record = (change: object) => aRecord({ apiOnly: true, cutoverSettings, ...change });

  it.each([
    ['awaits its cutover', { status: 'awaitingCutover', phase: 'awaitingCutover' }, ['cutover', 'abort']],
    ['is in doubt', { status: 'cuttingOver', phase: 'promotionInDoubt' }, ['confirm', 'unfence']],
    ['is promoted', { status: 'promoted', phase: 'closing', promotedAt: 't' }, ['close']],
    ['is over', { status: 'completed', phase: 'ended', outcome: 'completed', promotedAt: 't' }, []],
  ])('that %s can be asked for what it can do, and no more', (_, change, actions) => {
    expect(allowedActions(record(change))).toEqual(actions);
  });

  it('says what it lacks; any other that nothing lacks', () => {
    expect(toView(record({})).guarantees).toMatchObject({ mode: 'api-only', lacks: expect.arrayContaining([]) });
    expect(toView(record({})).guarantees.lacks.length).toBeGreaterThan(5);
    expect(toView(aRecord()).guarantees).toEqual({ mode: 'full', lacks: [] });
    expect(toListed(record({})).guarantees).toEqual({ mode: 'api-only' });
  });
});
