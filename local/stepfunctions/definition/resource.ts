const SERVICE = /^arn:aws[a-z-]*:states:::((?:aws-sdk:)?[^:]+):(.+)$/;
const FUNCTION = /^arn:aws[a-z-]*:lambda:[^:]*:[^:]*:function:[^:]+(:[^:]+)?$/;
const TOKEN_SUFFIX = '.waitForTaskToken';

/** Lambda's optimized integration, which a function's ARN as Resource is called through as well. */
const LAMBDA_INVOKE = 'arn:aws:states:::lambda:invoke';

export interface TaskResource {
  /** What the integration is registered under: the resource without `.waitForTaskToken`. */
  integration: string;
  waitsForToken: boolean;
  /** The function's ARN when the resource is one. */
  functionArn: string | undefined;
  /** As the history shows them: `lambda` and `invoke.waitForTaskToken`, `aws-sdk:elasticache` and `describeEvents`. */
  resourceType: string;
  resource: string;
}

/** @returns undefined for what is no resource of a task */
export const parseResource = (text: string): TaskResource | undefined => {
  if (FUNCTION.test(text)) {
    return {
      integration: LAMBDA_INVOKE,
      waitsForToken: false,
      functionArn: text,
      resourceType: 'lambda',
      resource: text,
    };
  }
  const [, resourceType, resource] = SERVICE.exec(text) ?? [];
  if (resourceType === undefined || resource === undefined) return undefined;
  const waitsForToken = text.endsWith(TOKEN_SUFFIX);
  const integration = waitsForToken ? text.slice(0, -TOKEN_SUFFIX.length) : text;
  return { integration, waitsForToken, functionArn: undefined, resourceType, resource };
};
