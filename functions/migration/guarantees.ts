/** What a migration is watched by. `full`: by the servers themselves. `api-only`: by what AWS tells of them. */
export const REACHES = ['full', 'api-only'] as const;
export type Reach = (typeof REACHES)[number];

/** What a migration can promise, and what it lacks of that. */
export interface Guarantees {
  mode: Reach;
  /** Sentences; none where nothing lacks. */
  lacks: string[];
}

export const FULL: Guarantees = { mode: 'full', lacks: [] };

/** Of a stack without a VPC. docs/api-only.md says each at length. */
export const API_ONLY: Guarantees = {
  mode: 'api-only',
  lacks: [
    'The preflight looks at no server: whether the source fits, and whether the target holds data, is not checked.',
    'In sync is what CloudWatch said of the last minutes, not what the target has applied now.',
    'Source and target are not compared.',
    'Nobody is kept from writing to the source: no freeze, no drain, no fence.',
    'That every acknowledged write is on the target is not proven: there is no offset and no certificate.',
    'The promotion is told by an event and the status, and not proven by the nodes.',
    'Clients that still turn to the old primary are not found.',
    'There is no rollback by this service, and no fence that could be lifted.',
    'A migration that somebody else has put in the place of this one is not always noticed.',
  ],
};

export const guaranteesOf = (reach: Reach): Guarantees => (reach === 'api-only' ? API_ONLY : FULL);
