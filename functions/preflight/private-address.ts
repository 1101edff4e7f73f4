/**
 * Ranges that a VPC takes for its private addresses: RFC 1918, and what AWS allows beside it
 * (100.64.0.0/10, 198.19.0.0/16; unique local addresses of IPv6).
 */
const PRIVATE_V4 = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '198.19.0.0/16'].map((range) => {
  const [base = '', bits] = range.split('/');
  return { base: v4Number(base) ?? Number.NaN, size: 2 ** (32 - Number(bits)) };
});

export type AddressKind = 'private' | 'loopback' | 'linkLocal' | 'public';

/** Undefined for what is no IP address. */
export const addressKind = (address: string): AddressKind | undefined => {
  const v4 = v4Number(address.replace(/^::ffff:(?=\d+\.)/i, ''));
  if (v4 !== undefined) return v4Kind(v4);
  return address.includes(':') ? v6Kind(address.toLowerCase()) : undefined;
};

const v4Kind = (address: number): AddressKind => {
  if (PRIVATE_V4.some(({ base, size }) => address >= base && address < base + size)) return 'private';
  const first = Math.floor(address / 2 ** 24);
  if (first === 127 || first === 0) return 'loopback';
  return Math.floor(address / 2 ** 16) === 169 * 256 + 254 ? 'linkLocal' : 'public';
};

const v6Kind = (address: string): AddressKind | undefined => {
  if (!/^[0-9a-f:]+(?:%[\w.-]+)?$/.test(address)) return undefined;
  // `::1`, `::` and their long forms: nothing but zeros before the last digit.
  if (/^[0:]*:[01]?$/.test(address)) return 'loopback';
  if (/^f[cd][0-9a-f]{2}:/.test(address)) return 'private';
  return /^fe[89ab][0-9a-f]:/.test(address) ? 'linkLocal' : 'public';
};

function v4Number(address: string): number | undefined {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}
