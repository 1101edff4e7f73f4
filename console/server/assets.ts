import { createHash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** A file in memory, as it is sent. */
export interface Asset {
  type: string;
  plain: Buffer;
  gzip: Buffer;
  brotli: Buffer;
  etag: string;
}

export interface Assets {
  /** The one page; every deep link is answered with it. */
  page: Asset;
  /** By the path behind `/console/assets/`. The name carries a hash of the contents. */
  files: ReadonlyMap<string, Asset>;
}

/** The highest quality would take longer than the bundling, for some per cent. */
const BROTLI_QUALITY = 9;

const TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** @param name its ending tells the type */
export const toAsset = (name: string, contents: Uint8Array): Asset => {
  const plain = Buffer.from(contents);
  return {
    type: TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    plain,
    gzip: gzipSync(plain, { level: 9 }),
    brotli: brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
    etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
  };
};
