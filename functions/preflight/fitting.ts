import type { Finding } from '../migration/preflight.ts';

/** An event with all findings, and the state that announces it, must stay far below the 256 KiB that they may have. */
const MOST_BYTES = 120_000;

/** Findings that fit into an event: when they do not, the last ones go without their remedies. */
export const fitting = (findings: readonly Finding[]): Finding[] => {
  const fitted = [...findings];
  let bytes = Buffer.byteLength(JSON.stringify(fitted));
  for (let last = fitted.length - 1; last >= 0 && bytes > MOST_BYTES; last--) {
    const finding = fitted[last] as Finding;
    bytes -= Buffer.byteLength(JSON.stringify(finding.remedy));
    fitted[last] = { ...finding, remedy: [] };
  }
  return fitted;
};
