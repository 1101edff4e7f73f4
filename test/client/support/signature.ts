import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const canonicalQuery = (search: string): string =>
  [...new URLSearchParams(search)]
    .map(([name, value]) => [escaped(name), escaped(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

/**
 * What a receiver of Signature Version 4 computes of a request as it came in, written from
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html and not by the signer's library.
 * @returns what is wrong with it; nothing when the signature is that of `secret`
 */
export const faultOf = (request: IncomingMessage, body: string, secret: string): string | undefined => {
  const form = /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/;
  const [, credential = '', signedHeaders = '', signature] = form.exec(request.headers.authorization ?? '') ?? [];
  if (signature === undefined) return `no signature: ${request.headers.authorization}`;
  const [, date = '', region = '', service = '', end = ''] = credential.split('/');
  const [path = '', search = ''] = (request.url ?? '').split('?');
  const names = signedHeaders.split(';');
  for (const needed of ['host', 'x-amz-date']) if (!names.includes(needed)) return `${needed} is not signed`;
  const canonicalRequest = [
    request.method,
    // Every service but S3 escapes what was escaped for the way once more.
    path.split('/').map(escaped).join('/'),
    canonicalQuery(search),
    ...names.map((name) => `${name}:${String(request.headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders,
    sha256(body),
  ].join('\n');
  const scope = `${date}/${region}/${service}/${end}`;
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonicalRequest)].join('\n');
  const key = [date, region, service, end].reduce<string | Buffer>(
    (secretSoFar, part) => hmac(secretSoFar, part),
    `AWS4${secret}`,
  );
  return hmac(key, toSign).toString('hex') === signature ? undefined : `wrong signature of\n${canonicalRequest}`;
};

/** The scope that a request is signed for: `20260312/us-west-2/execute-api/aws4_request`. */
export const scopeOf = ({ headers }: IncomingMessage): string =>
  /Credential=[^/]+\/(\S+),/.exec(headers.authorization ?? '')?.[1] ?? '';
