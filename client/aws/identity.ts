import { GetCallerIdentityCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';

export interface Identity {
  accountId: string;
  arn: string;
}

/** Whose credentials these are, as STS says. @throws what the SDK throws; an Error where STS says nothing */
export const askIdentity = async (settings: STSClientConfig, timeoutMs: number): Promise<Identity> => {
  const sts = new STSClient({ ...settings, maxAttempts: 1 });
  try {
    const abortSignal = AbortSignal.timeout(timeoutMs);
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}), { abortSignal });
    if (!Account || !Arn) throw new Error('STS names nobody');
    return { accountId: Account, arn: Arn };
  } finally {
    sts.destroy();
  }
};
