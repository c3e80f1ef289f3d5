-- Some words to all were lost with a master: all places known until now are over.
-- KEYS: words to all
-- ARGV: when the stream was made, as whoever noticed knows it: if it is another one by now, somebody else has noticed too
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('EXISTS', KEYS[1]) == 1 then
    local info = redis.call('XINFO', 'STREAM', KEYS[1])
    for i = 1, #info, 2 do
        if info[i] == 'last-generated-id' then
            local made = string.match(info[i + 1], '%d+')
            if made == ARGV[1] then
                redis.call('XADD', KEYS[1], string.format('%.0f-0', math.max(now, made + 1)), 'at', now)
            end
        end
    end
end
return {}
