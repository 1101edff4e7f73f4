import { BlockList, isIP } from 'node:net';
import type { SourceNetworks } from '../migration/ports.ts';
import { readEnvironment } from './environment.ts';
import { logger } from './logger.ts';
import { inReach } from './reach.ts';

/** A network as it is written: `10.0.0.0/8`, or one address. */
interface Network {
  base: string;
  bits: number;
  family: 4 | 6;
}

/**
 * What nobody means who allows a wide range: this machine, the link, the metadata services, everybody. Each is dialled only
 * where a network is allowed that lies inside of it. IPv6 that carries an address of IPv4 (translated, tunnelled) could
 * lead to any of them. (IANA's special-purpose registries; AWS's local services are at 169.254.0.0/16 and fd00:ec2::/32.)
 */
const SPECIAL = [
  ['0.0.0.0/8', 'no address'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local, where the metadata service is'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved or broadcast'],
  ['::/96', 'loopback or no address'],
  ['::ffff:0:0:0/96', 'a translated address of IPv4'],
  ['64:ff9b::/96', 'a translated address of IPv4'],
  ['64:ff9b:1::/48', 'a translated address of IPv4'],
  ['100::/64', 'discarded'],
  ['2001::/32', 'a tunnelled address of IPv4'],
  ['2002::/16', 'a tunnelled address of IPv4'],
  ['5f00::/16', 'a segment of a route'],
  ['fd00:ec2::/32', 'where the metadata service is'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'site-local'],
  ['ff00::/8', 'multicast'],
] as const;

const toNetwork = (text: string): Network | undefined => {
  const [base = '', bits, ...rest] = text.split('/');
  const family = isIP(base) as 0 | 4 | 6;
  const most = family === 4 ? 32 : 128;
  if (family === 0 || base.includes('%') || rest.length > 0 || !/^(?:\d{1,3})?$/.test(bits ?? '')) return undefined;
  const network = { base, bits: bits === undefined ? most : Number(bits), family };
  return bits === '' || network.bits > most || isMapped(base) ? undefined : network;
};

const listOf = (networks: readonly Network[]): BlockList => {
  const list = new BlockList();
  for (const { base, bits, family } of networks) list.addSubnet(base, bits, family === 4 ? 'ipv4' : 'ipv6');
  return list;
};

/** `::ffff:10.0.0.5` in any spelling: BlockList judges it as the IPv4 address that it is. */
const V4 = listOf([{ base: '0.0.0.0', bits: 0, family: 4 }]);
const isMapped = (address: string): boolean => isIP(address) === 6 && V4.check(address, 'ipv6');

const SPECIALS = SPECIAL.map(([text, what]) => {
  const network = toNetwork(text) as Network;
  return { network, what, list: listOf([network]) };
});

const contains = (list: BlockList, address: string): boolean =>
  list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');

/** Like the last part of 127.1, 0177.0.0.1 or 0x7f000001, which some resolvers take for addresses and others for names. */
const NUMBER_AT_THE_END = /(?:^|\.)(?:\d+|0x[\da-f]*)\.?$/i;
const NAME = /^[a-z\d_](?:[\w.-]{0,251}[\w.])?$/i;

/** Networks in which servers are dialled. */
export class AllowedNetworks implements SourceNetworks {
  readonly #texts: readonly string[];
  readonly #v4: BlockList;
  readonly #v6: BlockList;
  /** Of each special range, what is allowed inside of it. */
  readonly #inside: readonly { what: string; list: BlockList; allowed: BlockList }[];

  /** @throws RangeError naming every text that is no network */
  constructor(texts: readonly string[]) {
    const wrong = texts.filter((text) => toNetwork(text) === undefined);
    if (wrong.length > 0) throw new RangeError(`no network: ${wrong.map((text) => text.slice(0, 60)).join(', ')}`);
    const networks = texts.map((text) => toNetwork(text) as Network);
    this.#texts = texts;
    // Of each family its own: BlockList finds IPv4 in ::/0, too.
    this.#v4 = listOf(networks.filter(({ family }) => family === 4));
    this.#v6 = listOf(networks.filter(({ family }) => family === 6));
    this.#inside = SPECIALS.map(({ network, what, list }) => ({
      what,
      list,
      allowed: listOf(
        networks.filter(
          ({ base, bits, family }) => family === network.family && bits >= network.bits && contains(list, base),
        ),
      ),
    }));
  }

  /**
   * Why an address is not dialled; undefined when it is.
   *
   * @param address of IPv4 or IPv6, as net.isIP knows them
   */
  refusal(address: string): string | undefined {
    const family = isIP(address);
    if (family === 0) return 'is no IP address';
    // Only link-local addresses need a zone, and what it would do elsewhere is the system's secret.
    if (address.includes('%')) return 'has a zone';
    const special = this.#inside.find(({ list }) => contains(list, address));
    if (special) return contains(special.allowed, address) ? undefined : `is ${special.what}`;
    const list = family === 4 || isMapped(address) ? this.#v4 : this.#v6;
    return contains(list, address) ? undefined : `is outside of the allowed networks (${this})`;
  }

  refusalOf(nameOrAddress: string): string | undefined {
    if (isIP(nameOrAddress) !== 0) return this.refusal(nameOrAddress);
    if (NUMBER_AT_THE_END.test(nameOrAddress)) return 'is neither a name nor an IP address in its usual form';
    return NAME.test(nameOrAddress) ? undefined : 'is neither a name nor an IP address';
  }

  toString(): string {
    const more = this.#texts.length > MOST_TOLD ? ', …' : '';
    return this.#texts.slice(0, MOST_TOLD).join(', ') + more;
  }
}

const MOST_TOLD = 12;

/** For a person's own command on a person's own machine. */
export const ANY_NETWORK = new AllowedNetworks(['0.0.0.0/0', '::/0', ...SPECIAL.map(([text]) => text)]);

/** `10.0.0.0/8,192.168.0.0/16`; undefined where one of them is no network. */
const networks = (text: string): AllowedNetworks | undefined => {
  try {
    return new AllowedNetworks(text.split(',').map((one) => one.trim()));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

/** Of the deployment. @throws EnvironmentError */
export const theAllowedNetworks = (): AllowedNetworks =>
  readEnvironment({ ALLOWED_NETWORKS: networks }).ALLOWED_NETWORKS;

/** Of a stack that reaches no server. Its tasks have other ways: what is asked here all the same is a fault, and told. */
class Nowhere extends AllowedNetworks {
  constructor() {
    super([]);
  }

  override refusal(address: string): string {
    logger.error('a server was to be dialled in API-only mode', { address });
    return 'is out of reach: this stack has no VPC, and works in API-only mode';
  }

  override refusalOf(nameOrAddress: string): string {
    return this.refusal(nameOrAddress);
  }
}

/** In which servers are dialled. @throws EnvironmentError */
export const theDialledNetworks = (): AllowedNetworks =>
  inReach({ full: theAllowedNetworks, 'api-only': () => new Nowhere() });
