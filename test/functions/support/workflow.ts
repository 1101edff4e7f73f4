import type { Act } from '../../../functions/migration/acts.ts';
import type { AnnouncedPage } from '../../../functions/migration/announced.ts';
import type { ExecutionStatus, Workflow } from '../../../functions/migration/ports.ts';

/** Step Functions in memory: executions by ARN, waiters by token. */
export class FakeWorkflow implements Workflow {
  readonly started: { migrationId: string; input: string }[] = [];
  readonly settled: { name: string; migrationId: string; act?: Act }[] = [];
  readonly resumed: { taskToken: string; output: unknown }[] = [];
  readonly failed: { taskToken: string; error: string; cause: string }[] = [];
  readonly executions = new Map<string, { status: ExecutionStatus; error?: string; cause?: string }>();
  readonly waiting = new Set<string>();
  /** Pages of what executions have announced, by ARN and token. */
  readonly told = new Map<string, AnnouncedPage>();
  /** What the next calls throw, one each. */
  readonly faults: Partial<Record<'start' | 'resume' | 'describe' | 'settle', Error[]>> = {};

  executionArn(migrationId: string): string {
    return `arn:aws:states:us-west-2:000000000000:execution:migration:${migrationId}`;
  }

  async start(migrationId: string, input: string): Promise<void> {
    this.#fail('start');
    const arn = this.executionArn(migrationId);
    if (this.executions.has(arn)) return;
    this.executions.set(arn, { status: 'RUNNING' });
    this.started.push({ migrationId, input });
  }

  async describe(executionArn: string) {
    this.#fail('describe');
    return this.executions.get(executionArn);
  }

  settlementArn(name: string): string {
    return `arn:aws:states:us-west-2:000000000000:execution:settlement:${name}`;
  }

  async history() {
    return { timeline: [] };
  }

  async announced(executionArn: string, nextToken?: string): Promise<AnnouncedPage | undefined> {
    return this.told.get(`${executionArn}~${nextToken ?? ''}`);
  }

  async resume(taskToken: string, output: unknown): Promise<boolean> {
    this.#fail('resume');
    if (!this.waiting.delete(taskToken)) return false;
    this.resumed.push({ taskToken, output });
    return true;
  }

  async fail(taskToken: string, error: string, cause: string): Promise<boolean> {
    this.#fail('resume');
    if (!this.waiting.delete(taskToken)) return false;
    this.failed.push({ taskToken, error, cause });
    return true;
  }

  async settle(name: string, migrationId: string, act?: Act): Promise<void> {
    this.#fail('settle');
    if (this.settled.some((one) => one.name === name)) return;
    this.settled.push({ name, migrationId, ...(act && { act }) });
  }

  #fail(call: 'start' | 'resume' | 'describe' | 'settle'): void {
    const fault = this.faults[call]?.shift();
    if (fault) throw fault;
  }
}
