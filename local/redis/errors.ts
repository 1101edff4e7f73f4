/** No usable redis-server. The message names what was tried and the command that installs one on each system. */
export class RedisServerNotFoundError extends Error {
  override readonly name = 'RedisServerNotFoundError' as const;

  constructor(tried: readonly string[], options?: ErrorOptions) {
    super(
      [
        'No redis-server (7.0 or later) or valkey-server was found. Tried:',
        ...tried.map((line) => `  - ${line}`),
        'Install one:',
        '  Debian, Ubuntu    sudo apt-get install redis-server',
        '  Fedora            sudo dnf install valkey',
        '  Alpine            sudo apk add redis',
        '  macOS (Homebrew)  brew install redis',
        'or point REDIS_SERVER_BIN at a redis-server or valkey-server binary.',
      ].join('\n'),
      options,
    );
  }
}

/** `REDIS_SERVER_BIN` is set but does not name a usable server: never silently skipped, since it was asked for. */
export class RedisServerUnusableError extends Error {
  override readonly name = 'RedisServerUnusableError' as const;

  constructor(reason: string, options?: ErrorOptions) {
    super(`REDIS_SERVER_BIN: ${reason}`, options);
  }
}

/** A redis-server process ended, or stayed silent, before it was ready. `log` holds its last lines. */
export class RedisStartError extends Error {
  override readonly name = 'RedisStartError' as const;
  readonly log: string;

  constructor(message: string, log: string) {
    super(log === '' ? message : `${message}\n${log}`);
    this.log = log;
  }
}
