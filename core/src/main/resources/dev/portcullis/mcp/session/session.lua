-- What is known of a session: looked at, and changed, in one step.
--
-- KEYS[1]  hash: u last use (milliseconds), v version, r place among the words to all that has been read, l log level, s:… followed resources
-- KEYS[2]  mark that outlives the hash: k something is remembered, e the session has ended
-- ARGV     op, now (milliseconds), how long a rest may take (milliseconds), seconds the hash is kept, seconds the mark is kept, then what the op takes
--
-- Answers {'ended'}, {'full'}, {'none'} for a session of which nothing is remembered, or {'live', whether it is since now, v, u, r, l or '', values of s:…}

local hash, mark = KEYS[1], KEYS[2]
local op, now, rest = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local function finish()
  redis.call('DEL', hash)
  redis.call('SET', mark, 'e', 'EX', ARGV[5])
  return {'ended'}
end

local marked = redis.call('GET', mark)
if marked == 'e' then return {'ended'} end
if op == 'end' then return finish() end

local used = redis.call('HGET', hash, 'u')
if used then
  if now - tonumber(used) >= rest then return finish() end
elseif marked then
  return finish() -- the hash has gone of itself, so the session has rested
elseif op == 'load' or op == 'use' or op == 'read' or op == 'unfollow' then
  return {'none'}
end

if op == 'level' then
  redis.call('HSET', hash, 'l', ARGV[6])
elseif op == 'follow' then
  if redis.call('HEXISTS', hash, ARGV[6]) == 0 then
    local count = 0
    for _, field in ipairs(redis.call('HKEYS', hash)) do
      if string.sub(field, 1, 2) == 's:' then count = count + 1 end
    end
    if count >= tonumber(ARGV[8]) then return {'full'} end
  end
  redis.call('HSET', hash, ARGV[6], ARGV[7])
  redis.call('HSETNX', hash, 'r', ARGV[9])
elseif op == 'unfollow' then
  for i = 6, #ARGV do redis.call('HDEL', hash, ARGV[i]) end
elseif op == 'hear' then
  redis.call('HSETNX', hash, 'r', ARGV[6])
elseif op == 'read' then
  redis.call('HSET', hash, 'r', ARGV[6])
end
if not used or op == 'level' or op == 'follow' or op == 'unfollow' then redis.call('HINCRBY', hash, 'v', 1) end

if not used or now > tonumber(used) then redis.call('HSET', hash, 'u', ARGV[2]) end
redis.call('EXPIRE', hash, ARGV[4])
if not marked then redis.call('SET', mark, 'k', 'EX', ARGV[5]) end

local known, followed = {}, {}
local all = redis.call('HGETALL', hash)
for i = 1, #all, 2 do
  if string.sub(all[i], 1, 2) == 's:' then followed[#followed + 1] = all[i + 1] else known[all[i]] = all[i + 1] end
end
local answer = {'live', used and 0 or 1, known.v or '0', known.u, known.r or '', known.l or ''}
for _, value in ipairs(followed) do answer[#answer + 1] = value end
return answer
