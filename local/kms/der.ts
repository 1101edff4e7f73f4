/** The two numbers of an ECDSA signature in DER, as KMS gives it (ANSI X9.62, RFC 3279 section 2.2.3). */
export interface Numbers {
  r: bigint;
  s: bigint;
}

const INTEGER = 0x02;
const SEQUENCE = 0x30;

export const toDer = ({ r, s }: Numbers): Buffer => {
  const parts = [r, s].map((value) => {
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
    // A leading bit would make it negative.
    const content = (bytes[0] as number) > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
    return Buffer.concat([Buffer.of(INTEGER, content.length), content]);
  });
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(SEQUENCE, content.length), content]);
};

/** undefined when it is no such signature. */
export const fromDer = (bytes: Buffer): Numbers | undefined => {
  if (bytes[0] !== SEQUENCE || bytes[1] !== bytes.length - 2) return undefined;
  const first = numberAt(bytes, 2);
  const second = first && numberAt(bytes, first.next);
  return second?.next === bytes.length ? { r: first?.value ?? 0n, s: second.value } : undefined;
};

const numberAt = (bytes: Buffer, at: number): { value: bigint; next: number } | undefined => {
  const length = bytes[at + 1] ?? 0;
  const content = bytes.subarray(at + 2, at + 2 + length);
  if (bytes[at] !== INTEGER || length === 0 || content.length !== length) return undefined;
  return { value: BigInt(`0x${content.toString('hex')}`), next: at + 2 + length };
};
