import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Connections, RollbackNotes, Rollbacks } from '../cutover/rollback-ports.ts';
import { documents, updateIf } from './dynamo.ts';
import { readEnvironment, text } from './environment.ts';
import { naming } from './transient.ts';

interface Stored extends RollbackNotes {
  requestId?: string;
  attempt?: string;
  connections?: Connections[];
}

const keyOf = (migrationId: string) => ({ pk: `ROLLBACK#${migrationId}` });

const toNotes = ({ promotedCalls, decision, decidedAt, because }: Stored): RollbackNotes => ({
  ...(promotedCalls && { promotedCalls }),
  ...(decision && { decision }),
  ...(decidedAt && { decidedAt }),
  ...(because && { because }),
});

/** The notes of rollbacks in DynamoDB: one item a migration, of no index. */
export const rollbacksIn = (table: string): Rollbacks => {
  const find = (migrationId: string) =>
    naming('Read rollback', async () => {
      const key = keyOf(migrationId);
      const { Item = {} } = await documents.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
      return Item as Stored;
    });
  const write = (migrationId: string, expression: string, condition: string, values: Record<string, unknown>) =>
    naming(
      'Write rollback',
      async () => (await updateIf(table, keyOf(migrationId), { expression, condition, values })) as Stored | undefined,
    );

  return {
    find: async (migrationId) => toNotes(await find(migrationId)),

    async keepCalls(migrationId, calls) {
      await write(migrationId, 'SET promotedCalls = :calls', 'attribute_not_exists(promotedCalls)', {
        ':calls': calls,
      });
    },

    async claim(migrationId, { requestId, attempt, connections }) {
      const claim =
        'SET requestId = :request, attempt = :attempt, connections = list_append(if_not_exists(connections, :none), :mine)';
      const values = { ':request': requestId, ':attempt': attempt, ':none': [], ':mine': [connections] };
      const [isAnothers, isOurs] = [
        'attribute_exists(requestId) AND requestId <> :request AND decision <> :return',
        'attribute_not_exists(requestId) OR requestId = :request OR attribute_not_exists(decision) OR decision = :return',
      ];
      // Both conditions together hold always; a claim in between changes which.
      for (;;) {
        const claimed =
          (await write(migrationId, claim, isOurs, { ...values, ':return': 'return' })) ??
          (await write(migrationId, `${claim} REMOVE decision, because, decidedAt`, isAnothers, {
            ...values,
            ':return': 'return',
          }));
        if (claimed) return { ...toNotes(claimed), connections: claimed.connections ?? [] };
      }
    },

    async decide(migrationId, attempt, { decision, because, decidedAt }) {
      const decided = await write(
        migrationId,
        'SET decision = :decision, because = :because, decidedAt = if_not_exists(decidedAt, :at)',
        'attempt = :attempt AND (attribute_not_exists(decision) OR decision = :decision)',
        { ':attempt': attempt, ':decision': decision, ':because': because, ':at': decidedAt },
      );
      if (decided) return decided.decision;
      const standing = await find(migrationId);
      return standing.attempt === attempt ? standing.decision : undefined;
    },
  };
};

/** The table that the template names. @throws EnvironmentError */
export const theRollbacks = (): Rollbacks => rollbacksIn(readEnvironment({ TABLE_NAME: text }).TABLE_NAME);
