import { type CheckId, isCheckId, PREFLIGHT_CHECKS } from './preflight.ts';

/** What else than a finding of the preflight blocks a migration until an operator says to go on in spite of it. */
export const OTHER_WAIVERS = ['verification-differences'] as const;
export type OtherWaiver = (typeof OTHER_WAIVERS)[number];

export type WaiverId = CheckId | OtherWaiver;

const isOtherWaiver = (id: string): id is OtherWaiver => OTHER_WAIVERS.includes(id as OtherWaiver);

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
  typeof id === 'string' && isOtherWaiver(id) ? undefined : `must be one of ${OTHER_WAIVERS.join(', ')}`;
