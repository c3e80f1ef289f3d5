-- Spends what may be used once. KEYS[1]; ARGV: 1 now, 2 until when that must be known, 3 what it was spent for. Returns nothing, or what was put by whoever spent it earlier.
local before = redis.call('GET', KEYS[1])
if before and tonumber(string.match(before, '^%d+')) > tonumber(ARGV[1]) then
  return { before }
end
redis.call('SET', KEYS[1], ARGV[2] .. ' ' .. ARGV[3], 'PX', math.max(1, ARGV[2] - ARGV[1] + 60) * 1000)
return {}
