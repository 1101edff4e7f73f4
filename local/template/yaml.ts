import { isAlias, isMap, isScalar, isSeq, parseDocument, type Tags } from 'yaml';
import { TemplateError } from './errors.ts';

/** Short forms (`!Sub`) and the long names that CloudFormation's JSON has for them. */
const SHORT_FORMS: Record<string, string> = {
  '!Ref': 'Ref',
  '!Condition': 'Condition',
  '!GetAtt': 'Fn::GetAtt',
  '!Sub': 'Fn::Sub',
  '!If': 'Fn::If',
  '!Equals': 'Fn::Equals',
  '!Not': 'Fn::Not',
  '!And': 'Fn::And',
  '!Or': 'Fn::Or',
  '!Join': 'Fn::Join',
  '!Select': 'Fn::Select',
  '!Split': 'Fn::Split',
  '!FindInMap': 'Fn::FindInMap',
};

/** `!GetAtt A.B` is `[A, B]`; only the first dot divides, as in `!GetAtt Stack.Outputs.X`. */
const longForm = (name: string, value: unknown): unknown => {
  if (name !== 'Fn::GetAtt' || typeof value !== 'string') return { [name]: value };
  const dot = value.indexOf('.');
  if (dot < 1) throw new TemplateError(`!GetAtt ${value}: names no attribute`);
  return { [name]: [value.slice(0, dot), value.slice(dot + 1)] };
};

/** What a tag makes of a sequence or a map, until the whole document is turned into plain values. */
class Tagged {
  readonly name: string;
  readonly node: unknown;
  constructor(name: string, node: unknown) {
    this.name = name;
    this.node = node;
  }
}

const intrinsicTags: Tags = Object.entries(SHORT_FORMS).flatMap(([tag, name]) => [
  { tag, resolve: (text: string) => longForm(name, text) },
  { tag, collection: 'seq' as const, resolve: (node: unknown) => new Tagged(name, node) },
  { tag, collection: 'map' as const, resolve: (node: unknown) => new Tagged(name, node) },
]);

const toPlain = (node: unknown): unknown => {
  if (node instanceof Tagged) return longForm(node.name, toPlain(node.node));
  if (isScalar(node)) return node.value instanceof Tagged ? toPlain(node.value) : node.value;
  if (isSeq(node)) return node.items.map(toPlain);
  if (isMap(node))
    return Object.fromEntries(node.items.map(({ key, value }) => [String(toPlain(key)), toPlain(value)]));
  if (isAlias(node)) throw new TemplateError(`*${node.source}: CloudFormation takes no YAML aliases`);
  return node;
};

/**
 * The template as CloudFormation's JSON: every intrinsic in its long form.
 * @throws TemplateError on YAML that does not parse, and on a tag that is no known intrinsic.
 */
export const parseTemplate = (text: string, name: string): Record<string, unknown> => {
  const document = parseDocument(text, { customTags: intrinsicTags, schema: 'core' });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw new TemplateError(`${name}: ${problem.message}`);
  const plain = toPlain(document.contents);
  if (typeof plain !== 'object' || plain === null) throw new TemplateError(`${name}: is not a template`);
  return plain as Record<string, unknown>;
};
