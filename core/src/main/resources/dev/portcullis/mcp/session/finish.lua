-- Ends a call's stream in place of its node, which has gone.
--
-- KEYS     the first two of append.lua
-- ARGV     the last number that is to be there, seconds to keep it, then number, message, number, message…
--
-- Answers {'ok'}, or {'no'} if it has been finished, or written on

local at = redis.call('HMGET', KEYS[1], 'n', 'f')
if not at[1] or at[2] == '1' or tonumber(at[1]) ~= tonumber(ARGV[1]) then return {'no'} end
local last = at[1]
for i = 3, #ARGV, 2 do
  redis.call('XADD', KEYS[2], ARGV[i] .. '-0', 'm', ARGV[i + 1])
  last = ARGV[i]
end
redis.call('HSET', KEYS[1], 'n', last, 'f', '1')
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return {'ok'}
