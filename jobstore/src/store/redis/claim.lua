-- Leases jobs that are due.
--
-- ARGV: after how many bytes of payload it is enough; and for each claim the queue, the worker, the lease in
-- microseconds, and how many jobs at most. The answer to each: `paused`, or `more` if there may be more to give, as
-- there were enough bytes before there were enough jobs; when the next job is due, if all that is due was given; and
-- the jobs, each as its id and the fields of its hash.
local FIELDS = 4
local room = tonumber(ARGV[HEAD + 1])
local URGENT, LOW = 0, 3
-- Of how many queues it is remembered when they were asked for, and how exactly.
local MOST_ASKED, GRAIN = 1024, 60000000

local function forget_one_asked()
  local oldest, at
  local all = call('HGETALL', ATTENTION)
  for place = 1, #all, 2 do
    if sub(all[place], 1, 6) == 'asked ' and (not at or is_after(at, all[place + 1])) then
      oldest, at = all[place], all[place + 1]
    end
  end
  if oldest then
    call('HDEL', ATTENTION, oldest)
  end
end

-- Notes that a queue is asked for, and says whether it is paused.
local function is_paused(queue)
  local attention = call('HMGET', ATTENTION, 'asked ' .. queue, 'paused ' .. queue)
  if not attention[1] or now >= attention[1] + GRAIN then
    if not attention[1] and call('HLEN', ATTENTION) >= MOST_ASKED then
      forget_one_asked()
    end
    call('HSET', ATTENTION, 'asked ' .. queue, NOW)
  end
  return attention[2]
end

-- How many jobs were taken from a set; they come before all others.
local taken = {}

-- Claims one job; its hash, or nothing if it is not to be claimed.
local function take(id, key, worker, lease)
  taken[key] = (taken[key] or 0) + 1
  local kept = call('HGETALL', JOB .. id)
  local line
  for at = 1, #kept, 2 do
    local field = kept[at]
    if field == 'line' then
      line = at + 1
    elseif field == 'progress' then
      kept[at + 1] = ''
    elseif field == 'payload' then
      room = room - #kept[at + 1]
    end
  end
  local job = parse(id, line and kept[line])
  if not job or job.place ~= key or apply(job, 'claim', '', worker, lease) then
    put_right(key, id, job)
    return nil
  end
  kept[line] = job.line
  return kept
end

-- When the next job of a queue is due.
local function next_due(queue)
  local found = ''
  for rank = URGENT, LOW do
    local id = call('ZRANGEBYSCORE', due(rank, queue), '(' .. NOW, '+inf', 'LIMIT', 0, 1)[1]
    local job = id and read(id)
    if job and (found == '' or is_after(found, job.run_at)) then
      found = job.run_at
    end
  end
  return found
end

local function claim(queue, worker, lease, most)
  if is_paused(queue) then
    return { 'paused', '' }
  end
  local answer, left, is_all = { '', '' }, tonumber(most), true
  for rank = URGENT, LOW do
    local key = due(rank, queue)
    -- Behind those of the claims before this one.
    local first, ids = taken[key] or 0, {}
    if left > 0 and room > 0 then
      ids = call('ZRANGEBYSCORE', key, '-inf', NOW, 'LIMIT', first, left)
    end
    for _, id in ipairs(ids) do
      local kept = room > 0 and take(id, key, worker, lease)
      if kept then
        answer[#answer + 1] = { id, kept }
        left = left - 1
      end
      is_all = is_all and kept
    end
  end
  if left > 0 and not (is_all and room > 0) then
    answer[1] = 'more'
  elseif left > 0 then
    answer[2] = next_due(queue)
  end
  return answer
end

return run(function()
  local answers = { NOW }
  for offset = HEAD + 1, #ARGV - 1, FIELDS do
    answers[#answers + 1] = claim(unpack(ARGV, offset + 1, offset + FIELDS))
  end
  return answers
end)
