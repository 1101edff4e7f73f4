import type { Endpoint } from '../migration/record.ts';

/** What came of an operator's act. `refused` is for good: whoever wants it asks again. */
export interface ActResult {
  outcome: 'confirmed' | 'unfenced' | 'rolledBack' | 'refused';
  /** One sentence. */
  why: string;
  /** ISO 8601. */
  at: string;
  /** Of an unfence: replicas of the source that could not be reached, and stay as they are. */
  givenUp?: Endpoint[];
}
