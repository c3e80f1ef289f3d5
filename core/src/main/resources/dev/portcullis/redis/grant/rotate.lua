-- Rotates a refresh token (O-95, O-96, O-100). ARGV: 4 hash of the token that was presented; 5 hash, 6 generation, 7 end, 8 wrapped key and 9 record of its successor; 10 hash,
-- 11 end and 12 record of the access token; 13 the overlap, seconds; 14 the grant's new end.
-- Returns 0: unknown; 1 and the access tokens trimmed: rotated; 2 and the grant's record: reused, and the grant is revoked; 3 and its generation: the successor is not the next.
local presented = refresh(ARGV[4])
local overlap = tonumber(ARGV[13])

if not presented or presented.ends <= now or not is_live() then
  return { 0 }
end
if tonumber(ARGV[6]) ~= presented.generation + 1 then
  return { 3, presented.generation }
end

local next_of_family = of_generation(presented.generation + 1)

-- O-95: until its successor is first used, and the overlap beyond.
local function is_good()
  if presented.retires > 0 and #presented.wrapped == 0 then
    return false
  end
  if not next_of_family then
    return number('f') <= presented.generation
  end
  return next_of_family.used == 0 or now - next_of_family.used <= overlap
end

if not is_good() then
  return { 2, revoke() }
end
if not next_of_family then
  add_refresh({
    name = 'r' .. ARGV[5], generation = ARGV[6], ends = ARGV[7], used = 0, retires = 0, wrapped = ARGV[8], record = ARGV[9]
  })
elseif next_of_family.name ~= 'r' .. ARGV[5] then
  return { 0 } -- derived under another key since: a family has one successor, and this is not it
end
if presented.used == 0 then
  presented.used = now
  put_refresh(presented)
  -- The one before has been replaced now: its key is kept while it is good, and dropped then.
  local before = presented.generation > 0 and of_generation(presented.generation - 1)
  if before and before.retires == 0 then
    before.retires = now + overlap + 1
    put_refresh(before)
    ends_at(before.retires)
  end
end
use(tonumber(ARGV[14]))
add_access(ARGV[10], ARGV[11], ARGV[12])
trim_family()
return { 1, trimmed }
