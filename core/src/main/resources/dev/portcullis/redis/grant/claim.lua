-- ARGV[4]: until when. Returns 0 if somebody else has the claim, or the grant is gone.
if not is_live() or number('q') > now then
  return { 0 }
end
put('q', ARGV[4])
return { 1 }
