import type { Endpoint } from '../../../functions/migration/record.ts';

const DEFAULT_PORT = 6379;

/** Reads `10.0.0.5:6379`, `cache.internal` or `[fd00::5]:6379`; undefined where it is none. A port that is none the API tells. */
export const readEndpoint = (text: string): Endpoint | undefined => {
  const [, bracketed, plain, port = String(DEFAULT_PORT)] =
    /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,7}))?$/.exec(text) ?? [];
  const address = bracketed ?? plain;
  return address === undefined ? undefined : { address, port: Number(port) };
};

/** What has to be typed where a server is named. */
export const ENDPOINT_RULE = 'has to be host:port, with an IPv6 address in brackets';
