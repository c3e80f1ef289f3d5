if redis.call('EXISTS', key) == 1 then
  put('q', 0)
end
return { 1 }
