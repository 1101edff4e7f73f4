/** The fields of an `INFO` answer by name, all sections together. */
export type Info = Readonly<Record<string, string>>;

export const parseInfo = (text: string): Info => {
  const fields: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields[line.slice(0, colon)] = line.slice(colon + 1).trimEnd();
  }
  return fields;
};
