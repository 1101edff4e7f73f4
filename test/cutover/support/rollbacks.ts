import type {
  CallsByShard,
  Connections,
  RollbackDecision,
  RollbackNotes,
  Rollbacks,
} from '../../../functions/cutover/rollback-ports.ts';

interface Kept extends RollbackNotes {
  requestId?: string;
  attempt?: string;
  connections: Connections[];
}

/** In memory. The same tests hold it and DynamoDB's to the same behaviour. */
export class FakeRollbacks implements Rollbacks {
  readonly #kept = new Map<string, Kept>();

  #of(migrationId: string): Kept {
    const kept = this.#kept.get(migrationId) ?? { connections: [] };
    this.#kept.set(migrationId, kept);
    return kept;
  }

  async find(migrationId: string): Promise<RollbackNotes> {
    const { promotedCalls, decision, decidedAt, because } = this.#of(migrationId);
    return structuredClone({
      ...(promotedCalls && { promotedCalls }),
      ...(decision && { decision }),
      ...(decidedAt && { decidedAt }),
      ...(because && { because }),
    });
  }

  async keepCalls(migrationId: string, calls: CallsByShard): Promise<void> {
    this.#of(migrationId).promotedCalls ??= structuredClone(calls);
  }

  async claim(migrationId: string, claim: { requestId: string; attempt: string; connections: Connections }) {
    const kept = this.#of(migrationId);
    if (kept.requestId !== claim.requestId && kept.decision === 'stay') {
      delete kept.decision;
      delete kept.because;
      delete kept.decidedAt;
    }
    kept.requestId = claim.requestId;
    kept.attempt = claim.attempt;
    kept.connections.push(claim.connections);
    return { ...(await this.find(migrationId)), connections: structuredClone(kept.connections) };
  }

  async decide(
    migrationId: string,
    attempt: string,
    decided: Required<Pick<RollbackNotes, 'decision' | 'because' | 'decidedAt'>>,
  ): Promise<RollbackDecision | undefined> {
    const kept = this.#of(migrationId);
    if (kept.attempt !== attempt) return undefined;
    if (!kept.decision) Object.assign(kept, decided);
    return kept.decision;
  }
}
