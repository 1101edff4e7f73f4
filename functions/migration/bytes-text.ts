const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `1.5 GiB`: for a person; comparisons use the bytes. */
export const bytesText = (bytes: number): string => {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  if (bytes === 1) return '1 byte';
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${UNITS[unit]}`;
};
