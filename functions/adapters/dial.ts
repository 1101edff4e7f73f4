import { promises as dns, type LookupAddress } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { NetworkNotAllowedError } from '../migration/errors.ts';
import type { Endpoint } from '../migration/record.ts';
import { type AllowedNetworks, theAllowedNetworks } from './allowed-networks.ts';

/** Where a connection goes, as net.connect takes it. A name keeps its name, and leads to what it was when it was checked. */
export interface Way {
  host: string;
  port: number;
  lookup?: LookupFunction;
}

/**
 * Every connection to a Redis goes through here, and this is the only file that opens a socket: whatever names the server (a
 * request, a record, another server's INFO), it is dialled only inside of the allowed networks. A name is looked up once; all
 * of its addresses have to be allowed, and only they are dialled, so that a second answer of DNS cannot lead elsewhere.
 */
export class Dialler {
  readonly #networks: AllowedNetworks;

  constructor(networks: AllowedNetworks = theAllowedNetworks()) {
    this.#networks = networks;
  }

  /** @throws NetworkNotAllowedError, and what DNS throws */
  async way({ address, port }: Endpoint): Promise<Way> {
    const refuse = (why: string) => new NetworkNotAllowedError(address, port, why);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw refuse('its port is none');
    const refusal = this.#networks.refusalOf(address);
    if (refusal !== undefined) throw refuse(`it ${refusal}`);
    if (isIP(address) !== 0) return { host: address, port };
    const found = await lookUp(address);
    for (const one of found) {
      const why = this.#networks.refusal(one.address);
      if (why !== undefined) throw refuse(`it leads to ${one.address}, which ${why}`);
    }
    return { host: address, port, lookup: answering(found) };
  }
}

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

export const connectByTls = (way: Way, options: ConnectionOptions): TLSSocket => connectTls({ ...options, ...way });
