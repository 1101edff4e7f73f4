/** INFO's fields, by name. */
export type Info = ReadonlyMap<string, string>;

/** Parses the text that INFO answers: `name:value` lines under `# Section` headings. */
export const parseInfo = (text: string): Info => {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
};

/** A field as a number; undefined when it is absent, no decimal number, or beyond what a number holds exactly. */
export const numberOf = (info: Info, field: string): number | undefined => toNumber(info.get(field));

const toNumber = (text: string | undefined): number | undefined => {
  if (text === undefined || !/^-?\d+(?:\.\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : undefined;
};

/** One `slaveN:` line of a primary's INFO. */
export interface ReplicaLine {
  ip: string;
  port: number;
  /** wait_bgsave | send_bulk | online, and since Valkey 8.0 rdb_transmitted | bg_transfer. */
  state: string;
  offset: number;
  /** Since the replica's last acknowledgement; it acknowledges once a second. Absent where it is not told. */
  lagSeconds?: number;
}

/** The replicas that a primary lists. A line that is not of the documented form is left out. */
export const replicaLines = (info: Info): ReplicaLine[] => {
  const lines: ReplicaLine[] = [];
  for (const [name, value] of info) {
    if (!/^slave\d+$/.test(name)) continue;
    const part = new Map(value.split(',').map((pair) => pair.split('=', 2) as [string, string]));
    const ip = part.get('ip');
    const state = part.get('state');
    const [port, offset, lag] = [toNumber(part.get('port')), toNumber(part.get('offset')), toNumber(part.get('lag'))];
    if (ip === undefined || state === undefined || port === undefined || offset === undefined) continue;
    lines.push({ ip, port, state, offset, ...(lag !== undefined && lag >= 0 && { lagSeconds: lag }) });
  }
  return lines;
};
