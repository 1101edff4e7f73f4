import { startRedis } from '../../../local/redis/server.ts';

/*
 * The victim of reaper.test.ts: starts three servers, prints where they are, and ends as its argument says.
 * At SIGUSR1 it begins to survive SIGINT, and says so.
 */
const servers = await Promise.all([startRedis(), startRedis(), startRedis()]);
process.once('SIGUSR1', () => {
  process.on('SIGINT', () => console.log('interrupted'));
  console.log('armed');
});
console.log(JSON.stringify(servers.map(({ pid, folder }) => ({ pid, folder }))));
if (process.argv[2] === 'throw') throw new Error('as asked');
if (process.argv[2] === 'stay') setInterval(() => undefined, 60_000);
