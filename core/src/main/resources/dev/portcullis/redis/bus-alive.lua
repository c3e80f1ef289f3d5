-- A node's sign of life.
-- KEYS: nodes, words to all, the node's inbox
-- ARGV: the node; millis after which others without a sign have gone (0: nobody has); millis that an inbox outlives its node; millis that words to all are kept; millis that all of it outlives its nodes
-- Returns: last place of words to all, last place of the inbox, then the nodes
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Places are <when the stream was made>-<running number>: a number that is not the next one tells of a gap.
local function last(key)
    if redis.call('EXISTS', key) == 0 then
        return redis.call('XADD', key, string.format('%.0f-0', now), 'at', now)
    end
    local info = redis.call('XINFO', 'STREAM', key)
    for i = 1, #info, 2 do
        if info[i] == 'last-generated-id' then
            return info[i + 1]
        end
    end
end

local all = last(KEYS[2])
local inbox = last(KEYS[3])

-- The last word stays, however old: whoever comes back to it knows that nothing was lost before.
local forget
for _, word in ipairs(redis.call('XRANGE', KEYS[2], '-', '(' .. all, 'COUNT', 100)) do
    if word[2][1] == 'at' and tonumber(word[2][2]) < now - ARGV[4] then
        forget = word[1]
    end
end
if forget then
    local made, number = string.match(forget, '(%d+)-(%d+)')
    redis.call('XTRIM', KEYS[2], 'MINID', made .. '-' .. string.format('%.0f', number + 1))
end

redis.call('ZADD', KEYS[1], now, ARGV[1])
if tonumber(ARGV[2]) > 0 then
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('PEXPIRE', KEYS[3], ARGV[3])
local answer = redis.call('ZRANGE', KEYS[1], 0, -1)
table.insert(answer, 1, inbox)
table.insert(answer, 1, all)
return answer
