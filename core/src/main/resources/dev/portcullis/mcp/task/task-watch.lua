-- Remembers that a node watches a task.
-- KEYS: the task · ARGV: the node
-- Returns when the task ends and which node works on it; nothing if it is gone.
local task = redis.call('HMGET', KEYS[1], 'ends', 'node', 'watching')
if not task[1] then
  return {}
end
local watching = task[3] or ''
if not string.find(watching, ARGV[1], 1, true) then
  redis.call('HSET', KEYS[1], 'watching', watching .. ' ' .. ARGV[1])
end
return {task[1], task[2]}
