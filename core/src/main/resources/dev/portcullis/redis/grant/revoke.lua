-- Returns the grant's record; nothing if there was none.
if redis.call('EXISTS', key) == 0 then
  return {}
end
return { revoke() }
