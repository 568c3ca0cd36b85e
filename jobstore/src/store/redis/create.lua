-- How jobs are made.

local millis = format('%012x', math.floor(now / 1000))
-- What all ids of this run begin with, and the number that the latest ends with.
local first_half, number

-- Makes an id that is above all before it: a UUID of version 7. Within a millisecond it counts up from a random
-- start, the first bit of which is 0, so that there is room.
local function fresh_id()
  if first_half then
    number = number + 1
  elseif sub(latest_id, 1, 8) .. sub(latest_id, 10, 13) < millis then
    local variant = 8 + tonumber(sub(RANDOM, 4, 4), 16) % 4
    local first = tonumber(sub(RANDOM, 8, 8), 16) % 8
    first_half = format('%s-%s-7%s-%x%s-', sub(millis, 1, 8), sub(millis, 9), sub(RANDOM, 1, 3), variant,
      sub(RANDOM, 5, 7))
    number = tonumber(first .. sub(RANDOM, 9, 19), 16)
  else
    first_half, number = sub(latest_id, 1, 24), tonumber(sub(latest_id, 25), 16) + 1
  end
  latest_id = first_half .. format('%012x', number)
  return latest_id
end

-- Puts a new job where it waits, and into its indexes.
local function enter(job, places)
  move(due(job.rank, job.queue), job.id, job.run_at)
  if not string.find(places, ' ', 1, true) then
    move(IN .. places, job.id, 0)
  else
    for name in string.gmatch(places, '[^ ]+') do
      move(IN .. name, job.id, 0)
    end
  end
  count(job, job.status, 1)
  is_claimable = true
end
