import { ASSIGN_BYTES, VARIABLES_BYTES } from '../limits.ts';
import type { Payload } from '../payload.ts';

/**
 * The variables of one graph. Inner scopes read the outer ones' through the prototype chain and keep their own to
 * themselves. https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
 */
export class Scope {
  readonly #values: Record<string, unknown>;
  readonly #sizes = new Map<string, number>();
  readonly #parent: Scope | undefined;

  constructor(parent?: Scope) {
    this.#parent = parent;
    this.#values = Object.create(parent === undefined ? null : parent.#values);
  }

  /** An object whose enumerable properties, inherited ones included, are `extra` and all visible variables. */
  bindings(extra: object): object {
    return Object.assign(Object.create(this.#values), extra);
  }

  /** @returns false when the values together are too large; nothing is assigned then */
  assign(variables: Readonly<Record<string, Payload>>): boolean {
    const sizes = Object.entries(variables).map(([name, { json }]) => [name, Buffer.byteLength(json)] as const);
    const added = sizes.reduce((sum, [, size]) => sum + size, 0);
    const replaced = sizes.reduce((sum, [name]) => sum + (this.#sizes.get(name) ?? 0), 0);
    if (added > ASSIGN_BYTES || this.#stored() - replaced + added > VARIABLES_BYTES) return false;
    for (const [name, size] of sizes) this.#sizes.set(name, size);
    for (const [name, { value }] of Object.entries(variables)) this.#values[name] = value;
    return true;
  }

  #stored(): number {
    let bytes = this.#parent === undefined ? 0 : this.#parent.#stored();
    for (const size of this.#sizes.values()) bytes += size;
    return bytes;
  }
}
