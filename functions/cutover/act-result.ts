/** What came of an operator's act. `refused` is for good: whoever wants it asks again. */
export interface ActResult {
  outcome: 'confirmed' | 'unfenced' | 'rolledBack' | 'refused';
  /** One sentence. */
  why: string;
  /** ISO 8601. */
  at: string;
}
