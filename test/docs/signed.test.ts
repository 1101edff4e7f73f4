import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeApi, json, startFakeApi } from '../client/support/api.ts';
import { faultOf } from '../client/support/signature.ts';
import { paste } from '../e2e/processes.ts';
import { documentedCommands } from './commands.ts';
import { PAGES, textOf } from './sources.ts';

const SECRET = 'a-secret-key';
/** To the end of its line, or of its `code`. */
const SIGNED = /--aws-sigv4 [^`\n]*/g;
/** curl signs a header of an empty value and does not send it: without a token there is to be none. zsh splits no values into words. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: the shell reads it
const TOKEN = '${AWS_SESSION_TOKEN:+-H} ${AWS_SESSION_TOKEN:+"x-amz-security-token: $AWS_SESSION_TOKEN"}';

it('a request that a page signs by hand is one of temporary credentials, too', () => {
  const signed = [...PAGES, 'console/ui/list/empty.tsx'].flatMap((path) =>
    // Also out of a template string, as the shell gets it.
    [
      ...textOf(path)
        .replaceAll(/\\+\n */g, '')
        .replaceAll('\\$', '$')
        .matchAll(SIGNED),
    ].map(([line]) => ({ path, line })),
  );

  expect(signed.length).toBeGreaterThan(1);
  expect(signed.filter(({ line }) => !line.includes(TOKEN))).toEqual([]);
});

describe('the signature that curl makes of it', () => {
  const command = documentedCommands().find((one) => /^curl .*--aws-sigv4/.test(one.command))?.command ?? '';
  let api: FakeApi;
  beforeAll(async () => {
    api = await startFakeApi();
    api.answer = (_, response) => json(response, 200, { migrations: [] });
  });
  afterAll(() => api.close());
  const ask = async (secret: string, session: string, line = command) => {
    const given = { API: api.url, AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: secret };
    const exports = Object.entries({ ...given, AWS_SESSION_TOKEN: session }).map(
      ([name, value]) => `${name}='${value}'`,
    );
    await paste(`export ${exports.join(' ')}\n${line}`);
    const { request, body } = api.received.at(-1) as FakeApi['received'][number];
    return { fault: faultOf(request, body, SECRET), token: request.headers['x-amz-security-token'] };
  };

  it('is what the receiver computes, of temporary credentials and of lasting ones', async () => {
    expect(await ask(SECRET, 'temporary')).toEqual({ fault: undefined, token: 'temporary' });
    expect(await ask(SECRET, '')).toEqual({ fault: undefined, token: undefined });
  });

  it('would be found wrong', async () => {
    expect((await ask('another', 'temporary')).fault).toContain('wrong signature');
    expect((await ask(SECRET, 'temporary', command.replace(TOKEN, ''))).token).toBeUndefined();
    expect((await ask(SECRET, '', command.replace(TOKEN, '-H "x-amz-security-token: "'))).fault).toContain('undefined');
  });
});
