/** What takes requests for migrations, and what came of them. */
export interface FloodTarget {
  /** Sends the request that stands for this number, under a key of its own. @returns what is answered */
  post(number: number): Promise<{ status: number; migrationId?: string }>;
  /** Every execution of a migration that was begun, by the migration's id. */
  executions(): Promise<string[]>;
  /** How many migrations are kept in the table. */
  kept(): Promise<number>;
}

export interface FloodReport {
  requests: number;
  tookMs: number;
  /** Of each request, in the order in which they were answered. */
  latenciesMs: number[];
  /** Answers by status. */
  statuses: Map<number, number>;
  /** Distinct requests. */
  distinct: number;
  executions: number;
  kept: number;
  /** Requests that were told of more than one migration. */
  doubled: number;
  /** Migrations that somebody was told of, and that were never begun. */
  lost: number;
}

/** Every number twice: of the even ones at once, of the odd ones when all others have been sent. */
const twiceEach = (distinct: number): number[] => {
  const numbers = Array.from({ length: distinct }, (_, number) => number);
  return [
    ...numbers.flatMap((number) => (number % 2 === 0 ? [number, number] : [number])),
    ...numbers.filter((number) => number % 2 === 1),
  ];
};

/** Sends so many requests, half of them repeats of another one under its key, so many at once. */
export const flood = async (target: FloodTarget, requests: number, atOnce: number): Promise<FloodReport> => {
  const distinct = requests / 2;
  const numbers = twiceEach(distinct);
  const told = new Map<number, Set<string>>();
  const statuses = new Map<number, number>();
  const latenciesMs: number[] = [];
  const startMs = performance.now();
  let next = 0;
  const send = async () => {
    for (let at = next++; at < numbers.length; at = next++) {
      const number = numbers[at] as number;
      const sentMs = performance.now();
      const { status, migrationId } = await target.post(number);
      latenciesMs.push(performance.now() - sentMs);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (migrationId) told.set(number, (told.get(number) ?? new Set()).add(migrationId));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, send));
  const tookMs = performance.now() - startMs;
  const begun = new Set(await target.executions());
  const ids = [...told.values()];
  return {
    requests: numbers.length,
    tookMs,
    latenciesMs,
    statuses,
    distinct,
    executions: begun.size,
    kept: await target.kept(),
    doubled: ids.filter((one) => one.size > 1).length,
    lost: ids.flatMap((one) => [...one]).filter((id) => !begun.has(id)).length + (distinct - told.size),
  };
};
