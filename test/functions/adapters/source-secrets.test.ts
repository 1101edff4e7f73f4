import { describe, expect, it } from 'vitest';
import { SecretUnread } from '../../../functions/adapters/source-secrets.ts';
import { ARN, FakeSecrets } from '../support/secrets.ts';

const OURS = { address: '10.0.0.5', port: 6379 };
const OTHERS = { address: '10.0.0.99', port: 6379 };
const secretFor = ({ address, port }: typeof OURS, password = 'planted') => ({
  endpoints: [`${address}:${port}`],
  password,
});
const MINUTE_MS = 60_000;

const finding = (fake: FakeSecrets) => async (endpoint: typeof OURS, anew?: boolean) => {
  const { named, secret, problems } = await fake.secrets.find(endpoint, [endpoint.address], anew);
  return { named, password: secret?.login?.command().at(-1), problems: problems.map(({ text }) => text) };
};

describe('The secrets of a deployment', () => {
  it('are each for the servers that they name, and for no others', async () => {
    const find = finding(
      new FakeSecrets({ one: secretFor(OURS), another: secretFor({ ...OURS, port: 6380 }, 'other') }),
    );

    expect(await find(OURS)).toEqual({ named: true, password: 'planted', problems: [] });
    expect(await find({ ...OURS, port: 6380 })).toEqual({ named: true, password: 'other', problems: [] });
    expect(await find(OTHERS)).toEqual({ named: false, password: undefined, problems: [] });
  });

  it('are read once in five minutes, however many connections there are', async () => {
    const fake = new FakeSecrets({ one: secretFor(OURS) });
    const find = finding(fake);

    await Promise.all([find(OURS), find(OTHERS), find(OURS)]);
    fake.nowMs = 5 * MINUTE_MS - 1;
    await find(OURS);
    expect(fake.fetched).toHaveLength(1);

    fake.put('one', secretFor(OURS, 'rotated'));
    fake.nowMs = 5 * MINUTE_MS;
    expect(await find(OURS)).toMatchObject({ password: 'rotated' });
    expect(fake.fetched).toHaveLength(2);
  });

  it('are read anew for whoever was refused, but not at each of many polls', async () => {
    const fake = new FakeSecrets({ one: secretFor(OURS) });
    const find = finding(fake);
    await find(OURS);
    fake.put('one', secretFor(OURS, 'rotated'));

    fake.nowMs = 4999;
    expect(await find(OURS, true)).toMatchObject({ password: 'planted' });
    fake.nowMs = 5000;
    expect(await find(OURS, true)).toMatchObject({ password: 'rotated' });
    for (let poll = 0; poll < 10; poll++) await find(OURS, true);
    expect(fake.fetched).toHaveLength(2);
  });

  it('stay in use while Secrets Manager does not answer, or has something unusable, and say so', async () => {
    const fake = new FakeSecrets({ one: secretFor(OURS) });
    const find = finding(fake);
    await find(OURS);

    fake.put('one', new SecretUnread('no answer within 3000 ms', ['a line']));
    fake.nowMs = 6 * MINUTE_MS;
    expect(await find(OURS)).toEqual({
      named: true,
      password: 'planted',
      problems: ['The secret one cannot be read: no answer within 3000 ms'],
    });
    fake.put('one', '{"password": "half');
    fake.nowMs += 5000;
    expect(await find(OURS)).toMatchObject({
      password: 'planted',
      problems: ['The secret one cannot be used: is no JSON object'],
    });
    fake.put('one', secretFor(OURS, 'good again'));
    fake.nowMs += 5000;
    expect(await find(OURS)).toEqual({ named: true, password: 'good again', problems: [] });
  });

  it('that say nothing of whom they are for might be for anybody, unless another one names the server', async () => {
    const unread = new SecretUnread('AccessDeniedException: no');
    const find = finding(new FakeSecrets({ one: secretFor(OURS), gone: unread, broken: '{"password": "planted"}' }));

    expect(await find(OURS)).toEqual({ named: true, password: 'planted', problems: [] });
    expect(await find(OTHERS)).toEqual({
      named: false,
      password: undefined,
      problems: [
        'The secret gone cannot be read: AccessDeniedException: no',
        'The secret broken cannot be used: endpoints is no list of 1 to 100 endpoints',
      ],
    });
  });

  it('that are wrong, but say for whom they are, concern nobody else', async () => {
    const find = finding(new FakeSecrets({ wrong: { ...secretFor(OURS), password: 12 } }));

    expect(await find(OTHERS)).toEqual({ named: false, password: undefined, problems: [] });
    expect(await find(OURS)).toEqual({
      named: true,
      password: undefined,
      problems: ['The secret wrong cannot be used: password is no text, or empty'],
    });
  });

  it('that name the same server are a problem, and the first one is used', async () => {
    const fake = new FakeSecrets({ one: secretFor(OURS), two: { endpoints: ['10.0.0.0/24:6379'], password: 'other' } });

    expect(await finding(fake)(OURS)).toEqual({
      named: true,
      password: 'planted',
      problems: ['More than one secret names it: one, two'],
    });
    const { problems } = await fake.secrets.find(OURS, [OURS.address]);
    expect(problems[0]?.remedy).toEqual(
      ['one', 'two'].map(
        (name) => `aws secretsmanager put-secret-value --secret-id ${ARN}${name} --secret-string file://source.json`,
      ),
    );
  });
});
