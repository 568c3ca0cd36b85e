-- Says what is kept of buckets, and puts others in their place, unless they have changed meanwhile.
--
-- KEYS      the buckets
-- ARGV      for each, if it is to be changed: what was kept, what is to be kept, and for how long, in
--           milliseconds
--
-- The answer is what is kept of each, or was; nothing where nothing is.
local answer = {}
for place, key in ipairs(KEYS) do
  local at = 3 * (place - 1)
  local kept = redis.call('GET', key)
  answer[place] = kept or ''
  if kept and kept == ARGV[at + 1] then
    redis.call('SET', key, ARGV[at + 2], 'PX', ARGV[at + 3])
  end
end
return answer
