import { TemplateError, TemplateParameterError } from './errors.ts';

export interface ParameterDeclaration {
  Type: string;
  Default?: string | number;
  AllowedValues?: (string | number)[];
  AllowedPattern?: string;
  ConstraintDescription?: string;
  MinLength?: number | string;
  MaxLength?: number | string;
  MinValue?: number | string;
  MaxValue?: number | string;
}

const isList = (type: string): boolean => type === 'CommaDelimitedList' || type.startsWith('List<');
const isNumber = (type: string): boolean => type === 'Number' || type === 'List<Number>';
const KNOWN_TYPE = /^(String|Number|CommaDelimitedList|List<(Number|String|AWS::[\w:]+)>|AWS::(EC2|Route53)::[\w:]+)$/;

/** The first rule of the declaration that the value breaks. */
const brokenRule = (declared: ParameterDeclaration, value: string): string | undefined => {
  const { AllowedValues, AllowedPattern, MinLength, MaxLength, MinValue, MaxValue } = declared;
  if (isNumber(declared.Type) && (value.trim() === '' || !Number.isFinite(Number(value)))) return 'is not a number';
  if (AllowedValues && !AllowedValues.map(String).includes(value)) return `is none of ${AllowedValues.join(', ')}`;
  if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(value)) {
    return `does not match ${AllowedPattern}`;
  }
  if (MinLength !== undefined && value.length < Number(MinLength)) return `is shorter than ${MinLength}`;
  if (MaxLength !== undefined && value.length > Number(MaxLength)) return `is longer than ${MaxLength}`;
  if (MinValue !== undefined && Number(value) < Number(MinValue)) return `is less than ${MinValue}`;
  if (MaxValue !== undefined && Number(value) > Number(MaxValue)) return `is more than ${MaxValue}`;
  return undefined;
};

const split = (value: string): string[] => (value === '' ? [] : value.split(',').map((part) => part.trim()));

/**
 * The value of each declared parameter: the override, else the default. Lists are lists of strings.
 * @throws TemplateParameterError naming the parameter and the rule that its value breaks
 * @throws TemplateError for a type that only AWS can look up
 */
export const parameterValues = (
  declarations: Record<string, ParameterDeclaration>,
  overrides: Record<string, string>,
): Record<string, string | string[]> => {
  for (const name of Object.keys(overrides)) {
    if (!(name in declarations)) throw new TemplateParameterError(`Parameter ${name}: the template declares none`);
  }
  return Object.fromEntries(
    Object.entries(declarations).map(([name, declared]) => {
      if (!KNOWN_TYPE.test(declared.Type))
        throw new TemplateError(`Parameter ${name}: type ${declared.Type} is not played`);
      const value = overrides[name] ?? declared.Default;
      if (value === undefined) throw new TemplateParameterError(`Parameter ${name}: has no default and no value`);
      const parts = isList(declared.Type) ? split(String(value)) : [String(value)];
      for (const part of parts) {
        const rule = brokenRule(declared, part);
        if (rule !== undefined) throw new TemplateParameterError(`Parameter ${name}: '${part}' ${rule}`);
      }
      return [name, isList(declared.Type) ? parts : String(value)];
    }),
  );
};
