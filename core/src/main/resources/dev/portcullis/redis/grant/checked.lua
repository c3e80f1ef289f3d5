-- ARGV: 4 the sealed part, 5 when the identity provider answered, 6 whether something else is known of the person (1). Returns 0 if the grant is gone.
if not is_live() then
  return { 0 }
end
put('p', ARGV[4], 'k', ARGV[5], 'q', 0)
if ARGV[6] == '1' then
  publish('p', string.match(key, '{([^{}]*)}$'))
end
return { 1 }
