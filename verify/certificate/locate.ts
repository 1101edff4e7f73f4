/** Where a certificate stands in a file, and which migration the file is about where that is told outside of it. */
export interface Located {
  value: unknown;
  /** `detail.data.certificate`; empty for the file itself. */
  path: string;
  migrationId?: string;
}

/** The whole event, its detail, the migration's view. */
const PLACES = ['detail.data.certificate', 'data.certificate', 'cutover.certificate', 'certificate'];
const OWNERS = ['detail.metadata.migrationId', 'metadata.migrationId', 'migrationId'];

/** undefined when there is none anywhere. */
export const locate = (file: unknown): Located | undefined => {
  if (isMeantToBeOne(file)) return { value: file, path: '' };
  const path = PLACES.find((place) => isMeantToBeOne(at(file, place)));
  if (path === undefined) return undefined;
  const owner = OWNERS.map((place) => at(file, place)).find((one) => typeof one === 'string');
  return { value: at(file, path), path, ...(typeof owner === 'string' && { migrationId: owner }) };
};

/** What calls itself a certificate, or has a hash as one has, right or wrong. */
const isMeantToBeOne = (value: unknown): boolean => {
  const name = at(value, 'certificate');
  const hash = at(value, 'hash');
  return (
    (typeof name === 'string' && name.startsWith('elasticache-migrator/')) ||
    (typeof hash === 'object' && hash !== null)
  );
};

const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (part, name) =>
        typeof part === 'object' && part !== null && Object.hasOwn(part, name)
          ? (part as Record<string, unknown>)[name]
          : undefined,
      value,
    );
