-- Words of one node, in order.
-- KEYS: number of the last word that this node has said, words to all, then inboxes
-- ARGV: the node; millis that its number is remembered; how many words a stream keeps; then for each word: which key it is for, its number, its topic, itself
-- Returns: for each word its place; empty if it was said before, or its inbox has gone
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local said = tonumber(redis.call('GET', KEYS[1]) or '0')
local places = {}
local made = {}

-- When a stream was made is the first part of its places.
local function madeAt(key)
    if redis.call('EXISTS', key) == 0 then
        if key ~= KEYS[2] then
            return nil
        end
        redis.call('XADD', key, string.format('%.0f-0', now), 'at', now)
    end
    local info = redis.call('XINFO', 'STREAM', key)
    for i = 1, #info, 2 do
        if info[i] == 'last-generated-id' then
            return string.match(info[i + 1], '%d+')
        end
    end
end

for i = 4, #ARGV, 4 do
    local key = KEYS[tonumber(ARGV[i])]
    local number = tonumber(ARGV[i + 1])
    local place = ''
    if number > said then
        said = number
        made[key] = made[key] or madeAt(key)
        if made[key] then
            place = redis.call('XADD', key, 'MAXLEN', '~', ARGV[3], made[key] .. '-*',
                'at', now, 'from', ARGV[1], 'number', ARGV[i + 1], 'topic', ARGV[i + 2], 'words', ARGV[i + 3])
        end
    end
    places[#places + 1] = place
end
redis.call('SET', KEYS[1], string.format('%.0f', said), 'PX', ARGV[2])
return places
