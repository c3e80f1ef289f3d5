-- Forgets what has ended. Returns how many records went, the access tokens trimmed, and the grant's record if it has ended itself.
if redis.call('EXISTS', key) == 0 then
  return { 0, {} }
end
if is_live() then
  return { tidy(), trimmed }
end
local all = redis.call('HKEYS', key)
local ended, record = 0, field('g')
for i = 1, #all do
  local name = all[i]
  local is_token = #name == 33 and string.find(name, '^[ar]')
  if name == 'g' or name == 'c' or is_token then
    ended = ended + 1
  end
end
redis.call('DEL', key)
return { ended, {}, record }
