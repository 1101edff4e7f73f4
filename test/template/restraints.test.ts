import { describe, expect, it } from 'vitest';
import { resolveIntrinsics, type Scope } from '../../local/template/intrinsics.ts';
import { sectionOf, textOf } from '../docs/sources.ts';
import { MANAGED_POLICIES, managedPoliciesOf } from './managed-policies.ts';
import { functions, policiesOf, type Resource, resourcesOf, statementsOf, template } from './support.ts';

interface Deny {
  Effect: string;
  Action: string[];
  NotResource?: string[];
  Resource?: string;
  Condition?: Record<string, Record<string, string>>;
}

const nothing = () => {
  throw new Error('is not asked for');
};
/** As CloudFormation hands the policy to IAM. */
const denyOf = (logicalId: string, parameters: Record<string, string> = {}): Deny => {
  const values: Record<string, string> = {
    'AWS::Partition': 'aws',
    'AWS::Region': 'eu-west-1',
    'AWS::AccountId': '111122223333',
    ...parameters,
  };
  const scope: Scope = {
    ref: nothing,
    getAtt: nothing,
    condition: nothing,
    mapping: nothing,
    placeholder: (name) => values[name],
  };
  const { PolicyDocument } = resolveIntrinsics(template.Resources[logicalId]?.Properties, scope) as {
    PolicyDocument: { Statement: [Deny] };
  };
  expect(PolicyDocument.Statement).toHaveLength(1);
  return PolicyDocument.Statement[0];
};
const arn = (resource: string) => `arn:aws:elasticache:eu-west-1:111122223333:${resource}`;
/** IAM's `*` and `?`. */
const isLike = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  ).test(text);
const actionsOf = (resource: Resource) => statementsOf(resource).flatMap(({ Action }) => Action);

describe('replication groups outside of ReplicationGroupIds', () => {
  const ten = Array.from({ length: 10 }, (_, at) => `group-${at}`);

  it.each([
    ['*', ['orders', 'a'], []],
    ['orders-*,cache', ['orders-1', 'cache'], ['orders', 'cache-2', 'my-orders-1', '']],
    [ten.join(','), ten, ['group-10', 'group']],
  ])('are denied by IAM: with %s all but these', (ReplicationGroupIds, inside, outside) => {
    const { Effect, NotResource = [] } = denyOf('ReplicationGroupsOutside', { ReplicationGroupIds });
    const isDenied = (resource: string) => !NotResource.some((pattern) => isLike(pattern, arn(resource)));

    expect(Effect).toBe('Deny');
    expect(inside.filter((id) => isDenied(`replicationgroup:${id}`))).toEqual([]);
    expect(outside.filter((id) => !isDenied(`replicationgroup:${id}`))).toEqual([]);
    expect(isDenied('cluster:orders-001')).toBe(false);
  });

  it('are denied to every role that changes a group, in every action of it that changes one', () => {
    const { Action } = denyOf('ReplicationGroupsOutside', { ReplicationGroupIds: '*' });
    const changing = functions.flatMap(([name, resource]) => {
      const actions = actionsOf(resource).filter((action) => /^elasticache:(?!Describe)/.test(action));
      return actions.length > 0 ? [{ name, actions }] : [];
    });

    expect([...new Set(changing.flatMap(({ actions }) => actions))].sort()).toEqual(Action.toSorted());
    expect(
      functions.filter(([, one]) => policiesOf(one).includes('ReplicationGroupsOutside')).map(([name]) => name),
    ).toEqual(changing.map(({ name }) => name));
  });
});

describe("policies of AWS's own", () => {
  it('are told, with what they allow, and why they stay', () => {
    const page = sectionOf(textOf('docs/security.md'), 'Permissions of the functions');
    const all = [...functions, ...resourcesOf('AWS::Serverless::StateMachine')];

    for (const { name, reason, isGivenTo } of MANAGED_POLICIES) {
      expect(page).toContain(`\`${name}\``);
      expect([name, reason.length > 40, all.some(([, resource]) => isGivenTo(resource))]).toEqual([name, true, true]);
    }
    expect(functions.filter(([, resource]) => managedPoliciesOf(resource).length < 2)).toEqual([]);
  });

  it('give network interfaces to Lambda, and not to the code of a function in the VPC', () => {
    const { Effect, Action, Resource: on, Condition } = denyOf('NetworkInterfacesByCode');
    const vpc = MANAGED_POLICIES.find(({ name }) => name === 'AWSLambdaVPCAccessExecutionRole');
    const given = functions.filter(([, resource]) => vpc?.isGivenTo(resource)).map(([name]) => name);

    // Only requests of the code have the key: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    expect([Effect, on, Condition]).toEqual(['Deny', '*', { Null: { 'lambda:SourceFunctionArn': 'false' } }]);
    expect(vpc?.actions.filter((action) => !Action.includes(action))).toEqual([]);
    expect(given.length).toBeGreaterThan(5);
    expect(
      functions.filter(([, one]) => policiesOf(one).includes('NetworkInterfacesByCode')).map(([name]) => name),
    ).toEqual(given);
  });
});
