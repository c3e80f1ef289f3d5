-- Enters something into a sorted set of what ends, its score. KEYS[1]; ARGV: 1 now, 2 the end, 3 what it is, 4 how many there may be (0: any number). Returns 0 if there are so many.
-- What has ended goes first, so that an entry whose record was never written, or was lost, is forgotten with its time.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
local max = tonumber(ARGV[4])
if max > 0 and not redis.call('ZSCORE', KEYS[1], ARGV[3]) and redis.call('ZCARD', KEYS[1]) >= max then
  return { 0 }
end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
local stays = math.max(1, ARGV[2] - ARGV[1] + 60) * 1000
if redis.call('PTTL', KEYS[1]) < stays then
  redis.call('PEXPIRE', KEYS[1], stays)
end
return { 1 }
