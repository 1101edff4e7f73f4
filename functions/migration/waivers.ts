import { type CheckId, isCheckId, PREFLIGHT_CHECKS } from './preflight.ts';

/** What else than a finding of the preflight blocks a migration until an operator says to go on in spite of it. */
export const OTHER_WAIVERS = ['verification-differences'] as const;
export type OtherWaiver = (typeof OTHER_WAIVERS)[number];

export type WaiverId = CheckId | OtherWaiver;

/** Findings that a cutover looks for once more: what they speak of may have come since the preflight. */
const LOOKED_FOR_AGAIN = [
  'source-sentinel',
  'fence-not-durable',
  'min-replicas-set',
  'users-included',
  'modules-loaded-twice',
] as const satisfies readonly CheckId[];
/** What a request for a cutover can go on in spite of. */
export const CUTOVER_WAIVERS = [...OTHER_WAIVERS, ...LOOKED_FOR_AGAIN] as const;
export type CutoverWaiver = (typeof CUTOVER_WAIVERS)[number];

export const isOtherWaiver = (id: string): id is OtherWaiver => OTHER_WAIVERS.includes(id as OtherWaiver);

const WHERE_LISTED = 'docs/preflight.md lists them';

/** Why this cannot be waived by the request for a migration; undefined when it can. */
export const notWaivable = (id: string): string | undefined => {
  if (isOtherWaiver(id)) return undefined;
  if (!isCheckId(id)) return `is not the id of a check: ${WHERE_LISTED}`;
  switch (PREFLIGHT_CHECKS[id].waivable) {
    case 'never':
      return 'cannot be waived: no migration can go on in spite of it';
    case 'needless':
      return 'never blocks a migration: there is nothing to waive';
    case 'byName':
      return undefined;
  }
};

/** Why this cannot be waived by the request for a cutover; undefined when it can. */
export const notWaivableAtCutover = (id: unknown): string | undefined =>
  CUTOVER_WAIVERS.includes(id as CutoverWaiver) ? undefined : `must be one of ${CUTOVER_WAIVERS.join(', ')}`;
