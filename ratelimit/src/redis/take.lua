-- Takes tokens for any number of calls, one after another: for each, from all its buckets or from none.
--
-- KEYS      for each call the bucket of each ask; and where the answer is remembered, if it is to be
-- ARGV      the terms; and for each call how many asks it has, the time, or nothing for that of the server, for how
--           long the answer is remembered, in milliseconds, or 0, and the asks
--
-- The answer is numbers: for each call the time, and then 1 if all was taken or 0 if nothing was, and what was
-- missing from the bucket of each ask before, as two numbers. Or, instead of 1 or 0, why nothing can be said.
local HEAD = 3
local ALLOWED, REFUSED = 1, 0

local answers = {}
local last = 0

local function say(number)
  last = last + 1
  answers[last] = number
end

local key_offset = 0

-- Decides about one call, whose keys and asks are behind the offsets.
local function decide(count, now)
  local said = last
  local outcome = ALLOWED
  -- What is missing from each bucket after it was asked, as two numbers, in the place of the first ask of it.
  local after = {}
  local is_overdue = false
  say(now)
  say(ALLOWED)
  for place = 1, count do
    local key, term = KEYS[key_offset + place], terms[ARGV[offset + place] + 0]
    local first = place
    for earlier = 1, place - 1 do
      if KEYS[key_offset + earlier] == key then
        first = earlier
        break
      end
    end

    local micros, grains
    if first == place then
      micros, grains = missing(key, term, now)
      if not micros then
        return grains
      end
    elseif terms[ARGV[offset + first] + 0][QUOTA] ~= term[QUOTA] then
      return TWO_QUOTAS
    else
      micros, grains = answers[said + 2 * first + 1], answers[said + 2 * first + 2]
    end
    say(micros)
    say(grains)
    if after[2 * first] then
      micros, grains = after[2 * first - 1], after[2 * first]
    end

    local cost_micros, cost_grains, holds_micros = term[COST_MICROS], term[COST_GRAINS], term[HOLDS_MICROS]
    is_overdue = is_overdue or micros > holds_micros
    micros, grains = sum(term[PER_MICRO], micros, grains, cost_micros, cost_grains)
    if is_more(micros, grains, holds_micros, term[HOLDS_GRAINS]) then
      if not term[IS_SHADOW] then
        outcome = REFUSED
      end
    elseif cost_micros > 0 or cost_grains > 0 then
      after[2 * first - 1], after[2 * first] = micros, grains
    end
  end

  if outcome == ALLOWED then
    for place = 1, count do
      if after[2 * place] then
        local quota = terms[ARGV[offset + place] + 0][QUOTA]
        write(KEYS[key_offset + place], quota, after[2 * place - 1], after[2 * place], true, now)
      end
    end
  end
  -- A clock that was set back may have made what is missing from a bucket larger than it can be; such a bucket
  -- allows nothing.
  if is_overdue then
    for place = 1, count do
      local term = terms[ARGV[offset + place] + 0]
      local micros, grains = answers[said + 2 * place + 1], answers[said + 2 * place + 2]
      local most_micros, most_grains = at_most_owed(term, micros, grains)
      if most_micros ~= micros or most_grains ~= grains then
        write(KEYS[key_offset + place], term[QUOTA], most_micros, most_grains, true, now)
      end
    end
  end
  return outcome
end

-- Says what was said before, if that is remembered.
local function recall(key)
  local kept = call('GET', key)
  if not kept then
    return false
  end
  for number in string.gmatch(kept, '%d+') do
    say(tonumber(number))
  end
  return true
end

local function remember(key, from, millis)
  local words = {}
  for place = from, last do
    words[#words + 1] = format('%.0f', answers[place])
  end
  call('SET', key, table.concat(words, ' '), 'PX', millis)
end

while offset < #ARGV do
  local count, now, millis = ARGV[offset + 1] + 0, clock(ARGV[offset + 2]), ARGV[offset + 3]
  local said = last
  local is_remembered = millis ~= '0'
  offset = offset + HEAD
  local memory = is_remembered and KEYS[key_offset + count + 1]
  if not (is_remembered and recall(memory)) then
    local outcome = decide(count, now)
    answers[said + 2] = outcome
    if outcome > ALLOWED then
      -- What came before the fault was found is of no account.
      while last > said + 2 do
        answers[last] = nil
        last = last - 1
      end
    elseif is_remembered then
      remember(memory, said + 1, millis)
    end
  end
  offset = offset + count
  key_offset = key_offset + count + (is_remembered and 1 or 0)
end
return answers
