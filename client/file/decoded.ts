const MARKS: [mark: number[], encoding: string][] = [
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/** The text of a file: UTF-8, with or without a byte order mark, or UTF-16 with one, as PowerShell's `>` writes it. */
export const decoded = (bytes: Buffer): string => {
  const [, encoding = 'utf-8'] = MARKS.find(([mark]) => mark.every((byte, at) => bytes[at] === byte)) ?? [];
  // It leaves the mark out.
  return new TextDecoder(encoding).decode(bytes);
};
