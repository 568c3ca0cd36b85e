-- What bucket.rs decides, decided where the buckets are: the part that all verbs have in common. One run is one
-- atomic step on all buckets that it is about.
--
-- KEYS      the bucket of each ask; and where the answer is remembered, if it is to be
-- ARGV[1]   the time, or nothing for that of the server
-- ARGV[2]   for how long the answer is remembered, in milliseconds, or 0
-- ARGV[3..] what the verb takes
--
-- An answer is a word and the time, and what the verb adds.
--
-- A bucket is kept as text: when it is full, in whole microseconds since the epoch; the grains that are left
-- over, of which there are fewer than in a microsecond; and the quota. All amounts are such pairs. A quota has
-- at most 2^16 grains in a microsecond, and refills within 2^47 microseconds, so nothing here comes near LAST:
-- Lua counts in doubles, which are exact up to there. Time stops before, in the year 2237.
local LAST = 9007199254740991
local LAST_TIME = LAST - 2 ^ 49
-- Milliseconds for which a full bucket is kept: by how much clocks may be apart when one server takes over from
-- another.
local SLACK = 1000

local call = redis.call

local now = tonumber(ARGV[1])
if not now then
  local server = call('TIME')
  now = server[1] * 1000000 + server[2]
end
if now > LAST_TIME then
  now = LAST_TIME
end

local function sum(per_micro, micros, grains, more_micros, more_grains)
  micros, grains = micros + more_micros, grains + more_grains
  if grains >= per_micro then
    return micros + 1, grains - per_micro
  end
  return micros, grains
end

local function is_more(micros, grains, other_micros, other_grains)
  return micros > other_micros or (micros == other_micros and grains > other_grains)
end

-- What may be missing from a bucket that holds so much: twice as much, or less.
local function at_most_owed(per_micro, micros, grains, holds_micros, holds_grains)
  local most_micros, most_grains = sum(per_micro, holds_micros, holds_grains, holds_micros, holds_grains)
  if is_more(micros, grains, most_micros, most_grains) then
    return most_micros, most_grains
  end
  return micros, grains
end

-- What is missing from a bucket, and whether it is kept; or nothing, and a word for why that cannot be said.
local function missing(key, quota, per_micro)
  local kept = call('GET', key)
  if not kept then
    return 0, 0, false
  end
  local full_at, grains, kept_quota = string.match(kept, '^(%d+) (%d+) (.+)$')
  if not full_at or full_at + 0 > LAST then
    return nil, 'corrupt'
  end
  if kept_quota ~= quota then
    return nil, 'changed'
  end
  if grains + 0 >= per_micro then
    return nil, 'corrupt'
  end
  local micros = full_at - now
  if micros < 0 then
    return 0, 0, true
  end
  return micros, grains + 0, true
end

local function write(key, quota, micros, grains, is_kept)
  if micros > 0 or grains > 0 then
    -- Not before it is full, by the clock that Redis lets go of keys by.
    local expires = (micros - micros % 1000) / 1000 + 1 + SLACK
    call('SET', key, string.format('%.0f %.0f %s', now + micros, grains, quota), 'PX', expires)
  elseif is_kept then
    call('DEL', key)
  end
end

-- Why a step cannot be made: something is kept that is no bucket, or is one of another quota. In that case the
-- answer has what is kept under the key of each ask.
local function cannot(word, count)
  if word == 'corrupt' then
    return redis.error_reply('CORRUPT a bucket is not what a limiter writes')
  end
  if word == 'two quotas' then
    return redis.error_reply('CORRUPT two rules of one name have different quotas')
  end
  local answer = { word, now }
  for place = 1, count do
    answer[place + 2] = call('GET', KEYS[place]) or ''
  end
  return answer
end

local is_remembered = ARGV[2] ~= '0'

-- The answer that was given before, if there is one.
local function recall()
  local kept = call('GET', KEYS[#KEYS])
  if not kept then
    return nil
  end
  local answer = {}
  for word in string.gmatch(kept, '%S+') do
    answer[#answer + 1] = tonumber(word) or word
  end
  return answer
end

local function remember(answer)
  local words = { answer[1] }
  for place = 2, #answer do
    words[place] = string.format('%.0f', answer[place])
  end
  call('SET', KEYS[#KEYS], table.concat(words, ' '), 'PX', ARGV[2])
end
