import type { Violation } from '../../../functions/migration/error.ts';

/** Where the form shows what is wrong at a pointer: a list's own violation, or an object's, belongs to its first field. */
const PLACES: Record<string, string> = {
  '/customerNodeEndpointList': '/customerNodeEndpointList/0/address',
  '/customerNodeEndpointList/0': '/customerNodeEndpointList/0/address',
  '/cutover': '/cutover/mode',
  '/verification': '/verification/mode',
};

const FIELDS = new Set([
  '/replicationGroupId',
  '/customerNodeEndpointList/0/address',
  '/customerNodeEndpointList/0/port',
  '/dryRun',
  '/reason',
  '/cutover/mode',
  '/cutover/fence',
  '/cutover/drainBudgetMs',
  '/cutover/promotionBudgetSeconds',
  '/cutover/quietSeconds',
  '/verification/mode',
  '/verification/sampleKeys',
  '/verification/maxKeysPerSecond',
  '/verification/freshForMinutes',
  '/verification/ttlToleranceMs',
  '/waivers',
]);

/** What is wrong, by the pointer of the field that shows it; under '' what belongs to no field of the form. */
export type Wrong = Record<string, string[]>;

export const wrongOf = (violations: readonly Violation[]): Wrong => {
  const wrong: Wrong = {};
  for (const { pointer = '', header, detail } of violations) {
    const place = PLACES[pointer] ?? pointer;
    const shown = FIELDS.has(place) || /^\/waivers\/\d+$/.test(place) ? place : '';
    const text = shown ? detail : `${header ?? pointer} ${detail}`.trim();
    wrong[shown] = [...(wrong[shown] ?? []), text];
  }
  return wrong;
};

/** The id of the input that belongs to a pointer. */
export const idOf = (pointer: string): string => `field${pointer.replaceAll('/', '-')}`;
