import { promises as dns, type LookupAllOptions, type LookupOptions } from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { isIP, Socket } from 'node:net';

type Connect = (this: Socket, ...args: unknown[]) => Socket;

interface Dialled {
  host?: string | undefined;
  port?: number | string | undefined;
}

/**
 * Leads TCP connections to some `host:port` elsewhere, as a VPC's DNS and routes do on AWS. Works below every client,
 * since all of Node's TCP goes through Socket.connect.
 * @param lookUp the `host:port` that stands in for a dialled `host:port`, which it is given in lower case
 */
export const leadConnections = (lookUp: (dialled: string) => string | undefined): void => {
  const connect = Socket.prototype.connect as Connect;

  /** The options with host and port replaced, or undefined when the connection goes where it says. */
  const redirected = (options: Dialled): Dialled | undefined => {
    const alias =
      options.port === undefined ? undefined : lookUp(`${options.host ?? 'localhost'}:${options.port}`.toLowerCase());
    if (alias === undefined) return undefined;
    const colon = alias.lastIndexOf(':');
    return { ...options, host: alias.slice(0, colon), port: Number(alias.slice(colon + 1)) };
  };

  Socket.prototype.connect = function connectByAlias(this: Socket, ...args: unknown[]): Socket {
    const [first, second] = args;
    if (Array.isArray(first)) {
      // net.connect() hands on its arguments normalized, in an array that Node marks with a symbol: keep the array.
      first[0] = redirected(first[0] as Dialled) ?? first[0];
      return connect.apply(this, args);
    }
    if (typeof first === 'object' && first !== null) {
      return connect.apply(this, [redirected(first as Dialled) ?? first, ...args.slice(1)]);
    }
    const host = typeof second === 'string' ? second : undefined;
    const options = redirected({ port: first as number | string, host });
    return connect.apply(this, options ? [options, ...args.slice(host === undefined ? 1 : 2)] : args);
  } as Socket['connect'];
};

type Lookup = (host: string, options?: number | LookupOptions | LookupAllOptions) => Promise<unknown>;

/**
 * Lets DNS know the hosts that have aliases, for clients that ask before they dial, as @redis/client does in RESP3.
 * @param addressesOf the IP addresses of a host, which it is given in lower case; none: DNS may know it itself
 */
export const leadLookups = (addressesOf: (host: string) => readonly string[]): void => {
  const lookup = dns.lookup as Lookup;
  dns.lookup = (async (host, options) => {
    const known = addressesOf(host.toLowerCase()).map((address) => ({ address, family: isIP(address) }));
    if (known.length === 0) return lookup(host, options);
    return typeof options === 'object' && options.all ? known : known[0];
  }) as Lookup as typeof dns.lookup;
  syncBuiltinESMExports();
};
