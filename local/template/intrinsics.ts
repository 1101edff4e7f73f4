import { TemplateError } from './errors.ts';

/** What the names in a template stand for. Each lookup throws TemplateError for a name that stands for nothing. */
export interface Scope {
  ref(name: string): unknown;
  getAtt(resource: string, attribute: string): unknown;
  /** `Name` or `Resource.Attribute`, as Fn::Sub has them. */
  placeholder(name: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, topLevelKey: string, secondLevelKey: string): unknown;
}

/** `AWS::NoValue`: what resolves to it is left out of its list or its map. */
export const NO_VALUE = Symbol('AWS::NoValue');

type Resolve = (value: unknown) => unknown;
type Intrinsic = (argument: unknown, scope: Scope, resolve: Resolve) => unknown;

const listOf = (name: string, argument: unknown, lengths: number[]): unknown[] => {
  if (Array.isArray(argument) && lengths.includes(argument.length)) return argument;
  throw new TemplateError(`${name} takes a list of ${lengths.join(' or ')}, not ${JSON.stringify(argument)}`);
};

const text = (name: string, value: unknown): string => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateError(`${name} takes text, not ${JSON.stringify(value)}`);
};

const logical = (name: string, value: unknown): boolean => {
  if (typeof value === 'boolean') return value;
  throw new TemplateError(`${name} takes a condition, not ${JSON.stringify(value)}`);
};

/** `${A}`, `${A.B}` and `${!Literal}` of Fn::Sub. */
const substitute = (pattern: string, own: Record<string, unknown>, scope: Scope): string =>
  pattern.replaceAll(/\$\{([^}]*)\}/g, (_, raw: string) => {
    const name = raw.trim();
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (name in own) return text('Fn::Sub', own[name]);
    return text('Fn::Sub', scope.placeholder(name));
  });

/** Fn::And and Fn::Or take two to ten conditions. */
const conditions = (name: string, argument: unknown, resolve: Resolve): boolean[] =>
  listOf(name, argument, [2, 3, 4, 5, 6, 7, 8, 9, 10]).map((one) => logical(name, resolve(one)));

const INTRINSICS: Record<string, Intrinsic> = {
  Ref: (name, scope) => scope.ref(text('Ref', name)),
  'Fn::GetAtt': (argument, scope, resolve) => {
    const [resource, attribute] = listOf('Fn::GetAtt', argument, [2]);
    return scope.getAtt(text('Fn::GetAtt', resource), text('Fn::GetAtt', resolve(attribute)));
  },
  'Fn::Sub': (argument, scope, resolve) => {
    if (typeof argument === 'string') return substitute(argument, {}, scope);
    const [pattern, own] = listOf('Fn::Sub', argument, [2]);
    return substitute(text('Fn::Sub', pattern), resolve(own) as Record<string, unknown>, scope);
  },
  'Fn::If': (argument, scope, resolve) => {
    const [condition, whenTrue, whenFalse] = listOf('Fn::If', argument, [3]);
    return resolve(scope.condition(text('Fn::If', condition)) ? whenTrue : whenFalse);
  },
  'Fn::Equals': (argument, _, resolve) => {
    const [left, right] = listOf('Fn::Equals', argument, [2]).map((one) => JSON.stringify(comparable(resolve(one))));
    return left === right;
  },
  'Fn::Not': (argument, _, resolve) => !logical('Fn::Not', resolve(listOf('Fn::Not', argument, [1])[0])),
  'Fn::And': (argument, _, resolve) => conditions('Fn::And', argument, resolve).every(Boolean),
  'Fn::Or': (argument, _, resolve) => conditions('Fn::Or', argument, resolve).some(Boolean),
  'Fn::Join': (argument, _, resolve) => {
    const [separator, parts] = listOf('Fn::Join', resolve(argument), [2]);
    if (!Array.isArray(parts)) throw new TemplateError(`Fn::Join takes a list, not ${JSON.stringify(parts)}`);
    return parts.map((part) => text('Fn::Join', part)).join(text('Fn::Join', separator));
  },
  'Fn::Select': (argument, _, resolve) => {
    const [index, list] = listOf('Fn::Select', resolve(argument), [2]);
    if (Array.isArray(list) && Number(index) in list) return list[Number(index)];
    throw new TemplateError(`Fn::Select: ${JSON.stringify(list)} has no element ${index}`);
  },
  'Fn::Split': (argument, _, resolve) => {
    const [separator, whole] = listOf('Fn::Split', resolve(argument), [2]);
    return text('Fn::Split', whole).split(text('Fn::Split', separator));
  },
  'Fn::FindInMap': (argument, scope, resolve) => {
    const [map, first, second] = listOf('Fn::FindInMap', resolve(argument), [3]).map((key) =>
      text('Fn::FindInMap', key),
    );
    return scope.mapping(map as string, first as string, second as string);
  },
};

/** CloudFormation compares scalars as text. */
const comparable = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;

const intrinsicName = (value: object): string | undefined => {
  const [key, ...others] = Object.keys(value);
  return key !== undefined && others.length === 0 && (key === 'Ref' || key.startsWith('Fn::')) ? key : undefined;
};

/**
 * The value with every intrinsic replaced by what it stands for.
 * @throws TemplateError for an intrinsic that is not played here, and for a reference to nothing.
 */
export const resolveIntrinsics = (value: unknown, scope: Scope): unknown => {
  const resolve: Resolve = (one) => resolveIntrinsics(one, scope);
  if (Array.isArray(value)) return value.map(resolve).filter((one) => one !== NO_VALUE);
  if (typeof value === 'string' && value.includes('{{resolve:')) {
    throw new TemplateError(`${value}: dynamic references are not played by the embedded AWS`);
  }
  if (typeof value !== 'object' || value === null) return value;
  const name = intrinsicName(value);
  if (name === undefined) {
    const entries = Object.entries(value).map(([key, one]) => [key, resolve(one)] as const);
    return Object.fromEntries(entries.filter(([, one]) => one !== NO_VALUE));
  }
  const intrinsic = INTRINSICS[name];
  if (!intrinsic) throw new TemplateError(`${name} is not played by the embedded AWS`);
  return intrinsic((value as Record<string, unknown>)[name], scope, resolve);
};

/** As {@link resolveIntrinsics} for the Conditions section, where `{Condition: Name}` is an intrinsic, too. */
export const resolveCondition = (value: unknown, scope: Scope): boolean => {
  const withConditions: Resolve = (one) => {
    if (Array.isArray(one)) return one.map(withConditions);
    if (typeof one !== 'object' || one === null) return one;
    const entries = Object.entries(one);
    const [[key, argument] = ['', undefined]] = entries;
    if (entries.length === 1 && key === 'Condition') return scope.condition(text('Condition', argument));
    return Object.fromEntries(entries.map(([name, inner]) => [name, withConditions(inner)]));
  };
  return logical('a condition', resolveIntrinsics(withConditions(value), scope));
};
