import type { Client } from '../../test/verification/support/pair.ts';

/** 60 % strings of 100 bytes, a third of them with an expiry; hashes, lists, sorted sets and sets of 5 elements, 10 % each. */
const SEED_LUA = `
math.randomseed(tonumber(ARGV[3]))
local function word() return 'w' .. math.random(1, 1000000000) end
local text = {}
for i = 1, 200 do text[i] = word() end
text = table.concat(text)
for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local key, kind = 'key:' .. i, i % 10
  if kind < 6 then
    local from = math.random(1, #text - 100)
    local value = string.sub(text, from, from + 99)
    if i % 3 == 0 then redis.call('SET', key, value, 'EX', 86400 + i % 1000) else redis.call('SET', key, value) end
  elseif kind == 6 then redis.call('HSET', key, 'a', word(), 'b', word(), 'c', word(), 'd', word(), 'e', word())
  elseif kind == 7 then redis.call('RPUSH', key, word(), word(), word(), word(), word())
  elseif kind == 8 then
    redis.call('ZADD', key, math.random(), word(), math.random(), word(), math.random(), word(), 4, word(), 5, word())
  else redis.call('SADD', key, word(), word(), word(), word(), word()) end
end`;

const AT_ONCE = 5000;

/** The same mix for any number of keys. */
export const seedMixed = async (client: Client, keys: number, seed = 0): Promise<void> => {
  for (let from = 0; from < keys; from += AT_ONCE) {
    const last = Math.min(from + AT_ONCE, keys) - 1;
    await client.run('EVAL', SEED_LUA, '0', String(from), String(last), String(seed + from));
  }
};
