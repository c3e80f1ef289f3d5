-- What nodes share about a connection of HTTP+SSE.
--
-- KEYS[1]  its session, sealed; empty before initialize; absent once it has closed
-- ARGV     begin, sealed session id: its client has sent initialize
--          close: its stream has gone
--
-- Answers {} if there is no such connection; what stood there before, once

local before = redis.call('GET', KEYS[1])
if not before then return {} end
if ARGV[1] == 'close' then
  redis.call('DEL', KEYS[1])
elseif before == '' then
  redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
end
return {before}
