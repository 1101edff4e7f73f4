import { ADDRESS } from '../../migration/address.ts';
import type { Endpoint } from '../../migration/record.ts';
import { check, PREPARE, page } from '../check.ts';
import { type AddressKind, addressKind } from '../private-address.ts';
import { listed, shown } from '../text.ts';
import { UnreadableFieldError } from '../unreadable.ts';
import { configure } from './configure.ts';

/** Where the source listens, and what its address leads to. */
export const SOURCE_ADDRESS_CHECKS = [
  check({
    id: 'source-bind',
    title: 'The source listens on loopback addresses only.',
    required: "A `bind` with an address that ElastiCache's nodes reach.",
    because: PREPARE,
    needs: ['sourceConfig'],
    mayUse: ['sourceAddresses', 'sourceInfo'],
    rule: ({ sourceConfig, sourceAddresses, sourceInfo }, circumstances) => {
      const bind = sourceConfig.get('bind') ?? '';
      const addresses = bind.split(/\s+/).filter((address) => address !== '');
      if (addresses.length === 0 || !addresses.every(isLoopback)) return undefined;
      const reached = sourceAddresses?.find((address) => addressKind(address) === 'private') ?? '$PRIVATE_ADDRESS';
      return {
        found: `bind is \`${shown(bind, 120)}\`.`,
        remedy: configure(circumstances, sourceInfo, 'bind', `${addresses.join(' ')} ${reached}`),
      };
    },
  }),
  check({
    id: 'source-address-not-private',
    title: 'The address of the source is not a private one.',
    required: 'A private address in the VPC of the replication group, or in a peered one.',
    because: PREPARE,
    needs: ['sourceAddresses'],
    rule: ({ sourceAddresses }) => {
      const all = sourceAddresses.map(kindOf);
      // IPv6 in a VPC is global unicast: beside a private address it says nothing.
      return all.length === 0 || all.some(({ kind }) => kind === 'private')
        ? undefined
        : {
            found: `${listed(all.map(({ address, kind }) => `${address} is ${KIND_TEXT[kind]}`))}.`,
            remedy: all
              .filter(({ address, kind }) => kind === 'public' && !address.includes(':'))
              .slice(0, 5)
              .map(
                ({ address }) =>
                  `aws ec2 describe-instances --filters Name=ip-address,Values=${address} --query 'Reservations[].Instances[].PrivateIpAddress' --output text`,
              ),
          };
    },
  }),
  check({
    id: 'source-address-ambiguous',
    title: "The source's name leads to more than one address of a kind.",
    required: 'One address, best an IP address: each node that looks the name up may follow another server.',
    because: page('AWS, Migration-Console: the address has to be exact', 'Migration-Console.html'),
    needs: ['sourceAddresses'],
    mayUse: ['group'],
    rule: ({ sourceAddresses, group }, { source }) => {
      const several = families(sourceAddresses, group?.networkType).find((family) => family.length > 1);
      return (
        several && {
          found: `${shown(source.address)} is ${listed(several.map((address) => shown(address)))}.`,
          remedy: asSource({ address: several[0] ?? '', port: source.port }),
        }
      );
    },
  }),
] as const;

/** The part of a request that names the source; none where the request would be refused for it. */
export const asSource = ({ address, port }: Endpoint): string[] =>
  ADDRESS.test(address) ? [`"customerNodeEndpointList": [${JSON.stringify({ address, port })}]`] : [];

/** The addresses that a node may take, A and AAAA apart: ElastiCache's groups use IPv4 unless they were made otherwise. */
const families = (addresses: readonly string[], networkType = 'ipv4'): string[][] => {
  const all = [...new Set(addresses)];
  const [v4, v6] = [all.filter((one) => !one.includes(':')), all.filter((one) => one.includes(':'))];
  if (networkType === 'ipv4') return v4.length > 0 ? [v4] : [v6];
  if (networkType === 'ipv6') return v6.length > 0 ? [v6] : [v4];
  return [v4, v6];
};

const KIND_TEXT: Record<AddressKind, string> = {
  private: 'private',
  loopback: 'the loopback address',
  linkLocal: 'link-local',
  public: 'public',
};

/** Redis 7 writes a `-` before an address that may be missing. */
const isLoopback = (bound: string): boolean => {
  const address = bound.replace(/^-/, '');
  return address === 'localhost' || (address !== '0.0.0.0' && address !== '::' && addressKind(address) === 'loopback');
};

/** @throws {UnreadableFieldError} it is no IP address */
const kindOf = (address: string): { address: string; kind: AddressKind } => {
  const kind = addressKind(address);
  if (kind !== undefined) return { address, kind };
  throw new UnreadableFieldError('sourceAddresses', `${JSON.stringify(shown(address, 60))} is no IP address`);
};
