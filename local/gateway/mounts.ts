import type { RequestListener } from 'node:http';

/** Several listeners on one port, told apart by the path. What is asked of one never reaches another. */
export class Mounts {
  /** For every path that is nobody's. */
  rest: RequestListener;
  readonly #mounted: { path: string; listener: RequestListener }[] = [];

  constructor(rest: RequestListener) {
    this.rest = rest;
  }

  /** @param path `/console`: for this path and everything below it */
  add(path: string, listener: RequestListener): void {
    this.#mounted.push({ path, listener });
  }

  readonly listener: RequestListener = (request, response) => {
    const [asked = ''] = (request.url ?? '/').split('?', 1);
    const found = this.#mounted.find(({ path }) => asked === path || asked.startsWith(`${path}/`));
    return (found?.listener ?? this.rest)(request, response);
  };
}
