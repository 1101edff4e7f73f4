import {
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  type GetExecutionHistoryOutput,
  type HistoryEvent,
  InvalidToken,
  SFNClient,
} from '@aws-sdk/client-sfn';
import type { Announced } from '../migration/announced.ts';
import type { TimelineEntry, Workflow } from '../migration/ports.ts';
import { InvalidRequestError } from '../migration/request-errors.ts';
import { readEnvironment, text } from './environment.ts';
import { naming } from './transient.ts';

const stepFunctions = new SFNClient({});

/** Step Functions gives no more at once. */
const LARGEST_PAGE = 1000;

/** What executions have done. @throws EnvironmentError */
export const executionHistory = (): Pick<Workflow, 'history' | 'announced' | 'settlementArn'> => {
  const { SETTLEMENT_STATE_MACHINE_ARN: settlement } = readEnvironment({ SETTLEMENT_STATE_MACHINE_ARN: text });
  return {
    settlementArn: (name) => `${settlement.replace(':stateMachine:', ':execution:')}:${name}`,

    async history(executionArn, nextToken) {
      const page = await pageOf({ executionArn, maxResults: 100, includeExecutionData: false, nextToken });
      return page && { timeline: (page.events ?? []).map(toTimelineEntry), ...withToken(page) };
    },

    async announced(executionArn, nextToken) {
      const newestFirst = { maxResults: LARGEST_PAGE, reverseOrder: true, includeExecutionData: true };
      const page = await pageOf({ executionArn, ...newestFirst, nextToken });
      return page && { events: (page.events ?? []).flatMap(toAnnounced), ...withToken(page) };
    },
  };
};

/** Undefined when there is no such execution. @throws InvalidRequestError for a token that is none of ours */
const pageOf = (
  input: ConstructorParameters<typeof GetExecutionHistoryCommand>[0],
): Promise<GetExecutionHistoryOutput | undefined> =>
  naming('Read execution history', async () => {
    try {
      return await stepFunctions.send(new GetExecutionHistoryCommand(input));
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return undefined;
      if (error instanceof InvalidToken) {
        throw new InvalidRequestError([{ parameter: 'nextToken', detail: 'is not a token that this API gave' }]);
      }
      throw error;
    }
  });

const withToken = ({ nextToken }: GetExecutionHistoryOutput) => (nextToken ? { nextToken } : {});

/** Only what is for showing: parameters hold task tokens, inputs and outputs customers' data. */
const toTimelineEntry = (event: HistoryEvent): TimelineEntry => {
  const details = Object.entries(event).find(([name, value]) => name.endsWith('Details') && value)?.[1] as
    | { name?: string; error?: string; cause?: string }
    | undefined;
  const state = event.stateEnteredEventDetails?.name ?? event.stateExitedEventDetails?.name;
  return {
    id: event.id ?? 0,
    at: timeOf(event),
    type: event.type ?? 'Unknown',
    ...(state && { state }),
    ...(details?.error && { error: details.error }),
    ...(details?.cause && { cause: details.cause }),
  };
};

const timeOf = ({ timestamp }: HistoryEvent): string => (timestamp ?? new Date(0)).toISOString();

/** What goes to the bus is for everybody's eyes; of no other call are the parameters read. */
const toAnnounced = (event: HistoryEvent): Announced[] => {
  const { resourceType, resource, parameters } = event.taskScheduledEventDetails ?? {};
  if (resourceType !== 'events' || resource !== 'putEvents') return [];
  const { Entries } = JSON.parse(parameters ?? '{"Entries":[]}') as {
    Entries: { DetailType: string; Detail: Announced['detail'] }[];
  };
  return Entries.map(({ DetailType, Detail }) => ({ at: timeOf(event), detailType: DetailType, detail: Detail }));
};
