import type { Endpoint } from '../migration/record.ts';
import { shown } from '../migration/shown.ts';
import type { LoginProblem } from '../preflight/ports.ts';
import { shellWord } from '../preflight/text.ts';
import { putting, secretName } from './source-secrets.ts';

/** A server, or its certificate, refuses what it was met with. Holds nothing of that. Never leaves the adapters, so it has no code. */
export class LoginError extends Error {
  readonly problem: LoginProblem;
  /** Somebody has named the password in a command line: another one will not come. */
  readonly isFinal: boolean;

  constructor(problem: LoginProblem, isFinal = false) {
    super(problem.text);
    this.problem = problem;
    this.isFinal = isFinal;
  }
}

/**
 * What a refusal of AUTH means. Its text is never repeated: a server on which AUTH has another name answers with the
 * arguments of the command that it does not know, and these are the user and the password.
 */
const REFUSALS: Record<string, string> = {
  WRONGPASS: 'it refuses the user and the password (WRONGPASS): one of them is wrong, or the user is off',
  NOPERM: 'it does not let AUTH be called (NOPERM)',
  ERR: 'it refuses AUTH (ERR): the password is wrong, none is set, or AUTH has another name there',
  // Whoever reads these tries again.
  BUSY: 'it answered BUSY to AUTH',
  LOADING: 'it answered LOADING to AUTH',
};

/**
 * @param kind the first word of the refusal
 * @param arn of the secret that was used; absent where the user of a command line has named user and password
 */
export const authRefused = (endpoint: Endpoint, kind: string, arn?: string): LoginError =>
  new LoginError(
    { text: told(endpoint, REFUSALS[kind] ?? 'it refuses AUTH', arn), remedy: arn ? [putting(arn)] : [] },
    arn === undefined && !PASSING.has(kind),
  );

const PASSING = new Set(['BUSY', 'LOADING']);

const told = ({ address, port }: Endpoint, why: string, arn: string | undefined): string =>
  `${address}:${port}${arn ? ` with the secret ${secretName(arn)}` : ''}: ${why}`;

/** Node's codes of a certificate that does not hold (tls, X509 certificate error codes). */
const CERTIFICATES: Record<string, string> = {
  CERT_HAS_EXPIRED: 'its certificate, or that of its CA, has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name than the one that is dialled, or that the secret gives',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself, and is not the CA of the secret',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of a CA that is not the one of the secret',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of a CA that is not the one of the secret',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is of a CA that is not the one of the secret',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is of a CA that is not the one of the secret',
  CERT_SIGNATURE_FAILURE: 'its certificate is not signed by the CA of the secret',
  CERT_REVOKED: 'its certificate is revoked',
  INVALID_PURPOSE: 'its certificate is not for a server',
};

/**
 * A failure of a TLS connection as a refusal, where it is one.
 *
 * @param at where it was dialled
 * @returns undefined where it has nothing to do with TLS
 */
export const tlsRefused = (at: Endpoint, error: unknown, arn?: string): LoginError | undefined => {
  const { code = '', reason = '' } = error as { code?: string; reason?: string };
  const why = CERTIFICATES[code] ?? handshakeFailure(code, shown(reason || code, 60));
  return why === undefined ? undefined : new LoginError({ text: told(at, why, arn), remedy: [showingCertificate(at)] });
};

const handshakeFailure = (code: string, reason: string): string | undefined => {
  if (/ALERT/.test(code))
    return `it ends the TLS handshake (${reason}): it wants a certificate of a client, or another one`;
  return /^ERR_SSL|^EPROTO$/.test(code) ? `it speaks no TLS there that is understood (${reason})` : undefined;
};

const showingCertificate = ({ address, port }: Endpoint): string =>
  `openssl s_client -connect ${shellWord(address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`)} </dev/null | openssl x509 -noout -dates -ext subjectAltName`;
