-- What the scripts about one grant have in common: this stands before each of them. All that is of a grant is one hash, so that each of them touches one key.
--
-- KEYS[1]  the grant; its fields: core/STORAGE.md, "Redis"
-- ARGV[1]  now, Unix seconds, as the caller knows it: nothing here asks the clock of the server
-- ARGV[2]  the channel on which revocations are told
-- ARGV[3]  how many access tokens the grant may have
local key, now, channel, access_max = KEYS[1], tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])

-- For how long after its end a key stays, for callers whose clocks are behind. Seconds.
local SLACK = 60

-- The last two of a family of refresh tokens, and 32 before them that are only remembered (O-96).
local FAMILY_MAX = 34

-- Access tokens that were taken away for others: their hashes.
local trimmed = {}

local function field(name)
  return redis.call('HGET', key, name)
end

local function number(name)
  return tonumber(field(name) or 0)
end

local function put(...)
  return redis.call('HSET', key, ...)
end

local function is_live()
  return number('e') > now
end

-- The key goes some time after the grant has ended.
local function stay()
  redis.call('PEXPIRE', key, math.max(1, number('e') - now + SLACK) * 1000)
end

local function use(grant_ends)
  put('u', now, 'e', math.max(number('e'), math.min(grant_ends, number('n'))))
  stay()
end

-- Something in the grant ends then: d is the soonest such time, 0 if nothing does.
local function ends_at(time)
  local soonest = number('d')
  if soonest == 0 or time < soonest then
    put('d', time)
  end
end

local function publish(kind, id)
  redis.call('PUBLISH', channel, kind .. id)
end

-- Returns the grant's record: who asked for this takes the grant out of its indexes.
local function revoke()
  local record = field('g')
  redis.call('DEL', key)
  publish('g', string.match(key, '{([^{}]*)}$'))
  return record
end

-- A refresh token is "<generation> <ends> <first used> <retires> <bytes of the wrapped key> <wrapped key><record>"; 0 where it was not used, or has not been replaced.
local function parse_refresh(name, value)
  local generation, ends, used, retires, size, at = string.match(value, '^(%d+) (%d+) (%d+) (%d+) (%d+) ()')
  size = tonumber(size)
  return {
    name = name,
    generation = tonumber(generation),
    ends = tonumber(ends),
    used = tonumber(used),
    retires = tonumber(retires),
    wrapped = string.sub(value, at, at + size - 1),
    record = string.sub(value, at + size)
  }
end

local function refresh(hash)
  local value = hash and field('r' .. hash)
  return value and parse_refresh('r' .. hash, value)
end

local function put_refresh(token)
  local numbers = { token.generation, token.ends, token.used, token.retires, #token.wrapped, '' }
  put(token.name, table.concat(numbers, ' ') .. token.wrapped .. token.record)
end

-- The next of the family.
local function add_refresh(token)
  put_refresh(token)
  put('i' .. token.generation, string.sub(token.name, 2), 'f', token.generation)
  ends_at(tonumber(token.ends))
end

local function of_generation(generation)
  return refresh(field('i' .. generation))
end

local function remove_refresh(token)
  redis.call('HDEL', key, token.name, 'i' .. token.generation)
end

local function trim_family()
  local newest, oldest = number('f'), number('o')
  while newest - oldest >= FAMILY_MAX do
    local token = of_generation(oldest)
    if token then
      remove_refresh(token)
    end
    oldest = oldest + 1
  end
  put('o', oldest)
end

-- Drops what has ended, access tokens beyond what a grant may have (those that end soonest), and wrapped keys of refresh tokens that are of no use any more (O-107).
-- Returns how many records have ended.
local function tidy()
  local all = redis.call('HGETALL', key)
  local access, ended, soonest = {}, 0, math.huge
  for i = 1, #all, 2 do
    local name, value = all[i], all[i + 1]
    local kind = #name == 33 and string.sub(name, 1, 1)
    if kind == 'a' then
      local ends = tonumber(string.match(value, '^%d+'))
      if ends <= now then
        redis.call('HDEL', key, name)
        ended = ended + 1
      else
        access[#access + 1] = { name = name, ends = ends }
      end
    elseif kind == 'r' then
      local token = parse_refresh(name, value)
      if token.ends <= now then
        remove_refresh(token)
        ended = ended + 1
      else
        soonest = math.min(soonest, token.ends)
        if token.retires > now then
          soonest = math.min(soonest, token.retires)
        elseif token.retires > 0 and #token.wrapped > 0 then
          token.wrapped = ''
          put_refresh(token)
        end
      end
    end
  end
  if field('c') then
    if number('cx') <= now then
      redis.call('HDEL', key, 'c', 'ch', 'cx', 'cs')
      ended = ended + 1
    else
      soonest = math.min(soonest, number('cx'))
    end
  end
  table.sort(access, function(one, other) return one.ends < other.ends end)
  local beyond = math.max(0, #access - access_max)
  for i = 1, beyond do
    local hash = string.sub(access[i].name, 2)
    redis.call('HDEL', key, access[i].name)
    publish('a', hash)
    trimmed[#trimmed + 1] = hash
  end
  if #access > beyond then
    soonest = math.min(soonest, access[beyond + 1].ends)
  end
  put('an', #access - beyond, 'd', soonest == math.huge and 0 or soonest)
  return ended
end

-- "<ends> <record>". What has ended is looked for once a minute at most, since that reads all of the grant.
local function add_access(hash, ends, record)
  if put('a' .. hash, ends .. ' ' .. record) == 1 then
    redis.call('HINCRBY', key, 'an', 1)
  end
  ends_at(tonumber(ends))
  if number('an') > access_max or now >= number('d') + SLACK then
    tidy()
  end
end
