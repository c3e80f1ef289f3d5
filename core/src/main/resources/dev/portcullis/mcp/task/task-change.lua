-- Changes a task if nobody else has since it was read; one that has ended is never changed.
-- KEYS: the task · ARGV: its revision when it was read · kind of the new state · now · sealed message · sealed body
-- Returns the nodes that watch it; nothing if it is gone, or was changed.
local now = redis.call('HMGET', KEYS[1], 'revision', 'kind', 'watching')
if now[1] ~= ARGV[1] or (now[2] ~= 'WORKING' and now[2] ~= 'ASKING') then
  return {}
end
redis.call('HSET', KEYS[1], 'revision', now[1] + 1, 'kind', ARGV[2], 'updated', ARGV[3], 'message', ARGV[4], 'body', ARGV[5])
return {now[3] or ''}
