import type { Migrations, Workflow } from '../migration/ports.ts';

export interface AwaitCutoverInput {
  migrationId: string;
  taskToken: string;
  /** What the last look at the links found, in a sentence. */
  why: string;
}

/**
 * Puts the task token into the record, where the request for the cutover finds it. A request that came while the
 * execution was looking at the link is found here, and carried out at once: whichever of the two writes comes second
 * sees the other.
 */
export const makeAwaitCutover =
  (migrations: Pick<Migrations, 'update'>, workflow: Pick<Workflow, 'resume'>) =>
  async ({ migrationId, taskToken, why }: AwaitCutoverInput): Promise<void> => {
    const record = await migrations.update(migrationId, {
      status: 'awaitingCutover',
      statusReason: why,
      phase: 'awaitingCutover',
      waitingFor: 'the request for the cutover',
      taskToken,
    });
    const requestedAt = record?.cutover?.requestedAt;
    if (requestedAt) await workflow.resume(taskToken, { requestedAt });
  };
