import { parseArgs } from 'node:util';
import { adapted, BEFORE } from './designs.ts';
import { readProduct } from './product.ts';
import { ACCOUNTS, type Account } from './quotas.ts';
import { reportOf } from './report.ts';
import { SCENARIO, simulate } from './run.ts';

const USAGE = `npm run simulate -- [--migrations 10,100,1000,10000] [--hours H] [--account ${ACCOUNTS.join('|')}]
  [--before] [--without QUOTA]... [--aborted SHARE] [--left SHARE] [--blocked SHARE] [--set Parameter=value]... [--seed N] [--record]

Which of AWS's quotas so many migrations hit first, all asked for at once, and what comes of it: their calls, as recorded on
the embedded AWS, against token buckets of AWS's published figures (simulation/quotas.json; [?] where AWS publishes none).
--hours (2): cutovers are asked for over so many hours. --before: without what the service does about quotas.
--without: takes a quota away, by its id in quotas.json, to see which comes next.
--aborted (0.05): so many are aborted in their full sync. --left (0): so many while they wait for their turn, in its first
ten minutes. --blocked (0): of so many the preflight finds that they may not start. --set: a parameter of the template.
--record runs two migrations on the embedded AWS, about three minutes, and writes simulation/profile.json anew.`;

const options = {
  migrations: { type: 'string', default: '10,100,1000,10000' },
  hours: { type: 'string', default: String(SCENARIO.hours) },
  account: { type: 'string', default: 'default' },
  aborted: { type: 'string', default: String(SCENARIO.aborted) },
  left: { type: 'string', default: String(SCENARIO.left) },
  blocked: { type: 'string', default: String(SCENARIO.blocked) },
  before: { type: 'boolean', default: false },
  without: { type: 'string', multiple: true, default: [] as string[] },
  set: { type: 'string', multiple: true, default: [] as string[] },
  seed: { type: 'string', default: '1' },
  record: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

const main = async (): Promise<number> => {
  const { values } = parseArgs({ options });
  const account = values.account as Account;
  const counts = values.migrations.split(',').map(Number);
  const shares = { aborted: Number(values.aborted), left: Number(values.left), blocked: Number(values.blocked) };
  const numbers = [...counts, Number(values.hours), Number(values.seed), ...Object.values(shares)];
  if (values.help || !ACCOUNTS.includes(account) || numbers.some((number) => !(number >= 0))) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  if (values.record) {
    const { writeProfile } = await import('./record.ts');
    await writeProfile();
    return 0;
  }
  const product = readProduct(Object.fromEntries(values.set.map((one) => one.split('=') as [string, string])));
  const adaptation = values.before ? BEFORE : adapted(product.watchersAtOnce, product.startsPerMinute);
  for (const migrations of counts) {
    const scenario = { ...SCENARIO, migrations, hours: Number(values.hours), ...shares };
    const run = simulate(
      { scenario, account, adaptation, seed: Number(values.seed), without: values.without },
      product,
    );
    const design = values.before ? 'before the adaptations' : 'as it is built';
    console.log(
      `${reportOf(`${migrations} migrations at once, account ${account}, ${design}, seed ${values.seed}`, run)}\n`,
    );
  }
  return 0;
};

process.exitCode = await main();
