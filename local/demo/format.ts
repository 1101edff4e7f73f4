/** `12.3 MB`: powers of 1000, as disks and networks count. */
export const bytes = (count: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
};

/** `1.2 s`, `2 min 5 s`. */
export const duration = (ms: number): string => {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
};

export const count = (value: number): string => value.toLocaleString('en-US');

/** `[=====>    ]  52.0 %`; an empty frame when the share is not known. */
export const bar = (percent: number | undefined, width: number): string => {
  const inner = Math.max(4, width);
  if (percent === undefined) return `[${' '.repeat(inner)}]   ?`;
  const full = Math.round((Math.min(100, percent) / 100) * inner);
  const head = full < inner ? '>' : '';
  return `[${'='.repeat(full)}${head}${' '.repeat(Math.max(0, inner - full - head.length))}] ${percent.toFixed(1).padStart(5)} %`;
};
