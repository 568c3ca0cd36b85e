-- What bucket.rs decides, decided where the buckets are. One run is one atomic step on all that it is about.
--
-- KEYS      the bucket of each ask; and where the answer is remembered, if it is to be
-- ARGV[1]   the verb
-- ARGV[2]   the time, or nothing for that of the server
-- ARGV[3]   for how long the answer is remembered, in milliseconds, or 0
-- ARGV[4..] for each ask: its quota as text, the grains in a microsecond of it, what it costs and what a bucket
--           holds, each as two numbers, and 1 if it only watches
--
-- The answer is a word and the time. To a take it goes on with what was missing from the bucket of each ask
-- before, as two numbers. If a bucket is from a time when its rule had another quota, the word is `changed`, what
-- is kept under the key of each ask follows, and nothing was done.
--
-- A bucket is kept as text: when it is full, in whole microseconds since the epoch; the grains that are left
-- over, of which there are fewer than in a microsecond; and the quota. All amounts are such pairs. A quota has
-- at most 2^16 grains in a microsecond, and refills within 2^47 microseconds, so nothing here comes near LAST:
-- Lua counts in doubles, which are exact up to there. Time stops before, in the year 2237.
local LAST = 9007199254740991
local LAST_TIME = LAST - 2 ^ 49
local FIELDS = 7
-- Milliseconds for which a full bucket is kept: by how much clocks may be apart when one server takes over from
-- another.
local SLACK = 1000

local function text(number)
  return string.format('%.0f', number)
end

local function clock()
  local time = tonumber(ARGV[2])
  if not time then
    local server = redis.call('TIME')
    time = server[1] * 1000000 + server[2]
  end
  return math.min(time, LAST_TIME)
end

local now = clock()

local function sum(per_micro, micros, grains, more_micros, more_grains)
  micros, grains = micros + more_micros, grains + more_grains
  if grains >= per_micro then
    return micros + 1, grains - per_micro
  end
  return micros, grains
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

local function is_more(micros, grains, other_micros, other_grains)
  return micros > other_micros or (micros == other_micros and grains > other_grains)
end

local function at_most_owed(ask, micros, grains)
  local most_micros, most_grains =
    sum(ask.per_micro, ask.holds_micros, ask.holds_grains, ask.holds_micros, ask.holds_grains)
  if is_more(micros, grains, most_micros, most_grains) then
    return most_micros, most_grains, true
  end
  return micros, grains, false
end

-- What is missing from the bucket of an ask; or a word for why that cannot be said.
local function read(ask)
  local bucket = { key = ask.key, quota = ask.quota, value = redis.call('GET', ask.key), micros = 0, grains = 0 }
  if bucket.value then
    local full_at, grains, quota = string.match(bucket.value, '^(%d+) (%d+) (.+)$')
    if not full_at or tonumber(full_at) > LAST then
      return nil, 'corrupt'
    end
    if quota ~= ask.quota then
      return bucket, 'changed'
    end
    if tonumber(grains) >= ask.per_micro then
      return nil, 'corrupt'
    end
    if tonumber(full_at) >= now then
      bucket.micros, bucket.grains = full_at - now, tonumber(grains)
    end
  end
  bucket.before_micros, bucket.before_grains = bucket.micros, bucket.grains
  -- A clock that was set back has made it larger than it can be.
  bucket.micros, bucket.grains, bucket.was_bounded = at_most_owed(ask, bucket.micros, bucket.grains)
  bucket.is_changed = bucket.was_bounded
  return bucket
end

local function write(bucket)
  if bucket.micros == 0 and bucket.grains == 0 then
    if bucket.value then
      redis.call('DEL', bucket.key)
    end
    return
  end
  local full_at = text(now + bucket.micros) .. ' ' .. text(bucket.grains)
  -- Not before it is full, by the clock that Redis lets go of keys by.
  local expires = text(math.ceil((bucket.micros + 1) / 1000) + SLACK)
  redis.call('SET', bucket.key, full_at .. ' ' .. bucket.quota, 'PX', expires)
end

local buckets = {}
local asks = {}

-- Reads what is asked, and the buckets. Gives a word if that cannot be done.
local function prepare()
  local outcome
  for place = 1, (#ARGV - 3) / FIELDS do
    local at = 3 + (place - 1) * FIELDS
    local ask = {
      key = KEYS[place],
      quota = ARGV[at + 1],
      per_micro = tonumber(ARGV[at + 2]),
      micros = tonumber(ARGV[at + 3]),
      grains = tonumber(ARGV[at + 4]),
      holds_micros = tonumber(ARGV[at + 5]),
      holds_grains = tonumber(ARGV[at + 6]),
      is_shadow = ARGV[at + 7] == '1',
    }
    ask.bucket = buckets[ask.key]
    if not ask.bucket then
      local word
      ask.bucket, word = read(ask)
      if word == 'corrupt' then
        return word
      end
      outcome = outcome or word
      buckets[ask.key] = ask.bucket
    elseif ask.bucket.quota ~= ask.quota then
      return 'two quotas'
    end
    asks[place] = ask
  end
  return outcome
end

local function change(ask, micros, grains)
  local bucket = ask.bucket
  bucket.micros, bucket.grains, bucket.is_changed = micros, grains, true
end

local verbs = {}

function verbs.take()
  local answer = { 'allowed', now }
  for _, ask in ipairs(asks) do
    local bucket = ask.bucket
    answer[#answer + 1] = bucket.before_micros
    answer[#answer + 1] = bucket.before_grains
    local micros, grains = sum(ask.per_micro, bucket.micros, bucket.grains, ask.micros, ask.grains)
    if is_more(micros, grains, ask.holds_micros, ask.holds_grains) then
      if not ask.is_shadow then
        answer[1] = 'refused'
      end
    elseif ask.micros > 0 or ask.grains > 0 then
      change(ask, micros, grains)
    end
  end
  if answer[1] == 'refused' then
    for _, ask in ipairs(asks) do
      local bucket = ask.bucket
      bucket.micros, bucket.grains = at_most_owed(ask, bucket.before_micros, bucket.before_grains)
      bucket.is_changed = bucket.was_bounded
    end
  end
  return answer
end

function verbs.refund()
  for _, ask in ipairs(asks) do
    local bucket = ask.bucket
    change(ask, difference(ask.per_micro, bucket.micros, bucket.grains, ask.micros, ask.grains))
  end
  return { 'settled', now }
end

function verbs.charge()
  for _, ask in ipairs(asks) do
    local bucket = ask.bucket
    change(ask, at_most_owed(ask, sum(ask.per_micro, bucket.micros, bucket.grains, ask.micros, ask.grains)))
  end
  return { 'settled', now }
end

-- Whatever is there, also if it is no bucket.
function verbs.reset()
  redis.call('DEL', KEYS[1])
  return { 'settled', now }
end

-- Shows that a key can be written; the key is for nothing else.
function verbs.check()
  redis.call('SET', KEYS[1], text(now), 'PX', SLACK)
  return { 'healthy', now }
end

local function remembered()
  local value = redis.call('GET', KEYS[#KEYS])
  if not value then
    return nil
  end
  local answer = {}
  for word in string.gmatch(value, '%S+') do
    answer[#answer + 1] = tonumber(word) or word
  end
  return answer
end

local function remember(answer)
  local words = { answer[1] }
  for place = 2, #answer do
    words[place] = text(answer[place])
  end
  redis.call('SET', KEYS[#KEYS], table.concat(words, ' '), 'PX', ARGV[3])
end

if ARGV[3] ~= '0' then
  local answer = remembered()
  if answer then
    return answer
  end
end
local outcome = prepare()
if outcome == 'corrupt' then
  return redis.error_reply('CORRUPT a bucket is not what a limiter writes')
end
if outcome == 'two quotas' then
  return redis.error_reply('CORRUPT two rules of one name have different quotas')
end
if outcome == 'changed' then
  local answer = { 'changed', now }
  for place, ask in ipairs(asks) do
    answer[place + 2] = ask.bucket.value or ''
  end
  return answer
end
local answer = verbs[ARGV[1]]()
for _, bucket in pairs(buckets) do
  if bucket.is_changed then
    write(bucket)
  end
end
if ARGV[3] ~= '0' then
  remember(answer)
end
return answer
