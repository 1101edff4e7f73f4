import { randomUUID } from 'node:crypto';
import { ACCOUNT, REGION } from '../identity.ts';

/** An event as its targets receive it. */
export interface BusEvent {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  /** `2026-01-02T03:04:05Z`: whole seconds. */
  time: string;
  region: string;
  resources: string[];
  detail: unknown;
}

export const makeEvent = (
  timeMs: number,
  parts: { source: string; detailType: string; detail: unknown; resources?: string[] },
): BusEvent => ({
  version: '0',
  id: randomUUID(),
  'detail-type': parts.detailType,
  source: parts.source,
  account: ACCOUNT,
  time: new Date(timeMs).toISOString().replace(/\.\d+Z$/, 'Z'),
  region: REGION,
  resources: parts.resources ?? [],
  detail: parts.detail,
});
