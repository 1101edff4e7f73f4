import { aboutOnly, type Subject } from './logger.ts';
import { tellFigures } from './metrics.ts';

let isCold = true;

/** Before the handler runs: from here on lines and figures are about this. A process tells once that it has begun. */
export const begin = (subject: Subject): void => {
  aboutOnly(subject);
  if (isCold) tellFigures({ ColdStarts: 1 });
  isCold = false;
};

/** What an operator follows a migration by; none of them names keys, as findings and reports may. */
const TOLD = ['outcome', 'state', 'verdict', 'code', 'why', 'reason', 'evidence'] as const;

/** Of what a handler answers, what its line tells. */
export const toldOf = (answer: unknown): Record<string, string> => {
  const found = (answer ?? {}) as Record<string, unknown>;
  return Object.fromEntries(TOLD.flatMap((name) => (typeof found[name] === 'string' ? [[name, found[name]]] : [])));
};

const OPERATIONS = ['step', 'stage', 'act'] as const;

/** What a task that does several things was asked for. */
export const operationOf = (input: unknown): string | undefined => {
  const found = (input ?? {}) as Record<string, unknown>;
  const [name] = OPERATIONS.filter((one) => typeof found[one] === 'string');
  if (name !== undefined) return found[name] as string;
  return found.glance === true ? 'glance' : undefined;
};
