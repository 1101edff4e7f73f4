import { promises as dns, type LookupAddress } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { NetworkNotAllowedError } from '../migration/errors.ts';
import type { Endpoint } from '../migration/record.ts';
import type { LoginProblem } from '../preflight/ports.ts';
import { type AllowedNetworks, theDialledNetworks } from './allowed-networks.ts';
import { LoginError } from './login.ts';
import type { Login } from './source-secret.ts';
import { type Found, NO_SECRETS, type SourceSecrets } from './source-secrets.ts';

/** Where a connection goes, as net.connect takes it. A name keeps its name, and leads to what it was when it was checked. */
export interface Way {
  host: string;
  port: number;
  lookup?: LookupFunction;
}

/** How a server is met: where, and with what the deployment has for it. */
export interface Approach {
  way: Way;
  /** In clear where it is absent. */
  tls?: ConnectionOptions;
  login?: Login;
  /** Of the secret that says so. */
  arn?: string;
  versionId?: string;
}

export interface DiallerOptions {
  /**
   * What is done where nobody can tell what a server is to be met with, since a secret cannot be read or used: `plain` asks as
   * anybody would, and the server says what it refuses; `refuse` is for who would take less than is allowed for all there is.
   */
  inDoubt: 'plain' | 'refuse';
}

/**
 * Every connection to a Redis goes through here, and this is the only file that opens a socket: whatever names the server (a
 * request, a record, another server's INFO), it is dialled only inside of the allowed networks. A name is looked up once; all
 * of its addresses have to be allowed, and only they are dialled, so that a second answer of DNS cannot lead elsewhere.
 */
export class Dialler {
  readonly #networks: AllowedNetworks;
  readonly #secrets: SourceSecrets;
  readonly #options: DiallerOptions;

  constructor(
    networks: AllowedNetworks = theDialledNetworks(),
    secrets = NO_SECRETS,
    options: DiallerOptions = { inDoubt: 'plain' },
  ) {
    this.#networks = networks;
    this.#secrets = secrets;
    this.#options = options;
  }

  /** Where it is, and nothing else: in clear, and as nobody. @throws NetworkNotAllowedError, and what DNS throws */
  async way(endpoint: Endpoint): Promise<Way> {
    return (await this.#judged(endpoint)).way;
  }

  /**
   * How a server is met: where it is, and with what the deployment has for it.
   *
   * @throws NetworkNotAllowedError, LoginError in doubt, and what DNS throws
   */
  async approach(endpoint: Endpoint): Promise<Approach> {
    const { way, addresses } = await this.#judged(endpoint);
    const found = await this.#secrets.find(endpoint, addresses);
    const [problem] = found.problems;
    if (problem && !found.secret && this.#options.inDoubt === 'refuse') throw new LoginError(problem);
    return approachBy(endpoint, way, found);
  }

  /**
   * For whoever was refused: the secret may have been rotated a moment ago.
   *
   * @returns undefined where nothing else is in it by now, or it was read in the last seconds
   * @throws as {@link approach}
   */
  async newer(endpoint: Endpoint, { versionId }: Approach): Promise<Approach | undefined> {
    if (versionId === undefined) return undefined;
    const { way, addresses } = await this.#judged(endpoint);
    const found = await this.#secrets.find(endpoint, addresses, true);
    return found.secret && found.versionId !== versionId ? approachBy(endpoint, way, found) : undefined;
  }

  /** How long it may take to read the secrets, at the most; 0 where there are none. */
  get secretsWithinMs(): number {
    return this.#secrets.withinMs;
  }

  /**
   * Whether a secret names a server, read anew, and what is wrong with it. Nothing is dialled.
   *
   * @throws NetworkNotAllowedError, and what DNS throws
   */
  async secretsOf(endpoint: Endpoint): Promise<{ named: boolean; problems: LoginProblem[] }> {
    const { addresses } = await this.#judged(endpoint);
    const { named, problems } = await this.#secrets.find(endpoint, addresses, true);
    return { named, problems };
  }

  /** @throws NetworkNotAllowedError, and what DNS throws */
  async #judged({ address, port }: Endpoint): Promise<{ way: Way; addresses: string[] }> {
    const refuse = (why: string) => new NetworkNotAllowedError(address, port, why);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw refuse('its port is none');
    const refusal = this.#networks.refusalOf(address);
    if (refusal !== undefined) throw refuse(`it ${refusal}`);
    if (isIP(address) !== 0) return { way: { host: address, port }, addresses: [address] };
    const found = await lookUp(address);
    for (const one of found) {
      const why = this.#networks.refusal(one.address);
      if (why !== undefined) throw refuse(`it leads to ${one.address}, which ${why}`);
    }
    return {
      way: { host: address, port, lookup: answering(found) },
      addresses: found.map((one) => one.address),
    };
  }
}

/** The certificate is verified in any case, for the name that the secret gives, or for the address that is dialled. */
const approachBy = ({ address }: Endpoint, way: Way, { secret, arn, versionId }: Found): Approach => {
  if (!secret || arn === undefined || versionId === undefined) return { way };
  const { login, tls } = secret;
  const known = { arn, versionId, ...(login && { login }) };
  if (!tls) return { way, ...known };
  const { port = way.port, serverName, secureContext } = tls;
  const servername = serverName ?? (isIP(address) === 0 ? address : undefined);
  return {
    way: { ...way, port },
    tls: { secureContext, rejectUnauthorized: true, ...(servername !== undefined && { servername }) },
    ...known,
  };
};

/** The IP addresses of a name. @throws what DNS throws; Error when there is none */
export const lookUp = async (name: string): Promise<LookupAddress[]> => {
  const found = await dns.lookup(name, { all: true });
  if (found.length === 0) throw new Error('it has no address');
  return found;
};

const answering =
  (found: LookupAddress[]): LookupFunction =>
  (_name, options, answer) => {
    const [first] = found;
    if (options.all) answer(null, found);
    else answer(null, first?.address ?? '', first?.family);
  };

export const connectTcp = (way: Way): Socket => connect({ ...way, noDelay: true });

export const connectByTls = (way: Way, options: ConnectionOptions): TLSSocket =>
  connectTls({ ...options, ...way, ...NO_DELAY });

/** tls.connect hands it on to net.connect (Node, tls.connect), which its types leave out. */
const NO_DELAY: object = { noDelay: true };
