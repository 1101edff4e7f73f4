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

/** A field as a number; undefined when it is absent or no finite number. */
export const numberOf = (info: Info, field: string): number | undefined => {
  const text = info.get(field);
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
};

/** One `slaveN:` line of a primary's INFO. */
export interface ReplicaLine {
  ip: string;
  port: number;
  /** wait_bgsave | send_bulk | online, and since Valkey 8.0 rdb_transmitted | bg_transfer. */
  state: string;
  offset: number;
  /** Since the replica's last acknowledgement; it acknowledges once a second. */
  lagSeconds: number;
}

/** The replicas that a primary lists. A line that is not of the documented form is left out. */
export const replicaLines = (info: Info): ReplicaLine[] => {
  const lines: ReplicaLine[] = [];
  for (const [name, value] of info) {
    if (!/^slave\d+$/.test(name)) continue;
    const part = new Map(value.split(',').map((pair) => pair.split('=', 2) as [string, string]));
    const ip = part.get('ip');
    const state = part.get('state');
    const [port, offset, lagSeconds] = [part.get('port'), part.get('offset'), part.get('lag')].map(Number);
    if (ip === undefined || state === undefined || !Number.isFinite(port) || !Number.isFinite(offset)) continue;
    lines.push({ ip, port: port as number, state, offset: offset as number, lagSeconds: lagSeconds ?? 0 });
  }
  return lines;
};
