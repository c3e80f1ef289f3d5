-- ARGV[4]: hash of an access token. Returns 0 if there was none.
if redis.call('HDEL', key, 'a' .. ARGV[4]) == 0 then
  return { 0 }
end
redis.call('HINCRBY', key, 'an', -1)
publish('a', ARGV[4])
return { 1 }
