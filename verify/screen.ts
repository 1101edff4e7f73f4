import { createLogUpdate } from 'log-update';
import type { Progress } from '../functions/verification/progress.ts';

/** Where it is told how far the verification is: never where the report goes. */
export interface Screen {
  show(progress: Progress): void;
  /** Takes away what was drawn. */
  done(): void;
}

const LINE_EVERY_MS = 5000;

export const openScreen = (out: NodeJS.WriteStream): Screen => (out.isTTY ? terminal(out) : plain(out));

const plain = (out: NodeJS.WriteStream): Screen => {
  let lastMs = Date.now();
  return {
    show(progress) {
      if (Date.now() - lastMs < LINE_EVERY_MS) return;
      lastMs = Date.now();
      out.write(`${progress.percent.toFixed(1)} %, ${figures(progress)}\n`);
    },
    done: () => undefined,
  };
};

const terminal = (out: NodeJS.WriteStream): Screen => {
  const log = createLogUpdate(out);
  return {
    show(progress) {
      const width = Math.max(10, Math.min(50, (out.columns ?? 80) - 12));
      const full = Math.round((progress.percent / 100) * width);
      const bar = '#'.repeat(full) + '.'.repeat(width - full);
      log(`[${bar}] ${progress.percent.toFixed(1)} %\n${figures(progress)}`);
    },
    done() {
      log.clear();
      log.done();
    },
  };
};

const figures = ({ keysDone, keysTotal, keysPerSecond, etaSeconds, waitingFor }: Progress): string =>
  [
    `${count(keysDone)} of ${count(keysTotal)} keys`,
    keysPerSecond === undefined ? '' : `${count(keysPerSecond)} a second`,
    etaSeconds === undefined ? '' : `about ${etaSeconds} s left`,
    waitingFor === undefined ? '' : `waits for ${waitingFor}`,
  ]
    .filter(Boolean)
    .join(', ');

export const count = (value: number): string => value.toLocaleString('en-US');
