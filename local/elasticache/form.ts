import { ElastiCacheError, invalidValue } from './errors.ts';

/** How a parameter of the query protocol is read. Lists carry the name of their items on the wire, which differs by list. */
export type Field =
  | 'string'
  | 'integer'
  | 'boolean'
  | 'timestamp'
  | { readonly list: string; readonly of: 'string' | Fields };

export interface Fields {
  readonly [name: string]: Field;
}

/** `CustomerNodeEndpointList.member.1.Port=6379` as `{CustomerNodeEndpointList: {member: {1: {Port: '6379'}}}}`. */
type Tree = Map<string, string | Tree>;

/** The parameters that belong to the protocol, not to an action. */
const PROTOCOL = new Set(['Action', 'Version']);

/**
 * Reads the parameters of one action.
 * @throws {ElastiCacheError} InvalidParameterValue: not a number, not a date; InvalidParameterCombination: a parameter that is
 * not played here, which must not be ignored.
 */
export const readFields = (form: URLSearchParams, fields: Fields): Record<string, unknown> => {
  const tree: Tree = new Map();
  for (const [name, value] of form) {
    if (!PROTOCOL.has(name)) plant(tree, name.split('.'), value);
  }
  return readTree(tree, fields, '');
};

const plant = (tree: Tree, [name, ...rest]: string[], value: string): void => {
  if (name === undefined) return;
  if (rest.length === 0) {
    tree.set(name, value);
    return;
  }
  const branch = tree.get(name);
  const next: Tree = branch instanceof Map ? branch : new Map();
  tree.set(name, next);
  plant(next, rest, value);
};

const readTree = (tree: Tree, fields: Fields, prefix: string): Record<string, unknown> => {
  const read: Record<string, unknown> = {};
  for (const [name, branch] of tree) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) {
      throw new ElastiCacheError('InvalidParameterCombination', `${prefix}${name} is not supported here.`);
    }
    read[name] = typeof field === 'string' ? scalar(branch, field, prefix + name) : list(branch, field, prefix + name);
  }
  return read;
};

const list = (branch: string | Tree, field: Exclude<Field, string>, name: string): unknown[] => {
  // An SDK sends an empty list as an empty scalar: `CustomerNodeEndpointList=`.
  if (branch === '') return [];
  const items = branch instanceof Map ? branch.get(field.list) : undefined;
  if (!(items instanceof Map)) throw invalidValue(`${name} must be given as ${name}.${field.list}.1.`);
  return [...items]
    .sort(([one], [other]) => Number(one) - Number(other))
    .map(([index, item]) => {
      const path = `${name}.${field.list}.${index}`;
      if (field.of === 'string') return scalar(item, 'string', path);
      if (!(item instanceof Map)) throw invalidValue(`${path} must have members.`);
      return readTree(item, field.of, `${path}.`);
    });
};

const scalar = (branch: string | Tree, type: 'string' | 'integer' | 'boolean' | 'timestamp', name: string): unknown => {
  if (branch instanceof Map) throw invalidValue(`${name} must be a single value.`);
  switch (type) {
    case 'string':
      return branch;
    case 'integer':
      if (!/^-?\d+$/.test(branch)) throw invalidValue(`${name} must be an integer, not ${JSON.stringify(branch)}.`);
      return Number(branch);
    case 'boolean':
      if (branch !== 'true' && branch !== 'false') throw invalidValue(`${name} must be true or false.`);
      return branch === 'true';
    case 'timestamp': {
      const time = new Date(branch);
      if (Number.isNaN(time.getTime())) throw invalidValue(`${name} must be a time in ISO 8601.`);
      return time;
    }
  }
};
