-- Spends the code (O-91). ARGV: 4 its hash, 5 its record once spent, 6 until when that is remembered; 7 hash, 8 end and 9 record of the access token; 10 the grant's new end;
-- 11 hash, 12 generation, 13 end, 14 wrapped key and 15 record of the refresh token, if there is one. Returns 0 if it cannot be spent, else 1 and the access tokens trimmed.
if field('ch') ~= ARGV[4] or field('cs') or number('cx') <= now or not is_live() then
  return { 0 }
end
put('c', ARGV[5], 'cx', ARGV[6], 'cs', 1)
if ARGV[11] then
  put('o', ARGV[12])
  add_refresh({
    name = 'r' .. ARGV[11], generation = ARGV[12], ends = ARGV[13], used = 0, retires = 0, wrapped = ARGV[14], record = ARGV[15]
  })
end
use(tonumber(ARGV[10]))
add_access(ARGV[7], ARGV[8], ARGV[9])
return { 1, trimmed }
