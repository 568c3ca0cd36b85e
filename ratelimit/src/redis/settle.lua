-- Gives tokens back, or takes them whether or not they are there; fills a bucket; and proves that it can.
--
-- KEYS      the bucket of each ask; and where the answer is remembered, if it is to be
-- ARGV      the terms; the verb; the time, or nothing for that of the server; for how long the answer is
--           remembered, in milliseconds, or 0; and the asks of a refund or a charge
--
-- The answer is the time, and 1 if it was done. Or, instead of 1, why it cannot be.
local HEAD = 3
local DONE = 1

local verb, now, millis = ARGV[offset + 1], clock(ARGV[offset + 2]), ARGV[offset + 3]
offset = offset + HEAD

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
for place = 1, #ARGV - offset do
  local key, term = KEYS[place], terms[ARGV[offset + place] + 0]
  local per_micro, quota = term[PER_MICRO], term[QUOTA]
  local bucket = buckets[key]
  if not bucket then
    local micros, grains, is_kept = missing(key, term, now)
    if not micros then
      return { now, grains }
    end
    bucket = { micros = micros, grains = grains, is_kept = is_kept, quota = quota }
    buckets[key] = bucket
  elseif bucket.quota ~= quota then
    return { now, TWO_QUOTAS }
  end
  -- Before as well: a clock that was set back may have made it larger than it can be.
  local micros, grains = at_most_owed(term, bucket.micros, bucket.grains)
  if verb == 'refund' then
    micros, grains = difference(per_micro, micros, grains, term[COST_MICROS], term[COST_GRAINS])
  else
    micros, grains = sum(per_micro, micros, grains, term[COST_MICROS], term[COST_GRAINS])
    micros, grains = at_most_owed(term, micros, grains)
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
