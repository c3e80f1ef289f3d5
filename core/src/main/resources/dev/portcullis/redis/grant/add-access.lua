-- ARGV: 4 hash, 5 end and 6 record of an access token. Returns 0 if the grant is gone, else 1 and the access tokens trimmed.
if not is_live() then
  return { 0 }
end
add_access(ARGV[4], ARGV[5], ARGV[6])
return { 1, trimmed }
