import type { HistoryEvent } from '@aws-sdk/client-sfn';

const DATA = new Set(['input', 'inputDetails', 'output', 'outputDetails']);

/** An event as `includeExecutionData: false` shows it: everything but the inputs and outputs. */
export const withoutData = (event: HistoryEvent): HistoryEvent =>
  Object.fromEntries(
    Object.entries(event).map(([key, value]) => [key, key.endsWith('EventDetails') ? bare(value) : value]),
  ) as unknown as HistoryEvent;

const bare = (details: object): object => Object.fromEntries(Object.entries(details).filter(([key]) => !DATA.has(key)));
