type Step = () => void | Promise<void>;

/** What has to be undone, in the reverse order of its making, once and for all. */
export class Teardown {
  readonly #steps: Step[] = [];
  #done: Promise<void> | undefined;

  add(step: Step): void {
    this.#steps.push(step);
  }

  /**
   * Runs every step, also behind one that fails. Calling it again waits for the first call.
   * @throws what the steps threw: one error as it is, several as an AggregateError
   */
  run(): Promise<void> {
    this.#done ??= this.#unwind();
    return this.#done;
  }

  async #unwind(): Promise<void> {
    const errors: unknown[] = [];
    for (const step of this.#steps.reverse()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, 'The embedded AWS did not end cleanly');
  }
}
