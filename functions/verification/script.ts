import { VALUES_LUA } from './script-values.ts';

/**
 * The one script that verification runs. It only reads, and stops by its own account of effort, so that it never blocks its
 * server for long. It names its keys itself: it needs a server that is not in cluster mode.
 *
 * ARGV[1] is the call, ARGV[2] letters of the {@link Manner} (and `x` where PEXPIRETIME is known), the rest the call's own:
 * - `walk` cursor count effort -> cursor, count, keys, then as `fold`
 * - `fold` keys from limit effort -> done, digest, expiries, big, unreadable
 * - `scan` cursor count -> cursor, count, keys
 * - `absent` keys -> positions
 * - `states` keys from effort -> done, a line `type expiry length mark digest` for each
 * - `sort` -> a few strings in the order that this server gives them
 * - `probe` -> commands that it may not run
 */
export const SCRIPT = `
${VALUES_LUA}
local exact = has('x')
local now
local function expiryOf(key)
  if exact then return call('PEXPIRETIME', key) end
  local left = call('PTTL', key)
  if left < 0 then return left end
  if not now then
    local time = call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return now + left
end

-- Appends one key; returns its type, its length and its mark ('?' for a type that is not known).
local function append(key)
  local type = call('TYPE', key).ok
  effort = effort + 7
  if type == 'none' then put('-') return type, 0 end
  local of = describe[type]
  if not of then put('?' .. type) return type, 0, '?' end
  local length, mark = of(key)
  if mark == 'B' then put('B' .. type) end
  return type, length, mark
end

local function fold(keys, from, limit, most, reply)
  local expiries, e, big, unreadable, done = {}, 0, {}, {}, 0
  while done < limit and (done == 0 or effort < most) do
    local position = from + done
    local key = keys[position + 1]
    done = done + 1
    local type, _, mark = append(key)
    if mark == 'B' then big[#big + 1] = position end
    if mark == '?' then unreadable[#unreadable + 1] = position end
    if type ~= 'none' then
      local expiry = expiryOf(key)
      if expiry >= 0 then e = e + 1 expiries[e] = position .. ':' .. format('%.0f', expiry) .. ';' end
    end
  end
  for _, part in ipairs({done, sha1hex(concat(out)), concat(expiries), concat(big, ','), concat(unreadable, ',')}) do
    reply[#reply + 1] = part
  end
  return reply
end

local calls = {}

function calls.walk(cursor, count, most)
  local found = call('SCAN', cursor, 'COUNT', count)
  local keys = found[2]
  return fold(keys, 0, #keys, tonumber(most), {found[1], #keys, cmsgpack.pack(keys)})
end

function calls.fold(packed, from, limit, most)
  return fold(cmsgpack.unpack(packed), tonumber(from), tonumber(limit), tonumber(most), {})
end

function calls.scan(cursor, count)
  local found = call('SCAN', cursor, 'COUNT', count)
  return {found[1], #found[2], cmsgpack.pack(found[2])}
end

function calls.absent(packed)
  local keys, absent = cmsgpack.unpack(packed), {}
  for first = 1, #keys, 100 do
    local last = math.min(first + 99, #keys)
    if call('EXISTS', unpack(keys, first, last)) < last - first + 1 then
      for i = first, last do
        if call('EXISTS', keys[i]) == 0 then absent[#absent + 1] = i - 1 end
      end
    end
  end
  return concat(absent, ',')
end

function calls.states(packed, from, most)
  local keys, lines, done = cmsgpack.unpack(packed), {}, 0
  from, most = tonumber(from), tonumber(most)
  while from + done < #keys and (done == 0 or effort < most) do
    done = done + 1
    out, o = {}, 0
    local key = keys[from + done]
    local type, length, mark = append(key)
    local expiry = type == 'none' and -1 or expiryOf(key)
    lines[done] = type .. ' ' .. format('%.0f', expiry) .. ' ' .. length .. ' ' .. (mark or '.') .. ' ' .. sha1hex(concat(out))
  end
  return {done, concat(lines, '\\n')}
end

function calls.sort()
  local probe = {'b', 'B', '_b', 'a', '-a', 'A', '\\195\\169', '\\255', '0'}
  sort(probe)
  return concat(probe)
end

-- Whether the user may run what the script runs: ACL rules hold inside scripts too.
function calls.probe()
  local refused, none = {}, 'elasticache-migrator:no-such-key'
  for _, command in ipairs({
    {'SCAN', '0', 'COUNT', '1'}, {'TYPE', none}, {'PTTL', none}, {'EXISTS', none}, {'MEMORY', 'USAGE', none}, {'DUMP', none},
    {'GETRANGE', none, '0', '0'}, {'STRLEN', none}, {'LLEN', none}, {'LRANGE', none, '0', '0'}, {'SCARD', none}, {'SMEMBERS', none},
    {'HLEN', none}, {'HGETALL', none}, {'ZCARD', none}, {'ZRANGE', none, '0', '0'}, {'XLEN', none}, {'XRANGE', none, '-', '+'},
    {'TIME'}, {'XINFO', 'STREAM', none}, {'XPENDING', none, none}, exact and {'PEXPIRETIME', none} or {'PTTL', none},
    fieldExpiry and {'HPEXPIRETIME', none, 'FIELDS', '1', 'f'} or {'HLEN', none},
  }) do
    local answer = redis.pcall(unpack(command))
    local text = type(answer) == 'table' and answer.err
    -- Of a server before 5.0, which knows no streams, or of a key that is not there: nothing is forbidden.
    local harmless = text and (string.find(text, '^WRONGTYPE') or string.find(text, '^NOGROUP') or string.find(text, 'no such key', 1, true) or (string.find(text, 'nknown', 1, true) and sub(command[1], 1, 1) == 'X'))
    if text and not harmless then refused[#refused + 1] = command[1] end
  end
  return concat(refused, ' ')
end

return calls[ARGV[1]](unpack(ARGV, 3))
`;

/** What `sort` answers where strings are sorted by their bytes. */
export const SORTED_BY_BYTES: Buffer = Buffer.from('-a0AB_bab\xc3\xa9\xff', 'latin1');
