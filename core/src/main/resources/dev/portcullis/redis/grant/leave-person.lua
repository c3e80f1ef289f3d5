-- Takes a grant out of the index of its person. KEYS[1]: see enter-person.lua; ARGV: its id, hash of its client's id. With the last one goes all of it.
local field = 'c' .. ARGV[2]
local grants = redis.call('HGET', KEYS[1], field) or ''
local left = string.gsub(grants, '%d+:%d+:([^ ]+) ', function(id)
  if id == ARGV[1] then
    return ''
  end
end)
if left ~= '' then
  redis.call('HSET', KEYS[1], field, left)
else
  redis.call('HDEL', KEYS[1], field)
  if redis.call('HLEN', KEYS[1]) <= 2 then
    redis.call('DEL', KEYS[1])
  end
end
return { 1 }
