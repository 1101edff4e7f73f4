import { createLogUpdate } from 'log-update';
import type { MigrationView } from './api-client.ts';
import { bar, bytes, count } from './format.ts';

/** Where the demo tells what happens. */
export interface Screen {
  /** Characters that a line has room for. */
  readonly columns: number;
  /** A line that stays. */
  line(text?: string): void;
  /** Where the migration stands: drawn over the last one on a terminal, a line at each change elsewhere. */
  show(view: MigrationView): void;
  /** Ends the redrawing: what was last shown stays. */
  done(): void;
}

export const openScreen = (out: NodeJS.WriteStream): Screen => (out.isTTY ? terminal(out) : plain(out));

const plain = (out: NodeJS.WriteStream): Screen => {
  let last = '';
  return {
    columns: Number.POSITIVE_INFINITY,
    line: (text = '') => out.write(`${text}\n`),
    show(view) {
      const text = oneLine(view);
      if (text !== last) out.write(`  ${text}\n`);
      last = text;
    },
    done: () => undefined,
  };
};

const terminal = (out: NodeJS.WriteStream): Screen => {
  const log = createLogUpdate(out);
  let drawn = '';
  return {
    get columns() {
      return out.columns ?? 80;
    },
    line(text = '') {
      log.clear();
      out.write(`${text}\n`);
      if (drawn) log(drawn);
    },
    show(view) {
      drawn = drawing(view, Math.max(20, Math.min(60, (out.columns ?? 80) - 30)));
      log(drawn);
    },
    done() {
      log.done();
      drawn = '';
    },
  };
};

const oneLine = (view: MigrationView): string =>
  [view.phase, percentOf(view) === undefined ? '' : `${percentOf(view)} %`, ...figures(view), waiting(view)]
    .filter(Boolean)
    .join(' · ');

const drawing = (view: MigrationView, width: number): string =>
  [
    '',
    `  ${view.phase.padEnd(16)} ${bar(percentOf(view), width)}`,
    ...[figures(view).join(' · '), waiting(view)].filter(Boolean).map((text) => `  ${text}`),
  ].join('\n');

const waiting = ({ waitingFor }: MigrationView): string => (waitingFor ? `waits for ${waitingFor}` : '');

/** Of the copy, and then of the comparison. */
const percentOf = ({ phase, progress, verification }: MigrationView): number | undefined =>
  phase === 'verifying' ? verification?.progress?.percent : progress?.percent;

const figures = (view: MigrationView): string[] => (view.phase === 'verifying' ? compared(view) : copied(view));

const compared = ({ verification }: MigrationView): string[] => {
  if (!verification?.progress) return [];
  const { keysDone, keysTotal, keysPerSecond, etaSeconds } = verification.progress;
  return [
    `${count(keysDone)} of ${count(keysTotal)} keys`,
    ...(keysPerSecond === undefined ? [] : [`${count(keysPerSecond)} a second`]),
    ...(etaSeconds ? [`about ${etaSeconds} s left`] : []),
  ];
};

const copied = ({ progress = {} }: MigrationView): string[] => {
  const { bytesCopied, bytesTotal, lagBytes, etaSeconds } = progress;
  const soFar =
    bytesCopied === undefined ? [] : [`${bytes(bytesCopied)}${bytesTotal ? ` of ${bytes(bytesTotal)}` : ''}`];
  return [
    ...soFar,
    ...(lagBytes === undefined ? [] : [`lag ${bytes(lagBytes)}`]),
    ...(etaSeconds === undefined ? [] : [`about ${etaSeconds} s left`]),
  ];
};
