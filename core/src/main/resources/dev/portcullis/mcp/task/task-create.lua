-- KEYS: the task · ARGV: milliseconds to keep it · fields and values, in turn
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return {1}
