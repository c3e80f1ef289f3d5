-- Enters a grant into the index of its person. KEYS[1]: a hash of "g<grant id>" to "<number> <ends> <created> <client>"; s: the last number, x: the soonest end.
-- ARGV: 1 now, 2 the grant's last possible end, 3 its id, 4 when it was made, 5 hash of its client's id. Entering it again changes nothing.
local key, now = KEYS[1], tonumber(ARGV[1])
local soonest = tonumber(redis.call('HGET', key, 'x') or 0)
if soonest > 0 and now >= soonest + 60 then
  local all = redis.call('HGETALL', key)
  soonest = 0
  for i = 1, #all, 2 do
    local ends = tonumber(string.match(all[i + 1], '^%d+ (%d+) '))
    if ends and ends <= now then
      redis.call('HDEL', key, all[i])
    elseif ends and (soonest == 0 or ends < soonest) then
      soonest = ends
    end
  end
end
if redis.call('HEXISTS', key, 'g' .. ARGV[3]) == 0 then
  local number = redis.call('HINCRBY', key, 's', 1)
  redis.call('HSET', key, 'g' .. ARGV[3], number .. ' ' .. ARGV[2] .. ' ' .. ARGV[4] .. ' ' .. ARGV[5])
end
if soonest == 0 or tonumber(ARGV[2]) < soonest then
  soonest = tonumber(ARGV[2])
end
redis.call('HSET', key, 'x', soonest)
local stays = math.max(1, ARGV[2] - ARGV[1] + 60) * 1000
if redis.call('PTTL', key) < stays then
  redis.call('PEXPIRE', key, stays)
end
return { 1 }
