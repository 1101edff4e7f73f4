import { TemplateError } from './errors.ts';

export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The resolved properties of one thing in the template. Reading is strict: a property of the wrong type and a property
 * that nobody knows are errors, so that nothing in the template is silently without effect here.
 */
export class Properties {
  readonly where: string;
  readonly values: Json;

  constructor(where: string, values: unknown) {
    if (values !== undefined && !isObject(values)) throw new TemplateError(`${where}: is not a map`);
    this.where = where;
    this.values = values ?? {};
  }

  /** @throws TemplateError for a property in neither list; `ignored` ones have no meaning on one machine. */
  only(known: readonly string[], ignored: readonly string[] = []): this {
    const unknown = Object.keys(this.values).filter((name) => !known.includes(name) && !ignored.includes(name));
    if (unknown.length > 0)
      throw new TemplateError(`${this.where}: ${unknown.join(', ')}: not played by the embedded AWS`);
    return this;
  }

  has(name: string): boolean {
    return this.values[name] !== undefined;
  }

  text(name: string, otherwise?: string): string {
    const value = this.values[name] ?? otherwise;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw this.wrong(name, 'text');
  }

  /** @returns an object to spread: empty when the property is absent. */
  optionalText<K extends string>(name: string, as: K): { [P in K]?: string } {
    return this.has(name) ? ({ [as]: this.text(name) } as { [P in K]?: string }) : {};
  }

  number(name: string, otherwise?: number): number {
    const value = Number(this.values[name] ?? otherwise);
    if (Number.isFinite(value)) return value;
    throw this.wrong(name, 'a number');
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.values[name] ?? otherwise;
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw this.wrong(name, 'true or false');
  }

  list(name: string): unknown[] {
    const value = this.values[name] ?? [];
    if (Array.isArray(value)) return value;
    throw this.wrong(name, 'a list');
  }

  map(name: string): Json {
    const value = this.values[name] ?? {};
    if (isObject(value)) return value;
    throw this.wrong(name, 'a map');
  }

  in(name: string): Properties {
    return new Properties(`${this.where}.${name}`, this.values[name]);
  }

  private wrong(name: string, wanted: string): TemplateError {
    return new TemplateError(`${this.where}.${name}: is not ${wanted}`);
  }
}
