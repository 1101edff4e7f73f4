import type { Endpoint } from '../migration/record.ts';
import { isReadable, type Reading, type ReplicaSide } from '../replication/shard-link.ts';

/** Whose a link is; `unclear` where nothing proves either. */
export type Whose = { whose: 'ours' | 'unclear' } | { whose: 'foreign'; why: string };

/**
 * Whose source a primary follows, by the endpoint that its INFO names (`master_host`, `master_port`). The endpoint that we
 * gave to StartMigration is ours. Another port, or another address where both are IP addresses, is somebody else's, even
 * with the same replication id: it may be a replica of our source. A name that we gave may show up as its address, and a
 * loopback address is that of a proxy on the node; then only the replication id can tell, and only while the link is up:
 * before its full sync is over, a primary has an older one.
 */
export const whoseLink = (
  link: ReplicaSide,
  replicationId: string,
  { address, port }: Endpoint,
  source: Reading,
): Whose => {
  const { followed } = link;
  const elsewhere = { whose: 'foreign', why: `the primary follows ${followed.address}:${followed.port}` } as const;
  const [theirs, given] = [ipOf(followed.address), ipOf(address)];
  const isSame = (theirs ?? followed.address.toLowerCase()) === (given ?? address.toLowerCase());
  if (isSame && followed.port === port) return { whose: 'ours' };
  if (!isLoopback(theirs) && (followed.port !== port || (theirs && given))) return elsewhere;
  if (link.status !== 'up' || !isReadable(source)) return { whose: 'unclear' };
  if (replicationId === source.replicationId) return { whose: 'ours' };
  const why = `the primary follows a history of data that is not the source's: its replication id is ${replicationId}, the source's is ${source.replicationId}`;
  return { whose: 'foreign', why };
};

/** The one way to write an IP address; undefined for what is none. */
const ipOf = (address: string): string | undefined => {
  const v4 = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(v4)) return v4.split('.').map(Number).join('.');
  return address.includes(':') ? URL.parse(`http://[${address}]`)?.hostname : undefined;
};

const isLoopback = (ip: string | undefined): boolean => ip?.startsWith('127.') === true || ip === '[::1]';
