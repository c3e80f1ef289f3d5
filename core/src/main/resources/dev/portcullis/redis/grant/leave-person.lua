-- Takes grants out of the index of their person. KEYS[1]; ARGV: ids. With the last one goes all of it.
for i = 1, #ARGV do
  redis.call('HDEL', KEYS[1], 'g' .. ARGV[i])
end
if redis.call('HLEN', KEYS[1]) <= 2 then
  redis.call('DEL', KEYS[1])
end
return { 1 }
