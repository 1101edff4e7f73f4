import type { Endpoint } from '../../migration/record.ts';
import { check, onSource, PREPARE, page } from '../check.ts';
import { type AddressKind, addressKind } from '../private-address.ts';
import { listed, shellWord, shown } from '../text.ts';
import { UnreadableFieldError } from '../unreadable.ts';

/** Where the source listens, and what its address leads to. */
export const SOURCE_ADDRESS_CHECKS = [
  check({
    id: 'source-bind',
    title: 'The source listens on loopback addresses only.',
    required: "A `bind` with an address that ElastiCache's nodes reach.",
    because: PREPARE,
    needs: ['sourceConfig'],
    mayUse: ['sourceAddresses'],
    rule: ({ sourceConfig, sourceAddresses }, circumstances) => {
      const bind = sourceConfig.get('bind') ?? '';
      const addresses = bind.split(/\s+/).filter((address) => address !== '');
      if (addresses.length === 0 || !addresses.every(isLoopback)) return undefined;
      const reached = sourceAddresses?.find((address) => addressKind(address) === 'private') ?? '$PRIVATE_ADDRESS';
      return {
        found: `bind is \`${shown(bind, 120)}\`.`,
        remedy: [onSource(circumstances, 'CONFIG SET bind', `"${addresses.map(shellWord).join(' ')} ${reached}"`)],
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
      const others = sourceAddresses.map(kindOf).filter(({ kind }) => kind !== 'private');
      return others.length === 0
        ? undefined
        : {
            found: `${listed(others.map(({ address, kind }) => `${address} is ${KIND_TEXT[kind]}`))}.`,
            remedy: others
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
    title: "The source's name leads to more than one address.",
    required: 'One address, best an IP address: each node that looks the name up may follow another server.',
    because: page('AWS, Migration-Console: the address has to be exact', 'Migration-Console.html'),
    needs: ['sourceAddresses'],
    rule: ({ sourceAddresses }, { source }) =>
      new Set(sourceAddresses).size < 2
        ? undefined
        : {
            found: `${shown(source.address)} is ${listed(sourceAddresses.map((address) => shown(address)))}.`,
            remedy: [asSource({ address: sourceAddresses[0] ?? '', port: source.port })],
          },
  }),
] as const;

/** The part of a request that names the source. */
export const asSource = ({ address, port }: Endpoint): string =>
  `"customerNodeEndpointList": [${JSON.stringify({ address: shown(address), port })}]`;

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
