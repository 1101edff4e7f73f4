import { TemplateError, TemplateParameterError } from './errors.ts';
import { isObject, type Json } from './properties.ts';

type Values = Record<string, string | string[]>;
type Evaluate = (value: unknown) => unknown;

/** CloudFormation compares scalars as text. */
const texts = (value: unknown): string[] => [value].flat().map(String);

const conditions = (argument: unknown, evaluate: Evaluate): boolean[] => {
  if (Array.isArray(argument)) return argument.map(evaluate).map(Boolean);
  throw new TemplateError(`Rules: ${JSON.stringify(argument)} is no list of conditions`);
};

const pair = (argument: unknown, evaluate: Evaluate): [string[], string[]] => {
  if (!Array.isArray(argument) || argument.length !== 2)
    throw new TemplateError(`Rules: ${JSON.stringify(argument)} is no pair`);
  return [texts(evaluate(argument[0])), texts(evaluate(argument[1]))];
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html */
const FUNCTIONS: Record<string, (argument: unknown, evaluate: Evaluate) => boolean> = {
  'Fn::And': (argument, evaluate) => conditions(argument, evaluate).every(Boolean),
  'Fn::Or': (argument, evaluate) => conditions(argument, evaluate).some(Boolean),
  'Fn::Not': (argument, evaluate) => !conditions(argument, evaluate)[0],
  'Fn::Equals': (argument, evaluate) => {
    const [one, other] = pair(argument, evaluate);
    return one.join() === other.join();
  },
  'Fn::Contains': (argument, evaluate) => {
    const [list, [wanted]] = pair(argument, evaluate);
    return list.includes(wanted as string);
  },
  'Fn::EachMemberEquals': (argument, evaluate) => {
    const [list, [wanted]] = pair(argument, evaluate);
    return list.every((one) => one === wanted);
  },
  'Fn::EachMemberIn': (argument, evaluate) => {
    const [list, within] = pair(argument, evaluate);
    return list.every((one) => within.includes(one));
  },
};

/** What a rule says about these values; it sees parameters, and nothing else. */
const evaluateWith = (values: Values): Evaluate => {
  const evaluate: Evaluate = (value) => {
    if (!isObject(value)) return value;
    const [[name, argument] = ['', undefined], ...others] = Object.entries(value);
    if (others.length === 0 && name === 'Ref' && values[String(argument)] !== undefined)
      return values[String(argument)];
    const play = others.length === 0 ? FUNCTIONS[name] : undefined;
    if (!play) throw new TemplateError(`Rules: ${JSON.stringify(value)} is not played by the embedded AWS`);
    return play(argument, evaluate);
  };
  return evaluate;
};

/**
 * The template's Rules: which combinations of parameters it takes.
 * @throws TemplateParameterError with the description of every assertion that does not hold
 * @throws TemplateError for what is not played here
 */
export const checkRules = (rules: Json, values: Values): void => {
  const evaluate = evaluateWith(values);
  const broken = Object.values(rules).flatMap((rule) => {
    if (!isObject(rule) || !Array.isArray(rule.Assertions)) throw new TemplateError('Rules: a rule has no Assertions');
    if (rule.RuleCondition !== undefined && !evaluate(rule.RuleCondition)) return [];
    return (rule.Assertions as Json[])
      .filter(({ Assert }) => !evaluate(Assert))
      .map(({ AssertDescription }) => String(AssertDescription));
  });
  if (broken.length > 0) throw new TemplateParameterError(broken.join(' '));
};
