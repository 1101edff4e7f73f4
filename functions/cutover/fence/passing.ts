/** How often it is asked again. */
export const BUSY_MS = 100;

/** A script holds the server up, or clients that come back at once have taken every place. */
export const isPassing = ({ message }: Error): boolean => /\bBUSY |max number of clients|\(maxclients\)/.test(message);
