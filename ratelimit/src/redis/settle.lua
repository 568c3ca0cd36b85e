-- Gives tokens back, or takes them whether or not they are there; fills a bucket; and proves that it can.
--
-- ARGV[3]   the verb
-- ARGV[4..] for each ask of a refund or a charge: its quota as text, the grains in a microsecond of it, what it
--           costs and what a bucket holds, each as two numbers, and 1 if it only watches
--
-- The answer is `settled`, or `healthy`.
local FIELDS = 7
local verb = ARGV[3]

-- Whatever is there, also if it is no bucket.
if verb == 'reset' then
  call('DEL', KEYS[1])
  return { 'settled', now }
end
-- The key is for nothing else.
if verb == 'check' then
  call('SET', KEYS[1], now, 'PX', SLACK)
  return { 'healthy', now }
end

if is_remembered then
  local answer = recall()
  if answer then
    return answer
  end
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

local count = (#ARGV - 3) / FIELDS
local buckets = {}
for place = 1, count do
  local key, at = KEYS[place], FIELDS * place - 3
  local quota, per_micro = ARGV[at], ARGV[at + 1] + 0
  local bucket = buckets[key]
  if not bucket then
    local micros, grains, is_kept = missing(key, quota, per_micro)
    if not micros then
      return cannot(grains, count)
    end
    bucket = { micros = micros, grains = grains, is_kept = is_kept, quota = quota }
    buckets[key] = bucket
  elseif bucket.quota ~= quota then
    return cannot('two quotas')
  end
  local cost_micros, cost_grains = ARGV[at + 2] + 0, ARGV[at + 3] + 0
  local holds_micros, holds_grains = ARGV[at + 4] + 0, ARGV[at + 5] + 0
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
  write(key, bucket.quota, bucket.micros, bucket.grains, bucket.is_kept)
end
local answer = { 'settled', now }
if is_remembered then
  remember(answer)
end
return answer
