-- What bucket.rs decides, decided where the buckets are: the part that all verbs have in common. One run is one
-- atomic step on all buckets that it is about.
--
-- A bucket is kept as text: when it is full, in whole microseconds since the epoch; the grains that are left
-- over, of which there are fewer than in a microsecond; and the quota. All amounts are such pairs. A quota has
-- at most 2^16 grains in a microsecond, and refills within 2^47 microseconds, so nothing here comes near LAST:
-- Lua counts in doubles, which are exact up to there. Time stops before, in the year 2237.
--
-- What is asked of a bucket is said in terms, of which many asks have the same; they are in the arguments first,
-- as their number and FIELDS for each: the quota as text, the grains in a microsecond of it, what is asked for and
-- what a bucket holds, each as two numbers, and 1 if the rule only watches. An ask is the number of its terms.
local LAST = 9007199254740991
local LAST_TIME = LAST - 2 ^ 49
local FIELDS = 7
local QUOTA, PER_MICRO, COST_MICROS, COST_GRAINS, HOLDS_MICROS, HOLDS_GRAINS, IS_SHADOW = 1, 2, 3, 4, 5, 6, 7
-- Milliseconds for which a full bucket is kept: by how much clocks may be apart when one server takes over from
-- another.
local SLACK = 1000

local call, pcall, format, match = redis.call, redis.pcall, string.format, string.match

local terms = {}
local offset = 1
for number = 1, ARGV[1] + 0 do
  terms[number] = {
    ARGV[offset + QUOTA],
    ARGV[offset + PER_MICRO] + 0,
    ARGV[offset + COST_MICROS] + 0,
    ARGV[offset + COST_GRAINS] + 0,
    ARGV[offset + HOLDS_MICROS] + 0,
    ARGV[offset + HOLDS_GRAINS] + 0,
    ARGV[offset + IS_SHADOW] == '1',
  }
  offset = offset + FIELDS
end

-- The time that was given, or that of the server.
local server_time
local function clock(given)
  local time = tonumber(given)
  if not time then
    if not server_time then
      local server = call('TIME')
      server_time = server[1] * 1000000 + server[2]
    end
    time = server_time
  end
  if time > LAST_TIME then
    return LAST_TIME
  end
  return time
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

-- What may be missing from a bucket: twice what it holds, or less.
local function at_most_owed(term, micros, grains)
  local holds_micros, holds_grains = term[HOLDS_MICROS], term[HOLDS_GRAINS]
  local most_micros, most_grains = sum(term[PER_MICRO], holds_micros, holds_grains, holds_micros, holds_grains)
  if is_more(micros, grains, most_micros, most_grains) then
    return most_micros, most_grains
  end
  return micros, grains
end

local CHANGED, CORRUPT, TWO_QUOTAS = 2, 3, 4

-- What is missing from a bucket, and whether it is kept; or nothing, and why that cannot be said: it belongs to
-- another quota, or is no bucket.
local function missing(key, term, now)
  local kept = pcall('GET', key)
  if not kept then
    return 0, 0, false
  end
  if kept.err then
    return nil, CORRUPT
  end
  local full_at, grains, kept_quota = match(kept, '^(%d+) (%d+) (.+)$')
  if not full_at or full_at + 0 > LAST then
    return nil, CORRUPT
  end
  if kept_quota ~= term[QUOTA] then
    return nil, CHANGED
  end
  grains = grains + 0
  if grains >= term[PER_MICRO] then
    return nil, CORRUPT
  end
  local micros = full_at - now
  if micros < 0 then
    return 0, 0, true
  end
  return micros, grains, true
end

local function write(key, quota, micros, grains, is_kept, now)
  if micros > 0 or grains > 0 then
    -- Not before it is full, by the clock that Redis lets go of keys by.
    local expires = (micros - micros % 1000) / 1000 + 1 + SLACK
    call('SET', key, format('%.0f %.0f %s', now + micros, grains, quota), 'PX', expires)
  elseif is_kept then
    call('DEL', key)
  end
end
