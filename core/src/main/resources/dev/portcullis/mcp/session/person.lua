-- Sessions of one person of which something is remembered, in the order of their last use.
--
-- KEYS[1]  sorted set: session key → last use (milliseconds)
-- ARGV     session key, now (milliseconds), milliseconds that a session may rest, how many there may be, seconds the set is kept
--
-- Answers those that are too many, longest resting first.

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', tonumber(ARGV[2]) - tonumber(ARGV[3]))
redis.call('ZADD', KEYS[1], 'GT', ARGV[2], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[5])
local excess = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[4])
local over = {}
if excess > 0 then
  for _, key in ipairs(redis.call('ZRANGE', KEYS[1], 0, excess)) do
    if key ~= ARGV[1] and #over < excess then
      redis.call('ZREM', KEYS[1], key)
      over[#over + 1] = key
    end
  end
end
return over
