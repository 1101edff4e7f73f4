import { isIP } from 'node:net';
import type { Endpoint } from '../migration/record.ts';
import { AllowedNetworks } from './allowed-networks.ts';

/**
 * Whether a secret is for this server.
 *
 * @param addresses IP addresses that the endpoint was just found to have
 */
export type Names = (endpoint: Endpoint, addresses: readonly string[]) => boolean;

/** `10.0.0.5:6379`, `redis.internal:6379`, `10.0.1.0/24:6379`, `[fd00::5]:6379`, `[fd00:1::/64]:6379`. */
const FORM = /^(?:\[([^\][]+)\]|([^:\][]+)):(\d{1,5})$/;
const NAME = /^[a-z\d_](?:[\w.-]{0,251}[\w.])?$/i;

/** A subnet of a VPC is no wider (VPC quotas): whoever writes more means everything, and a password is not for everything. */
const WIDEST_V4_BITS = 16;
const WIDEST_V6_BITS = 44;

/** @returns undefined for what is no endpoint */
export const namesOf = (text: string): Names | undefined => {
  const [, inBrackets, bare, digits] = FORM.exec(text) ?? [];
  const [host = '', port] = [inBrackets ?? bare, Number(digits)];
  if (port < 1 || port > 65_535) return undefined;
  const [base = '', bits] = host.split('/');
  if (isIP(base) !== 0) return byNetwork(host, base, bits, port);
  if (inBrackets !== undefined || !NAME.test(host)) return undefined;
  const name = plainName(host);
  return (endpoint) => endpoint.port === port && plainName(endpoint.address) === name;
};

/** A name is taken for an address only where it leads to nothing else. */
const byNetwork = (host: string, base: string, bits: string | undefined, port: number): Names | undefined => {
  const widest = isIP(base) === 4 ? WIDEST_V4_BITS : WIDEST_V6_BITS;
  if (bits !== undefined && Number(bits) < widest) return undefined;
  try {
    const network = new AllowedNetworks([host]);
    return (endpoint, addresses) =>
      endpoint.port === port && addresses.length > 0 && addresses.every((one) => network.refusal(one) === undefined);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, '');
