import { arn, ruleArn } from '../identity.ts';
import type { RuleModel, ScheduleModel, TargetModel } from './model.ts';
import { Properties } from './properties.ts';

/** EventBridge's defaults; EventBridge Scheduler has the same. */
const DEFAULT_RETRY_ATTEMPTS = 185;
const DEFAULT_EVENT_AGE_SECONDS = 86_400;

const TARGET_PROPERTIES = ['Input', 'InputPath', 'RetryPolicy', 'DeadLetterConfig'];

const readTarget = (target: Properties, id: string, targetArn: string): TargetModel => {
  const retry = target.in('RetryPolicy').only(['MaximumRetryAttempts', 'MaximumEventAgeInSeconds']);
  const deadLetter = target.in('DeadLetterConfig').only(['Arn']);
  return {
    id,
    arn: targetArn,
    ...target.optionalText('Input', 'input'),
    ...target.optionalText('InputPath', 'inputPath'),
    retry: {
      maximumRetryAttempts: retry.number('MaximumRetryAttempts', DEFAULT_RETRY_ATTEMPTS),
      maximumEventAgeSeconds: retry.number('MaximumEventAgeInSeconds', DEFAULT_EVENT_AGE_SECONDS),
    },
    ...deadLetter.optionalText('Arn', 'deadLetterArn'),
  };
};

/** An `EventBridgeRule` event of a function or a state machine: SAM makes a rule with one target of it. */
export const readRuleEvent = (event: Properties, name: string, targetArn: string): RuleModel => {
  event.only([...TARGET_PROPERTIES, 'EventBusName', 'Pattern', 'RuleName', 'State', 'Target'], ['Description']);
  const ruleName = event.text('RuleName', name);
  const busName = busNameOf(event);
  return {
    name: ruleName,
    arn: ruleArn(busName, ruleName),
    busName,
    pattern: event.map('Pattern'),
    enabled: event.text('State', 'ENABLED') !== 'DISABLED',
    targets: [readTarget(event, event.in('Target').only(['Id']).text('Id', name), targetArn)],
  };
};

/** A `Schedule` (a scheduled rule) or `ScheduleV2` (EventBridge Scheduler) event. */
export const readScheduleEvent = (event: Properties, name: string, targetArn: string, v2: boolean): ScheduleModel => {
  event.only(
    [...TARGET_PROPERTIES, 'Schedule', 'ScheduleExpression', 'Name', 'Enabled', 'State'],
    // The embedded scheduler fires on time, and needs no role.
    ['Description', 'FlexibleTimeWindow', 'RoleArn', 'PermissionsBoundary', 'OmitName'],
  );
  const scheduleName = event.text('Name', name);
  return {
    name: scheduleName,
    arn: v2 ? arn('scheduler', `schedule/default/${scheduleName}`) : ruleArn('default', scheduleName),
    source: v2 ? 'aws.scheduler' : 'aws.events',
    expression: event.text(v2 ? 'ScheduleExpression' : 'Schedule'),
    enabled: event.text('State', 'ENABLED') !== 'DISABLED' && event.flag('Enabled', true),
    target: readTarget(event, name, targetArn),
  };
};

/** An `AWS::Events::Rule`: it has a pattern, a schedule, or both. */
export const readRule = (rule: Properties, name: string): { rule?: RuleModel; schedules: ScheduleModel[] } => {
  rule.only(
    ['Name', 'EventBusName', 'EventPattern', 'ScheduleExpression', 'State', 'Targets'],
    ['Description', 'RoleArn'],
  );
  const busName = busNameOf(rule);
  const enabled = rule.text('State', 'ENABLED') !== 'DISABLED';
  const targets = rule.list('Targets').map((values, index) => {
    const target = new Properties(`${rule.where}.Targets[${index}]`, values);
    target.only(['Id', 'Arn', ...TARGET_PROPERTIES], ['RoleArn']);
    return readTarget(target, target.text('Id'), target.text('Arn'));
  });
  const ruleIdentity = { name, arn: ruleArn(busName, name), enabled };
  const schedules = rule.has('ScheduleExpression')
    ? targets.map((target) => ({
        ...ruleIdentity,
        source: 'aws.events' as const,
        expression: rule.text('ScheduleExpression'),
        target,
      }))
    : [];
  return rule.has('EventPattern')
    ? { rule: { ...ruleIdentity, busName, pattern: rule.map('EventPattern'), targets }, schedules }
    : { schedules };
};

/** A bus is named by its name or by its ARN. */
const busNameOf = (rule: Properties): string => rule.text('EventBusName', 'default').replace(/^arn:.*:event-bus\//, '');
