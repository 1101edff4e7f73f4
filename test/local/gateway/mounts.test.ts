import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Mounts } from '../../../local/gateway/mounts.ts';

describe('a mounted listener', () => {
  it.each([
    ['/console', 'console'],
    ['/console/', 'console'],
    ['/console?a=1', 'console'],
    ['/console/api/migrations', 'console'],
    ['/consoles', 'routes'],
    ['/', 'routes'],
    ['/migrations', 'routes'],
    ['/migrations?next=/console/', 'routes'],
    ['/migrations/console/', 'routes'],
    ['//console/', 'routes'],
    ['/%63onsole/', 'routes'],
    ['/migrations/../console/', 'routes'],
    ['http://127.0.0.1/console/', 'routes'],
  ])('is asked for its own paths alone: %s by the %s', (url, asked) => {
    const heard: string[] = [];
    const mounts = new Mounts(() => heard.push('early'));
    mounts.add('/console', () => heard.push('console'));
    mounts.rest = () => heard.push('routes');

    mounts.listener({ url } as IncomingMessage, {} as ServerResponse<IncomingMessage> & { req: IncomingMessage });

    expect(heard).toEqual([asked]);
  });
});
