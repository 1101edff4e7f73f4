/** A request that the console itself refuses. docs/errors.md has a heading for each code. */
export abstract class ConsoleError extends Error {
  abstract readonly code: string;
  /** HTTP */
  abstract readonly status: number;
  abstract readonly title: string;
}

/** A name that leads to this machine by somebody else's DNS would let his pages in. */
export class HostRefusedError extends ConsoleError {
  override readonly name = 'HostRefusedError';
  readonly code = 'console-host-refused';
  readonly status = 403;
  readonly title = 'The console is not to be reached by this name';

  constructor(host: string | undefined, port: number) {
    super(
      `The console answers to 127.0.0.1:${port}, localhost:${port} and [::1]:${port}, not to ${host ?? 'a request without Host'}`,
    );
  }
}

/** Another site asks, or one that does not say who it is. */
export class OriginRefusedError extends ConsoleError {
  override readonly name = 'OriginRefusedError';
  readonly code = 'console-origin-refused';
  readonly status = 403;
  readonly title = 'Only the console’s own pages may ask this';

  constructor(found: string) {
    super(`The request comes from ${found}, not from the console's own page`);
  }
}

/** The token is absent, or that of a console that has ended. */
export class TokenRefusedError extends ConsoleError {
  override readonly name = 'TokenRefusedError';
  readonly code = 'console-token';
  readonly status = 403;
  readonly title = 'The request token is not this console’s';

  constructor() {
    super('What changes something needs the token of this console in x-console-token; the console was started anew');
  }
}

/** What an open page was told and shows is of one API; what it sends must not come to another. */
export class OtherTargetError extends ConsoleError {
  override readonly name = 'OtherTargetError';
  readonly code = 'console-other-target';
  readonly status = 409;
  readonly title = 'This page was opened for another API';

  constructor(apiUrl: string) {
    super(`The console leads to ${apiUrl} now, and this page was opened for another API. Nothing was asked of it`);
  }
}

/** Another user of this machine could ask, too: the printed URL has what only the operator knows. */
export class KeyNeededError extends ConsoleError {
  override readonly name = 'KeyNeededError';
  readonly code = 'console-key-needed';
  readonly status = 401;
  readonly title = 'Open the console by the URL that it printed';

  constructor() {
    super(
      'This browser does not have the key of the console that runs now. Open the URL that npm run console has printed, with all that stands behind #key=, in any tab of this browser. Then this page goes on by itself.',
    );
  }
}

export class MethodRefusedError extends ConsoleError {
  override readonly name = 'MethodRefusedError';
  readonly code = 'console-method-refused';
  readonly status = 405;
  readonly title = 'There is no such method here';
  readonly allow: string;

  constructor(method: string, allow: string) {
    super(`${method} is not answered here, only ${allow}`);
    this.allow = allow;
  }
}

export class NotFoundError extends ConsoleError {
  override readonly name = 'NotFoundError';
  readonly code = 'console-not-found';
  readonly status = 404;
  readonly title = 'There is nothing here';

  constructor(path: string) {
    super(`The console has nothing at ${JSON.stringify(path.slice(0, 200))}`);
  }
}

export class MediaTypeRefusedError extends ConsoleError {
  override readonly name = 'MediaTypeRefusedError';
  readonly code = 'console-media-type-refused';
  readonly status = 415;
  readonly title = 'The content type is not JSON';

  constructor(type: string | undefined) {
    super(`The console passes application/json on, not ${type ?? 'a body without a content type'}`);
  }
}

export class BodyRefusedError extends ConsoleError {
  override readonly name = 'BodyRefusedError';
  readonly code = 'console-body-refused';
  readonly status = 413;
  readonly title = 'The body is too large';

  constructor(limitBytes: number) {
    super(`The body has more than ${limitBytes} bytes`);
  }
}
