-- Looks back at words to all.
-- KEYS: words to all
-- ARGV: a place, a topic
-- Returns: nothing if some are not kept; else the place of the last word, then for each word of the topic its place, who said it, itself
local made, number = string.match(ARGV[1], '^(%d+)-(%d+)$')
if redis.call('EXISTS', KEYS[1]) == 0 then
    return {}
end
local last
local info = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
        last = info[i + 1]
    end
end
local lastMade, lastNumber = string.match(last, '(%d+)-(%d+)')
if lastMade ~= made or tonumber(lastNumber) < tonumber(number) then
    return {}
end
local answer = {last}
if lastNumber == number then
    return answer
end
local following = tonumber(number) + 1
local first = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', 1)[1]
if not first or first[1] ~= made .. '-' .. string.format('%.0f', following) then
    return {}
end
for _, word in ipairs(redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+')) do
    if word[1] ~= made .. '-' .. string.format('%.0f', following) then
        return {}
    end
    following = following + 1
    local fields = word[2]
    if fields[8] == ARGV[2] then
        answer[#answer + 1] = word[1]
        answer[#answer + 1] = fields[4]
        answer[#answer + 1] = fields[10]
    end
end
return answer
