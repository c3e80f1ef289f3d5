-- Reads a call's stream.
--
-- KEYS     the first two of append.lua
-- ARGV     last number that was read, how many events at most, who reads, 0 as the one who reads, 1 to become it, 2 without being it
--
-- Answers {} if there is no such stream, {'taken'} if somebody else reads it, or {'ok', n, x, f, w, then number, message, number, message…}

local at = redis.call('HMGET', KEYS[1], 'n', 'x', 'f', 'w', 'r')
if not at[1] then return {} end
if ARGV[4] == '1' then
  redis.call('HSET', KEYS[1], 'r', ARGV[3])
elseif ARGV[4] == '0' and at[5] ~= ARGV[3] then
  return {'taken'}
end
local answer = {'ok', at[1], at[2], at[3], at[4]}
for _, entry in ipairs(redis.call('XRANGE', KEYS[2], '(' .. ARGV[1] .. '-0', '+', 'COUNT', ARGV[2])) do
  answer[#answer + 1] = string.match(entry[1], '^%d+')
  answer[#answer + 1] = entry[2][2]
end
return answer
