import { type PutEventsEntry, PutEventsValidationError } from '../eventbridge/put-events.ts';
import type { EventBridge } from '../eventbridge/service.ts';
import { type Integration, TaskError } from '../stepfunctions/service.ts';
import { Properties } from '../template/properties.ts';
import { sdkMetadata, serviceCause } from './service-errors.ts';

/**
 * `arn:aws:states:::events:putEvents`: a Detail that is an object is serialised, the machine's and the execution's ARN are
 * added to each entry's resources, and one refused entry fails the task, though the others were sent.
 */
export const eventsPutEvents =
  (eventBridge: EventBridge): Integration =>
  async (given, { executionArn, stateMachineArn }) => {
    const args = new Properties('events:putEvents', given).only(['Entries']);
    const entries = args.list('Entries').map((values, index): PutEventsEntry => {
      const entry = new Properties(`events:putEvents.Entries[${index}]`, values);
      entry.only(['Source', 'DetailType', 'Detail', 'EventBusName', 'Resources', 'Time']);
      const { Detail, Resources = [], ...rest } = entry.values as Omit<PutEventsEntry, 'Detail'> & { Detail?: unknown };
      return {
        ...rest,
        Detail: typeof Detail === 'string' ? Detail : (JSON.stringify(Detail) as string),
        Resources: [...Resources, stateMachineArn, executionArn],
      };
    });
    try {
      const answer = eventBridge.putEvents(entries);
      if (answer.FailedEntryCount > 0) throw new TaskError('EventBridge.FailedEntry', JSON.stringify(answer));
      return { ...answer, ...sdkMetadata() };
    } catch (error) {
      if (!(error instanceof PutEventsValidationError)) throw error;
      throw new TaskError('EventBridge.EventBridgeException', serviceCause('EventBridge', 400, error.message));
    }
  };
