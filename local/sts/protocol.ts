import { queryWire } from '../endpoint/query-wire.ts';
import { queryXml } from '../endpoint/query-xml.ts';
import { callerOf } from '../endpoint/router.ts';
import type { WireService } from '../endpoint/wire.ts';
import { ACCOUNT, PARTITION } from '../identity.ts';

/** What IAM takes in a user's name. */
const NO_NAME = /[^\w+=,.@-]/g;

/** GetCallerIdentity of STS (API version 2011-06-15). Whoever signs is a user by the name of the access key. */
export const stsWire: WireService = queryWire('STS', queryXml('https://sts.amazonaws.com/doc/2011-06-15/'), {
  GetCallerIdentity: {
    parameters: [],
    run: (_, request) => {
      const key = (callerOf(request) ?? 'nobody').replace(NO_NAME, '');
      return { Arn: `arn:${PARTITION}:iam::${ACCOUNT}:user/${key}`, UserId: key, Account: ACCOUNT };
    },
  },
});
