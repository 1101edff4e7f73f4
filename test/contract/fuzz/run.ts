import fc from 'fast-check';
import type { Service } from '../service/service.ts';
import { CALLS, type Call } from './calls.ts';
import { judge } from './judge.ts';
import { STANDING } from './standing.ts';

export interface FuzzReport {
  calls: number;
  /** How often each came of a call: `POST /migrations 202`. */
  outcomes: Map<string, number>;
  /** Each fault once, with the shortest call that showed it and how often it was shown. */
  faults: Map<string, { times: number; call: Call }>;
}

/** With so many calls behind it a table is forgotten: each migration that stands was asked often by then. */
const BATCH = 1000;

const sizeOf = (call: Call): number => JSON.stringify(call).length;

/** What a fault has in common with others of its kind: without the values that it quotes. */
const kindOf = (fault: string): string =>
  fault
    .replace(/"[^"]{12,}"/g, '"…"')
    .replace(/[0-9a-f-]{12,}/g, '…')
    .slice(0, 300);

/** So many calls; the same seed gives the same. */
export const callsOf = (count: number, seed: number): Call[] => fc.sample(CALLS, { seed, numRuns: count });

/** Asks each of the service, and judges its answers. */
export const hold = async (
  service: Service,
  calls: readonly Call[],
  report: FuzzReport = fresh(),
): Promise<FuzzReport> => {
  for (const call of calls) {
    const { outcome, faults } = await judge(service, call);
    report.calls += 1;
    report.outcomes.set(outcome, (report.outcomes.get(outcome) ?? 0) + 1);
    for (const fault of faults) {
      const kind = kindOf(`${outcome}: ${fault}`);
      const before = report.faults.get(kind);
      const shortest = before && sizeOf(before.call) <= sizeOf(call) ? before.call : call;
      report.faults.set(kind, { times: (before?.times ?? 0) + 1, call: shortest });
    }
  }
  return report;
};

const fresh = (): FuzzReport => ({ calls: 0, outcomes: new Map(), faults: new Map() });

/** Asks so many generated things of the service, among migrations as far as they can be, and judges each answer. */
export const fuzz = async (service: Service, count: number, seed: number): Promise<FuzzReport> => {
  const report = fresh();
  for (let batch = 0; report.calls < count; batch++) {
    await service.reset();
    for (const record of STANDING) await service.put(record);
    await hold(service, callsOf(Math.min(BATCH, count - report.calls), seed * 1_000_003 + batch), report);
  }
  return report;
};
