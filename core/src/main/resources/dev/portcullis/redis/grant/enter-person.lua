-- Enters a grant into the index of its person. KEYS[1]: a hash of "c<hash of client id>" to that client's grants in the order of their numbers, each "<number>:<ends>:<grant id> "; s: the last
-- number, x: the soonest end.
-- ARGV: 1 now, 2 the grant's last possible end, 3 its id, 4 hash of its client's id. Entering it again changes nothing.
local key, now = KEYS[1], tonumber(ARGV[1])
local soonest = tonumber(redis.call('HGET', key, 'x') or 0)

-- Returns what of a client's grants has not ended, and notes the soonest end of it.
local function live(grants)
  return (string.gsub(grants, '%d+:(%d+):[^ ]+ ', function(ends)
    ends = tonumber(ends)
    if ends <= now then
      return ''
    end
    if soonest == 0 or ends < soonest then
      soonest = ends
    end
  end))
end

if soonest > 0 and now >= soonest + 60 then
  local all = redis.call('HGETALL', key)
  soonest = 0
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 1) == 'c' then
      local kept = live(all[i + 1])
      if kept == '' then
        redis.call('HDEL', key, all[i])
      elseif kept ~= all[i + 1] then
        redis.call('HSET', key, all[i], kept)
      end
    end
  end
end
local field = 'c' .. ARGV[4]
local grants = redis.call('HGET', key, field) or ''
if not string.find(grants, ':' .. ARGV[3] .. ' ', 1, true) then
  local number = redis.call('HINCRBY', key, 's', 1)
  redis.call('HSET', key, field, grants .. number .. ':' .. ARGV[2] .. ':' .. ARGV[3] .. ' ')
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
