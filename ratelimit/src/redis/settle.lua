-- Gives tokens back, or takes them whether or not they are there; fills a bucket; and proves that it can.
--
-- KEYS      the bucket of each ask; and where the answer is remembered, if it is to be
-- ARGV[1]   the verb
-- ARGV[2]   the time, or nothing for that of the server
-- ARGV[3]   for how long the answer is remembered, in milliseconds, or 0
-- ARGV[4..] the asks of a refund or a charge
--
-- The answer is the time, and 1 if it was done. Or, instead of 1, why it cannot be.
local HEAD = 3
local DONE = 1

local verb, now, millis = ARGV[1], clock(ARGV[2]), ARGV[3]

-- Whatever is there, also if it is no bucket.
if verb == 'reset' then
  call('DEL', KEYS[1])
  return { now, DONE }
end
-- The key is for nothing else.
if verb == 'check' then
  call('SET', KEYS[1], now, 'PX', SLACK)
  return { now, DONE }
end
if millis ~= '0' and call('GET', KEYS[#KEYS]) then
  return { now, DONE }
end

-- What is left of the first; nothing, if the second is more.
local function difference(per_micro, micros, grains, less_micros, less_grains)
  micros, grains = micros - less_micros, grains - less_grains
  if grains < 0 then
    micros, grains = micros - 1, grains + per_micro
  end
  if micros < 0 then
    return 0, 0
  end
  return micros, grains
end

local buckets = {}
for place = 1, (#ARGV - HEAD) / FIELDS do
  local key, at = KEYS[place], HEAD + FIELDS * (place - 1)
  local quota, per_micro = ARGV[at + 1], ARGV[at + 2] + 0
  local bucket = buckets[key]
  if not bucket then
    local micros, grains, is_kept = missing(key, quota, per_micro, now)
    if not micros then
      return { now, grains }
    end
    bucket = { micros = micros, grains = grains, is_kept = is_kept, quota = quota }
    buckets[key] = bucket
  elseif bucket.quota ~= quota then
    return { now, TWO_QUOTAS }
  end
  local cost_micros, cost_grains = ARGV[at + 3] + 0, ARGV[at + 4] + 0
  local holds_micros, holds_grains = ARGV[at + 5] + 0, ARGV[at + 6] + 0
  -- Before as well: a clock that was set back may have made it larger than it can be.
  local micros, grains = at_most_owed(per_micro, bucket.micros, bucket.grains, holds_micros, holds_grains)
  if verb == 'refund' then
    micros, grains = difference(per_micro, micros, grains, cost_micros, cost_grains)
  else
    micros, grains = sum(per_micro, micros, grains, cost_micros, cost_grains)
    micros, grains = at_most_owed(per_micro, micros, grains, holds_micros, holds_grains)
  end
  bucket.micros, bucket.grains = micros, grains
end
for key, bucket in pairs(buckets) do
  write(key, bucket.quota, bucket.micros, bucket.grains, bucket.is_kept, now)
end
if millis ~= '0' then
  call('SET', KEYS[#KEYS], 'settled', 'PX', millis)
end
return { now, DONE }
