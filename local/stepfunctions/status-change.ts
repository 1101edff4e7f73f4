import type { Execution } from './interpreter/execution.ts';

/**
 * `detail` of the event `Step Functions Execution Status Change` (source `aws.states`). Dates are milliseconds since the epoch.
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export interface ExecutionStatusChangeDetail {
  executionArn: string;
  stateMachineArn: string;
  name: string;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  startDate: number;
  stopDate: number | null;
  input: string;
  output: string | null;
  error: string | null;
  cause: string | null;
  inputDetails: { included: boolean };
  outputDetails: { included: boolean } | null;
  stateMachineVersionArn: null;
  stateMachineAliasArn: null;
  redriveCount: number;
  redriveDate: null;
  redriveStatus: 'NOT_REDRIVABLE' | 'REDRIVABLE';
  redriveStatusReason: string | null;
}

const INCLUDED = { included: true };

/** Whether and why an execution could be redriven, as DescribeExecution and the event tell it. Redriving is not implemented. */
export const redrive = ({ status }: Execution) => {
  if (status === 'RUNNING' || status === 'SUCCEEDED') {
    const redriveStatusReason = `Execution is ${status} and cannot be redriven`;
    return { redriveCount: 0, redriveStatus: 'NOT_REDRIVABLE' as const, redriveStatusReason };
  }
  return { redriveCount: 0, redriveStatus: 'REDRIVABLE' as const };
};

export const statusChangeOf = (execution: Execution): ExecutionStatusChangeDetail => ({
  executionArn: execution.arn,
  stateMachineArn: execution.revision.arn,
  name: execution.name,
  status: execution.status as ExecutionStatusChangeDetail['status'],
  startDate: execution.startDate.getTime(),
  stopDate: execution.stopDate?.getTime() ?? null,
  input: execution.input.json,
  output: execution.output?.json ?? null,
  error: execution.error ?? null,
  cause: execution.cause ?? null,
  inputDetails: INCLUDED,
  outputDetails: execution.output === undefined ? null : INCLUDED,
  stateMachineVersionArn: null,
  stateMachineAliasArn: null,
  redriveDate: null,
  redriveStatusReason: null,
  ...redrive(execution),
});
