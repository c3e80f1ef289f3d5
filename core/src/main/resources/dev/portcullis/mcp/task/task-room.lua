-- Room for one task, and for the bytes of its result, in a whole that is bounded.
-- KEYS: when each task ends (sorted set) · how many bytes each holds, and "sum" (hash) · optionally when each was created (sorted set)
-- ARGV: now · task · bytes, -1: it leaves · when it ends · milliseconds to keep the keys · tasks at most · bytes at most · when it was created
-- Returns 1, or 0 and how many there are of what is full.
local function leave(task)
  redis.call('ZREM', KEYS[1], task)
  if KEYS[3] then
    redis.call('ZREM', KEYS[3], task)
  end
  local held = redis.call('HGET', KEYS[2], task)
  if held then
    redis.call('HDEL', KEYS[2], task)
    redis.call('HINCRBY', KEYS[2], 'sum', -tonumber(held))
  end
end

for _, ended in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])) do
  leave(ended)
end
local bytes = tonumber(ARGV[3])
if bytes < 0 then
  leave(ARGV[2])
  return {1}
end
if not redis.call('ZSCORE', KEYS[1], ARGV[2]) then
  local tasks = redis.call('ZCARD', KEYS[1])
  if tasks >= tonumber(ARGV[6]) then
    return {0, tasks}
  end
end
local held = tonumber(redis.call('HGET', KEYS[2], ARGV[2]) or '0')
local sum = tonumber(redis.call('HGET', KEYS[2], 'sum') or '0')
if bytes > held and sum - held + bytes > tonumber(ARGV[7]) then
  return {0, sum}
end
redis.call('ZADD', KEYS[1], ARGV[4], ARGV[2])
if KEYS[3] then
  redis.call('ZADD', KEYS[3], ARGV[8], ARGV[2])
end
if bytes ~= held then
  redis.call('HSET', KEYS[2], ARGV[2], bytes)
  redis.call('HINCRBY', KEYS[2], 'sum', bytes - held)
end
for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) < tonumber(ARGV[5]) then
    redis.call('PEXPIRE', key, ARGV[5])
  end
end
return {1}
