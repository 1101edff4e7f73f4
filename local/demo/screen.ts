import { createLogUpdate } from 'log-update';
import type { MigrationView } from './api-client.ts';
import { bar, bytes } from './format.ts';

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
  [
    view.phase,
    view.progress?.percent === undefined ? '' : `${view.progress.percent} %`,
    ...figures(view),
    waiting(view),
  ]
    .filter(Boolean)
    .join(' · ');

const drawing = (view: MigrationView, width: number): string =>
  [
    '',
    `  ${view.phase.padEnd(16)} ${bar(view.progress?.percent, width)}`,
    ...[figures(view).join(' · '), waiting(view)].filter(Boolean).map((text) => `  ${text}`),
  ].join('\n');

const waiting = ({ waitingFor }: MigrationView): string => (waitingFor ? `waits for ${waitingFor}` : '');

const figures = ({ progress = {} }: MigrationView): string[] => {
  const { bytesCopied, bytesTotal, lagBytes, etaSeconds } = progress;
  const copied =
    bytesCopied === undefined ? [] : [`${bytes(bytesCopied)}${bytesTotal ? ` of ${bytes(bytesTotal)}` : ''}`];
  return [
    ...copied,
    ...(lagBytes === undefined ? [] : [`lag ${bytes(lagBytes)}`]),
    ...(etaSeconds === undefined ? [] : [`about ${etaSeconds} s left`]),
  ];
};
