import { SMALL_ELEMENTS, SMALL_MEMORY_BYTES, SMALL_STRING_BYTES } from './limits.ts';

/**
 * Lua: describes the value of a key by appending to `out` what nothing else would append (every part has its length before
 * it, so that no two values read alike). canonical.ts is the same in TypeScript.
 *
 * Leaves behind: `describe[type](key)` -> length, mark. Marks: `B` too big, nothing was appended; `H` a HyperLogLog.
 */
export const VALUES_LUA = `
local call, sha1hex, concat, sort = redis.call, redis.sha1hex, table.concat, table.sort
local sub, byte, format = string.sub, string.byte, string.format
local flags = ARGV[2]
local function has(flag) return string.find(flags, flag, 1, true) ~= nil end
local quick, hashed, printed, counters, fieldExpiry = has('q'), has('h'), has('p'), has('c'), has('f')
local out, o, effort = {}, 0, 0
local describe = {}

local function put(text) o = o + 1 out[o] = text end

-- Lengths are few, and printing a number costs as much as reading a value.
local prefix = setmetatable({}, {__index = function(known, n)
  local text = n .. ':'
  known[n] = text
  return text
end})
local function putElement(element)
  out[o + 1], out[o + 2] = prefix[#element], element
  o = o + 2
end

local function tooBig(key, n)
  if n > ${SMALL_ELEMENTS} then return true end
  local bytes = call('MEMORY', 'USAGE', key, 'SAMPLES', '0')
  if not bytes or bytes > ${SMALL_MEMORY_BYTES} then return true end
  effort = effort + 5 + bytes / 200
  if not quick then effort = effort + n end
end

-- The server's own serialisation; where versions are different without its version and checksum.
local function putSerialised(dump)
  if printed then dump = sub(dump, 1, -11) end
  putElement(dump)
end

local function putSorted(items)
  if hashed then for i = 1, #items do items[i] = sha1hex(items[i]) end end
  sort(items)
  for i = 1, #items do putElement(items[i]) end
end

local function isHyperLogLog(v, n)
  if n < 16 or sub(v, 1, 4) ~= 'HYLL' then return false end
  local encoding, a, b, c = byte(v, 5, 8)
  return a == 0 and b == 0 and c == 0 and (encoding == 1 or (encoding == 0 and n == 12304))
end

function describe.string(key)
  local v = call('GETRANGE', key, '0', '${SMALL_STRING_BYTES}')
  local n = #v
  if n > ${SMALL_STRING_BYTES} then return call('STRLEN', key), 'B' end
  effort = effort + n / 200
  if isHyperLogLog(v, n) then
    put('H' .. n .. ':') put(sub(v, 1, 8)) put(sub(v, 17))
    return n, 'H'
  end
  put('s') putElement(v)
  return n
end

function describe.list(key)
  local n = call('LLEN', key)
  if tooBig(key, n) then return n, 'B' end
  if quick then putSerialised(call('DUMP', key)) return n end
  local v = call('LRANGE', key, '0', '-1')
  put('l' .. #v .. ':')
  for i = 1, #v do putElement(v[i]) end
  return n
end

function describe.set(key)
  local n = call('SCARD', key)
  if tooBig(key, n) then return n, 'B' end
  local v = call('SMEMBERS', key)
  put('u' .. #v .. ':')
  putSorted(v)
  return n
end

function describe.hash(key)
  local n = call('HLEN', key)
  if tooBig(key, n) then return n, 'B' end
  if quick then
    local dump = call('DUMP', key)
    -- 4: a hash table, whose order is each server's own.
    if byte(dump, 1) ~= 4 then
      putSerialised(dump)
      return n
    end
  end
  local v = call('HGETALL', key)
  local items, m, expiries = {}, 0
  if fieldExpiry and #v > 0 then
    local fields = {}
    for i = 1, #v, 2 do m = m + 1 fields[m] = v[i] end
    expiries = call('HPEXPIRETIME', key, 'FIELDS', m, unpack(fields))
    m = 0
  end
  for i = 1, #v, 2 do
    m = m + 1
    local item = prefix[#v[i]] .. v[i] .. prefix[#v[i + 1]] .. v[i + 1]
    if expiries and expiries[m] >= 0 then item = item .. '@' .. format('%.0f', expiries[m]) end
    items[m] = item
  end
  put('h' .. m .. ':')
  putSorted(items)
  return n
end

function describe.zset(key)
  local n = call('ZCARD', key)
  if tooBig(key, n) then return n, 'B' end
  if quick then putSerialised(call('DUMP', key)) return n end
  local v = call('ZRANGE', key, '0', '-1', 'WITHSCORES')
  put('z' .. #v / 2 .. ':')
  for i = 1, #v, 2 do
    local score = v[i + 1]
    -- Adding 0 takes the sign from -0, which not every version keeps.
    if printed then score = format('%.17g', tonumber(score) + 0) end
    putElement(v[i]) putElement(score)
  end
  return n
end

local function fieldsOf(flat)
  local fields = {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  return fields
end

function describe.stream(key)
  local n = call('XLEN', key)
  local groups, pending = call('XINFO', 'GROUPS', key), 0
  for i = 1, #groups do
    groups[i] = fieldsOf(groups[i])
    pending = pending + groups[i].pending + groups[i].consumers
  end
  if n + pending > ${SMALL_ELEMENTS} or #groups > ${SMALL_ELEMENTS} or tooBig(key, n) then return n, 'B' end
  effort = effort + 4 * (n + pending)
  local entries = call('XRANGE', key, '-', '+')
  put('x' .. #entries .. ':')
  for i = 1, #entries do
    local id, fields = entries[i][1], entries[i][2]
    put(id .. ' ' .. #fields .. ':')
    for j = 1, #fields do putElement(fields[j]) end
  end
  local facts = fieldsOf(call('XINFO', 'STREAM', key))
  put('|' .. facts['last-generated-id'])
  if counters then put('|' .. format('%.0f', facts['entries-added']) .. '|' .. facts['max-deleted-entry-id']) end
  put('|' .. #groups .. ':')
  for i = 1, #groups do
    local group = groups[i]
    putElement(group.name) put(group['last-delivered-id'])
    put('|' .. group.pending .. ':')
    if group.pending > 0 then
      -- Without the delivery count: a consumer that reads its history raises it, and that is not replicated.
      for _, entry in ipairs(call('XPENDING', key, group.name, '-', '+', ${SMALL_ELEMENTS})) do
        put(entry[1] .. ' ') putElement(entry[2])
      end
    end
    -- A consumer that has nothing pending holds nothing, and a replica may not know it.
    if group.pending > 0 then
      for _, flat in ipairs(call('XINFO', 'CONSUMERS', key, group.name)) do
        local consumer = fieldsOf(flat)
        if consumer.pending > 0 then putElement(consumer.name) put(consumer.pending .. ';') end
      end
    end
    put('.')
  end
  return n
end
`;
