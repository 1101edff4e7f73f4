import type { ListedMigration } from '../../../functions/migration/view.ts';
import { bytes, count, duration } from '../parts/text.ts';

export interface Figures {
  /** 0-100; absent where there is nothing to fill. */
  percent?: number;
  text?: string;
}

/** How far a migration is in what it does now. A figure that is not known is absent. */
export const progressOf = ({ status, outcome, progress, verification }: ListedMigration): Figures => {
  if (outcome) return {};
  if (status === 'verifying' && verification.progress) {
    const { percent, keysDone, keysTotal, etaSeconds } = verification.progress;
    return { percent, text: joined(`${count(keysDone)} of ${count(keysTotal)} keys`, left(etaSeconds)) };
  }
  const { percent, bytesCopied, bytesTotal, etaSeconds } = progress ?? {};
  if (percent === 100) return bytesTotal === undefined ? { text: 'copied' } : { text: `${bytes(bytesTotal)} copied` };
  const copied = bytesCopied === undefined ? undefined : bytes(bytesCopied);
  const text = joined(
    copied && bytesTotal !== undefined ? `${copied} of ${bytes(bytesTotal)}` : copied,
    left(etaSeconds),
  );
  return { ...(percent !== undefined && { percent }), ...(text && { text }) };
};

/** What the target has not applied yet. */
export const lagOf = ({ outcome, progress }: ListedMigration): string | undefined => {
  if (outcome || progress?.lagBytes === undefined) return undefined;
  const { lagBytes, lagSeconds } = progress;
  return joined(lagBytes === 0 ? 'none' : bytes(lagBytes), lagSeconds ? duration(lagSeconds * 1000) : undefined);
};

const left = (etaSeconds: number | undefined) => etaSeconds !== undefined && `${duration(etaSeconds * 1000)} left`;

const joined = (...parts: (string | undefined | false)[]): string => parts.filter(Boolean).join(' · ');
