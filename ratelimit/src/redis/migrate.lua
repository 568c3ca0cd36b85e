-- Puts each bucket in the place of another, unless that has changed meanwhile.
--
-- KEYS      the buckets
-- ARGV      for each: what was kept, what is to be kept, and for how long, in milliseconds
for place, key in ipairs(KEYS) do
  local at = 3 * (place - 1)
  if redis.call('GET', key) == ARGV[at + 1] then
    redis.call('SET', key, ARGV[at + 2], 'PX', ARGV[at + 3])
  end
end
return { 'settled', 0 }
