/** Exit codes of a process that a signal ended, as shells report them. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Ends everything when a signal comes, whenever that is. A second signal while it ends changes nothing: ending takes a
 * moment, and leaving it half done would leave processes behind.
 *
 * @param end is called once
 */
export const endOnSignal = (end: () => Promise<void>): void => {
  let ending = false;
  for (const [signal, code] of Object.entries(EXIT_CODES)) {
    process.on(signal, () => {
      if (ending) return;
      ending = true;
      end().then(
        () => process.exit(code),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
};
