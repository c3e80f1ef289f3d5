-- Puts what ends. KEYS[1]; ARGV: 1 now, 2 its end, Unix seconds, 3 itself. It stays a minute longer, for callers whose clocks are behind.
redis.call('SET', KEYS[1], ARGV[2] .. ' ' .. ARGV[3], 'PX', math.max(1, ARGV[2] - ARGV[1] + 60) * 1000)
return { 1 }
