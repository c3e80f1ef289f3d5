-- Takes it, once. KEYS[1]. Returns nothing if it is not there.
local value = redis.call('GET', KEYS[1])
redis.call('DEL', KEYS[1])
return { value }
