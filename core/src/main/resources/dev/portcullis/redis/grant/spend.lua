-- Spends what may be used once. KEYS[1]; ARGV: 1 now, 2 until when that must be known. Returns 0 if it was spent.
local before = redis.call('GET', KEYS[1])
if before and tonumber(string.match(before, '^%d+')) > tonumber(ARGV[1]) then
  return { 0 }
end
redis.call('SET', KEYS[1], ARGV[2] .. ' ', 'PX', math.max(1, ARGV[2] - ARGV[1] + 60) * 1000)
return { 1 }
