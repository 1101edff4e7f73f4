import { readFileSync } from 'node:fs';

export interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds: number;
  MaxAttempts: number;
  BackoffRate: number;
  MaxDelaySeconds: number;
  JitterStrategy?: string;
}

export interface State {
  Comment?: string;
  Type: string;
  Resource?: string;
  Arguments?: unknown;
  TimeoutSeconds?: number | string;
  Retry?: Retrier[];
  Catch?: { ErrorEquals: string[]; Next: string }[];
  Choices?: { Condition: string; Assign?: Record<string, unknown>; Next: string }[];
  Assign?: Record<string, unknown>;
  Default?: string;
  Next?: string;
}

export interface Machine {
  file: 'migration' | 'settlement';
  text: string;
  definition: { StartAt: string; TimeoutSeconds?: number; States: Record<string, State> };
  states: [string, State][];
}

const read = (file: Machine['file']): Machine => {
  const text = readFileSync(new URL(`../../statemachine/${file}.asl.json`, import.meta.url), 'utf8');
  const definition = JSON.parse(text) as Machine['definition'];
  return { file, text, definition, states: Object.entries(definition.States) };
};

/** Both state machines as they are written, before substitution. */
export const machines: Machine[] = [read('migration'), read('settlement')];

/** Where a state can lead to. */
export const successors = ({ Next, Default, Choices = [], Catch = [] }: State): string[] =>
  [Next, Default, ...Choices.map((choice) => choice.Next), ...Catch.map((catcher) => catcher.Next)].filter(
    (name) => name !== undefined,
  );

/** A way that comes back to where it began without one of the states in `without`; undefined when there is none. */
export const findLoop = ({ states }: Machine, without: ReadonlySet<string>): string[] | undefined => {
  const graph = new Map(states);
  const done = new Set<string>(without);
  const walk = (name: string, way: string[]): string[] | undefined => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const next of successors(graph.get(name) as State)) {
      const loop = walk(next, [...way, name]);
      if (loop) return loop;
    }
    done.add(name);
    return undefined;
  };
  for (const [name] of states) {
    const loop = walk(name, []);
    if (loop) return loop;
  }
  return undefined;
};

/** The detail type that a state announces: a name, or an expression where the task before it decides. */
export const detailTypeOf = ({ Resource, Arguments }: State): string | undefined =>
  Resource?.includes(':events:putEvents')
    ? (Arguments as { Entries: { DetailType: string }[] }).Entries[0]?.DetailType
    : undefined;

/** The function or machine that a state calls: the name of its substitution. */
export const calledBy = ({ Arguments }: State): string | undefined => {
  const { FunctionName, StateMachineArn } = (Arguments ?? {}) as { FunctionName?: string; StateMachineArn?: string };
  return (FunctionName ?? StateMachineArn)?.match(/^\$\{(\w+)\}$/)?.[1];
};
