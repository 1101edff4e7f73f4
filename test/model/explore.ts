/** One step from a state to the next. */
export interface Step<S> {
  label(): string;
  next: S;
  /**
   * It happens sooner or later if it stays possible: what is left to run, runs; what is retried or swept, is. All else (a
   * crash, a lost answer, a client's write, a promotion) may happen at any time, or never.
   */
  fair: boolean;
}

export interface System<S> {
  initial: S;
  steps(state: S): Step<S>[];
  /** Tells one state from every other. */
  keyOf(state: S): string;
}

/** `always`: of every reachable state. `atRest`: of every state in which nothing is left to happen by itself. */
export interface Invariant<S> {
  name: string;
  when: 'always' | 'atRest';
  holds(state: S): boolean;
}

export interface Counterexample {
  invariant: string;
  /** The steps from the initial state, the shortest way there. */
  trace: string[];
}

export interface Explored {
  states: number;
  transitions: number;
  atRest: number;
  counterexample?: Counterexample;
}

/** A state from which no run of fair steps comes to rest: something goes round and round for ever. */
export const NEVER_RESTS = 'every state can come to rest';

/**
 * Breadth first over all reachable states, each told by its canonical text; so a counterexample is a shortest one.
 *
 * @throws Error when there are more states than `limit`: an exploration that was cut short proves nothing
 */
export const explore = <S>(
  { initial, steps, keyOf }: System<S>,
  invariants: readonly Invariant<S>[],
  { limit = 3_000_000, rests = true } = {},
): Explored => {
  const always = invariants.filter(({ when }) => when === 'always');
  const atRest = invariants.filter(({ when }) => when === 'atRest');
  const seen = new Map<string, number>([[keyOf(initial), 0]]);
  const parents = [-1];
  /** Which of its parent's steps led to a state. */
  const ordinals = [-1];
  const resting: number[] = [];
  const fairEdges: number[] = [];
  let transitions = 0;

  const traceTo = (index: number): string[] => {
    const path: number[] = [];
    for (let at = index; at > 0; at = parents[at] as number) path.unshift(ordinals[at] as number);
    let state = initial;
    return path.map((ordinal) => {
      const step = steps(state)[ordinal] as Step<S>;
      state = step.next;
      return step.label();
    });
  };
  const explored = (found?: { invariant: string; index: number }): Explored => ({
    states: seen.size,
    transitions,
    atRest: resting.length,
    ...(found && { counterexample: { invariant: found.invariant, trace: traceTo(found.index) } }),
  });

  let [layer, indices]: [S[], number[]] = [[initial], [0]];
  while (layer.length > 0) {
    const [nextLayer, nextIndices]: [S[], number[]] = [[], []];
    for (const [position, state] of layer.entries()) {
      const index = indices[position] as number;
      const broken = always.find(({ holds }) => !holds(state));
      if (broken) return explored({ invariant: broken.name, index });
      let isAtRest = true;
      for (const [ordinal, { next, fair }] of steps(state).entries()) {
        transitions++;
        const key = keyOf(next);
        let to = seen.get(key);
        if (to === undefined) {
          to = seen.size;
          if (to >= limit) throw new Error(`more than ${limit} states`);
          seen.set(key, to);
          parents.push(index);
          ordinals.push(ordinal);
          nextLayer.push(next);
          nextIndices.push(to);
        }
        if (fair && to !== index) {
          isAtRest = false;
          if (rests) fairEdges.push(index, to);
        }
      }
      if (!isAtRest) continue;
      resting.push(index);
      const unsettled = atRest.find(({ holds }) => !holds(state));
      if (unsettled) return explored({ invariant: unsettled.name, index });
    }
    [layer, indices] = [nextLayer, nextIndices];
  }

  const trapped = rests ? firstTrapped(seen.size, fairEdges, resting) : undefined;
  if (trapped === undefined) return explored();
  return explored({ invariant: NEVER_RESTS, index: trapped });
};

/** The first state from which fair steps lead to no state at rest. */
const firstTrapped = (size: number, edges: readonly number[], resting: readonly number[]): number | undefined => {
  // The edges that end in a state, as a list in one array: its first, and for each edge the next.
  const first = new Int32Array(size).fill(-1);
  const next = new Int32Array(edges.length / 2);
  for (let edge = 0; edge < next.length; edge++) {
    const to = edges[2 * edge + 1] as number;
    next[edge] = first[to] as number;
    first[to] = edge;
  }
  const rests = new Uint8Array(size);
  const open = [...resting];
  for (const index of open) rests[index] = 1;
  for (let to = open.pop(); to !== undefined; to = open.pop()) {
    for (let edge = first[to] as number; edge !== -1; edge = next[edge] as number) {
      const from = edges[2 * edge] as number;
      if (rests[from]) continue;
      rests[from] = 1;
      open.push(from);
    }
  }
  const trapped = rests.indexOf(0);
  return trapped === -1 ? undefined : trapped;
};
