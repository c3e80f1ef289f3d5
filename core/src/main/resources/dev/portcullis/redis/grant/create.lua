-- A new grant with what it begins with, or an existing one as it was elsewhere. ARGV[4…]: fields and values. Returns 0 if it is there already: nothing has changed then.
if redis.call('EXISTS', key) == 1 then
  return { 0 }
end
put(unpack(ARGV, 4))
stay()
return { 1 }
