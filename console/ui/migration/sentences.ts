import type { Asker } from '../../../functions/migration/asker.ts';
import type { Endpoint } from '../../../functions/migration/record.ts';
import type { MigrationView } from '../../../functions/migration/view.ts';
import { bytes, count, duration } from '../parts/text.ts';

export const endpoint = ({ address, port }: Endpoint): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`;

/** `Waits for …`, with one full stop. */
export const waits = ({ waitingFor }: MigrationView): string | undefined =>
  waitingFor === undefined ? undefined : `Waits for ${waitingFor.replace(/\.$/, '')}.`;

/** How far the full sync is: `82.2 MiB of 136 MiB copied`. */
export const copied = ({ progress, phase }: MigrationView): string | undefined => {
  const { bytesCopied, bytesTotal } = progress ?? {};
  if (bytesCopied === undefined) return undefined;
  if (bytesTotal === undefined) return `${bytes(bytesCopied)} copied; the source does not say of how much`;
  if (phase === 'loading') return `${bytes(bytesTotal)} received, being loaded`;
  return bytesCopied >= bytesTotal
    ? `${bytes(bytesTotal)} copied`
    : `${bytes(bytesCopied)} of ${bytes(bytesTotal)} copied`;
};

/** How far the comparison is: `123,599 of 201,002 keys · 15,791 a second`. */
export const compared = ({ verification: { progress } }: MigrationView): string | undefined => {
  if (!progress) return undefined;
  const { keysDone, keysTotal, keysPerSecond } = progress;
  const speed = keysPerSecond === undefined ? '' : ` · ${count(keysPerSecond)} a second`;
  return `${count(keysDone)} of ${count(keysTotal)} keys${speed}`;
};

export const left = (etaSeconds: number | undefined): string | undefined =>
  etaSeconds === undefined ? undefined : `about ${duration(Math.max(1, etaSeconds) * 1000)} left`;

/** Who asked for something, and from where. */
export const askedBy = ({ by, principal, sourceIp }: Omit<Asker, 'at'>): string => {
  const who = principal ?? (by === 'bus' ? 'an event' : 'somebody by the API');
  return sourceIp ? `${who} (${sourceIp})` : who;
};
