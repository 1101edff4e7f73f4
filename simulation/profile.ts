import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What one function did in a run, all its invocations together. */
export interface FunctionCalls {
  /** Those that the state machines and the API made; 0 where a schedule or an event did. */
  invocations: number;
  seconds: number;
  /** By action, as IAM names its service: `dynamodb:UpdateItem`. */
  calls: Record<string, number>;
}

/** What executions of one machine did in a run. */
export interface MachineRun {
  transitions: number;
  historyEvents: number;
  /** Events that were put on the bus. */
  announcements: number;
  /** In the order in which they were entered. */
  states: string[];
}

export interface RecordedRun {
  seconds: number;
  /** Size of the migration's record, by what went on. */
  recordBytes: Record<string, number>;
  migration: MachineRun;
  settlement: MachineRun;
  /** By logical id. */
  functions: Record<string, FunctionCalls>;
}

/** What a migration asks of AWS, as the embedded AWS has seen it: `npm run simulate -- --record` writes it anew. */
export interface Profile {
  /** The template's parameters that it was recorded with. */
  settings: Record<string, number>;
  completed: RecordedRun;
  /** Aborted in the full sync. */
  aborted: RecordedRun;
}

export const PROFILE_PATH = fileURLToPath(new URL('profile.json', import.meta.url));

export const readProfile = (): Profile => JSON.parse(readFileSync(PROFILE_PATH, 'utf8'));
