import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { type Names, namesOf } from './secret-endpoints.ts';

/** What is said to a server to be let in. It shows nothing of itself, to whatever prints or serialises it. */
export class Login {
  readonly #username: string | undefined;
  readonly #password: string;

  constructor(password: string, username?: string) {
    this.#username = username;
    this.#password = password;
  }

  command(): string[] {
    return ['AUTH', ...(this.#username === undefined ? [] : [this.#username]), this.#password];
  }
}

/** How a server is dialled by TLS. Its certificate is always verified. */
export interface SecretTls {
  /** Where it listens for TLS; absent where that is the endpoint's own port. */
  port?: number;
  /** For the server's name and its certificate; absent: the endpoint's own address. */
  serverName?: string;
  /** With the CA of the secret, or the system's, and the client's certificate if there is one. */
  secureContext: SecureContext;
}

export interface SourceSecret {
  login?: Login;
  tls?: SecretTls;
}

/** A secret as far as it could be read. */
export interface ReadSecret {
  /** Absent where `endpoints` itself is wrong: it might be meant for any server. */
  names?: Names;
  /** Absent where anything is wrong. */
  secret?: SourceSecret;
  /** What is wrong, each as the end of a sentence; never a part of what is in it, the names of unknown fields neither. */
  problems: string[];
}

const MOST_ENDPOINTS = 100;
/** A name of DNS, for SNI: an IP address has no place in it (RFC 6066, 3). */
const SERVER_NAME = /^(?=.*[a-z])[a-z\d_](?:[\w.-]{0,251}\w)?$/i;

/** @param text `{"endpoints": ["10.0.0.5:6379"], "username", "password", "tls": {"port", "ca", "serverName", "cert", "key"}}` */
export const readSecret = (text: string): ReadSecret => {
  const body = parsed(text);
  if (!isObject(body)) return { problems: ['is no JSON object'] };
  const { endpoints, username, password, tls, ...unknown } = body;
  const named = Array.isArray(endpoints)
    ? endpoints.map((one) => (typeof one === 'string' ? namesOf(one) : undefined))
    : [];
  const problems = [
    ...endpointProblems(endpoints, named),
    ...loginProblems(username, password, tls),
    ...unknownFields(unknown, '', 'endpoints, username, password, tls'),
  ];
  const names: Names = (endpoint, addresses) => named.some((one) => one?.(endpoint, addresses));
  const isNamed = named.length > 0 && !named.includes(undefined) && { names };
  const secure = tls === undefined ? undefined : readTls(tls);
  problems.push(...(secure?.problems ?? []));
  if (problems.length > 0) return { ...isNamed, problems };
  return {
    ...isNamed,
    secret: {
      ...(typeof password === 'string' && { login: new Login(password, username as string | undefined) }),
      ...(secure?.tls && { tls: secure.tls }),
    },
    problems,
  };
};

const endpointProblems = (endpoints: unknown, named: readonly (Names | undefined)[]): string[] => {
  if (!Array.isArray(endpoints) || endpoints.length === 0 || endpoints.length > MOST_ENDPOINTS)
    return [`endpoints is no list of 1 to ${MOST_ENDPOINTS} endpoints`];
  return named.flatMap((one, at) =>
    one ? [] : [`endpoints/${at} is no host:port or network:port (of /16 at the widest, IPv6 of /44 and in brackets)`],
  );
};

const loginProblems = (username: unknown, password: unknown, tls: unknown): string[] => [
  ...(username === undefined || isFilled(username) ? [] : ['username is no text, or empty']),
  ...(password === undefined || isFilled(password) ? [] : ['password is no text, or empty']),
  ...(username !== undefined && password === undefined ? ['username is there, and password is not'] : []),
  ...(password === undefined && tls === undefined ? ['there is neither password nor tls in it'] : []),
];

const readTls = (tls: unknown): { tls?: SecretTls; problems: string[] } => {
  if (!isObject(tls)) return { problems: ['tls is no object'] };
  const { port, ca, serverName, cert, key, ...unknown } = tls;
  const problems = [
    ...(port === undefined || isPort(port) ? [] : ['tls/port is no port']),
    ...(serverName === undefined || (typeof serverName === 'string' && SERVER_NAME.test(serverName))
      ? []
      : ['tls/serverName is no name of DNS']),
    ...(ca === undefined || areCertificates(ca) ? [] : ['tls/ca has no certificates in PEM']),
    ...(cert === undefined || areCertificates(cert) ? [] : ['tls/cert has no certificate in PEM']),
    ...((cert === undefined) === (key === undefined)
      ? []
      : ['of tls/cert and tls/key one is there, and the other is not']),
    ...(key === undefined || isFilled(key) ? [] : ['tls/key is no text, or empty']),
    ...unknownFields(unknown, 'tls/', 'port, ca, serverName, cert, key'),
  ];
  if (problems.length > 0) return { problems };
  try {
    const secureContext = createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca !== undefined && { ca: ca as string }),
      ...(cert !== undefined && { cert: cert as string, key: key as string }),
    });
    return {
      tls: {
        ...(port !== undefined && { port: port as number }),
        ...(serverName !== undefined && { serverName: serverName as string }),
        secureContext,
      },
      problems,
    };
  } catch {
    // What OpenSSL says of it is in no words of an operator's.
    return { problems: ['tls/key is no private key in PEM without a passphrase, or not that of tls/cert'] };
  }
};

/** The words of JSON.parse would repeat a part of the text. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isFilled = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isPort = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535;

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** One or more; all of them can be read. */
const areCertificates = (value: unknown): boolean => {
  const blocks = typeof value === 'string' ? (value.match(BLOCK) ?? []) : [];
  try {
    return blocks.length > 0 && blocks.every((block) => new X509Certificate(block));
  } catch {
    return false;
  }
};

/** How many, since a name of one may be what was to be kept secret. */
const unknownFields = (unknown: object, at: string, known: string): string[] => {
  const { length } = Object.keys(unknown);
  return length === 0 ? [] : [`${at ? `${at} has` : 'it has'} ${length} fields beside ${known}`];
};
