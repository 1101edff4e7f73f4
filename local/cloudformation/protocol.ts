import type { Stack } from '@aws-sdk/client-cloudformation';
import { QueryError, queryWire } from '../endpoint/query-wire.ts';
import { queryXml } from '../endpoint/query-xml.ts';
import type { WireService } from '../endpoint/wire.ts';
import { arn } from '../identity.ts';

/** A stack that stands, as the embedded AWS has booted it. */
export interface StackModel {
  name: string;
  createdAt: Date;
  outputs: Readonly<Record<string, string>>;
}

/** The id that `AWS::StackId` gives. */
const idOf = ({ name }: StackModel): string => arn('cloudformation', `stack/${name}/embedded`);

const describe = (stack: StackModel): Stack => ({
  StackId: idOf(stack),
  StackName: stack.name,
  CreationTime: stack.createdAt,
  DisableRollback: false,
  StackStatus: 'CREATE_COMPLETE',
  Capabilities: ['CAPABILITY_IAM'],
  Outputs: Object.entries(stack.outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
});

/** CloudFormation's DescribeStacks (API version 2010-05-15), for the one stack that there is. */
export const cloudFormationWire = (stack: StackModel): WireService =>
  queryWire('CloudFormation', queryXml('http://cloudformation.amazonaws.com/doc/2010-05-15/'), {
    DescribeStacks: {
      parameters: ['StackName'],
      run: (form) => {
        const asked = form.get('StackName');
        // CloudFormation has no code of its own for it.
        if (asked !== null && asked !== stack.name && asked !== idOf(stack))
          throw new QueryError('ValidationError', `Stack with id ${asked} does not exist`);
        return { Stacks: [describe(stack)] };
      },
    },
  });
