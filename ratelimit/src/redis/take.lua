-- Takes tokens from all buckets, or from none.
--
-- ARGV[3..] for each ask: its quota as text, the grains in a microsecond of it, what it costs and what a bucket
--           holds, each as two numbers, and 1 if it only watches
--
-- The answer is `allowed` or `refused`, and what was missing from the bucket of each ask before, as two numbers.
local FIELDS = 7
local count = (#ARGV - 2) / FIELDS

if is_remembered then
  local answer = recall()
  if answer then
    return answer
  end
end

local answer = { 'allowed', now, 0, 0 }
-- What is missing from each bucket after it was asked, as two numbers, in the place of the first ask of it.
local after = {}
local is_overdue = false

for place = 1, count do
  local at = FIELDS * place - 4
  local key, quota, per_micro = KEYS[place], ARGV[at], ARGV[at + 1] + 0
  local first = place
  for earlier = 1, place - 1 do
    if KEYS[earlier] == key then
      first = earlier
      break
    end
  end

  local micros, grains
  if first == place then
    micros, grains = missing(key, quota, per_micro)
    if not micros then
      return cannot(grains, count)
    end
    answer[2 * place + 1], answer[2 * place + 2] = micros, grains
  else
    if ARGV[FIELDS * first - 4] ~= quota then
      return cannot('two quotas')
    end
    micros, grains = answer[2 * first + 1], answer[2 * first + 2]
    answer[2 * place + 1], answer[2 * place + 2] = micros, grains
    if after[2 * first - 1] then
      micros, grains = after[2 * first - 1], after[2 * first]
    end
  end

  local cost_micros, cost_grains = ARGV[at + 2] + 0, ARGV[at + 3] + 0
  local holds_micros, holds_grains = ARGV[at + 4] + 0, ARGV[at + 5] + 0
  is_overdue = is_overdue or micros > holds_micros
  micros, grains = sum(per_micro, micros, grains, cost_micros, cost_grains)
  if is_more(micros, grains, holds_micros, holds_grains) then
    if ARGV[at + 6] ~= '1' then
      answer[1] = 'refused'
    end
  elseif cost_micros > 0 or cost_grains > 0 then
    after[2 * first - 1], after[2 * first] = micros, grains
  end
end

if answer[1] == 'allowed' then
  for place = 1, count do
    local micros = after[2 * place - 1]
    if micros then
      write(KEYS[place], ARGV[FIELDS * place - 4], micros, after[2 * place])
    end
  end
end
-- A clock that was set back has made what is missing from a bucket larger than it can be, perhaps; such a bucket
-- allows nothing.
if is_overdue then
  for place = 1, count do
    local at = FIELDS * place - 4
    local micros, grains = answer[2 * place + 1], answer[2 * place + 2]
    local most_micros, most_grains =
      at_most_owed(ARGV[at + 1] + 0, micros, grains, ARGV[at + 4] + 0, ARGV[at + 5] + 0)
    if most_micros ~= micros or most_grains ~= grains then
      write(KEYS[place], ARGV[at], most_micros, most_grains)
    end
  end
end
if is_remembered then
  remember(answer)
end
return answer
