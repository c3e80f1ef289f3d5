-- Drops what has ended, of what put.lua and spend.lua put. KEYS[1]; ARGV[1]: now. Returns whether it did.
local value = redis.call('GET', KEYS[1])
if not value or tonumber(string.match(value, '^%d+')) > tonumber(ARGV[1]) then
  return { 0 }
end
redis.call('DEL', KEYS[1])
return { 1 }
