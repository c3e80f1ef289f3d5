-- Writes on in a call's stream, as its node does in its own log.
--
-- KEYS[1]  hash of the stream: n last number, x last number that had to go, f whether it is finished, w who writes and for what (sealed), r who reads elsewhere
-- KEYS[2]  stream: <number>-0 → m (sealed message)
-- KEYS[3]  mark of the session
-- ARGV     last number that is to be there, seconds to keep it, w, x, f, how many events at most, how many numbers are gone, those, then number, message, number, message…
--
-- Answers {'ok', r or ''}; {'behind', n} if another number is the last; {'over'} if it has ended

if redis.call('GET', KEYS[3]) == 'e' then return {'over'} end
local at = redis.call('HMGET', KEYS[1], 'n', 'f', 'r')
local last = tonumber(at[1] or '0')
if at[2] == '1' then return {'over'} end
if last ~= tonumber(ARGV[1]) then return {'behind', last} end

local gone = tonumber(ARGV[7])
for i = 8, 7 + gone do redis.call('XDEL', KEYS[2], ARGV[i] .. '-0') end
for i = 8 + gone, #ARGV, 2 do
  redis.call('XADD', KEYS[2], ARGV[i] .. '-0', 'm', ARGV[i + 1])
  last = tonumber(ARGV[i])
end
redis.call('XTRIM', KEYS[2], 'MAXLEN', ARGV[6])
redis.call('HSET', KEYS[1], 'n', string.format('%d', last), 'x', ARGV[4], 'f', ARGV[5], 'w', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return {'ok', at[3] or ''}
