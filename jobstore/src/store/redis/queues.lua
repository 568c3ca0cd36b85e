-- The queues that hold a job or are paused. The answer: for each its name, how many jobs it has in each status, since
-- when a job is due, when the next one is, when it was asked for last, and its pause.
local names, counts = {}, {}
local attention = call('HGETALL', ATTENTION)
local asked, paused = {}, {}

local function add(queue, its_counts)
  if not counts[queue] then
    counts[queue] = its_counts
    names[#names + 1] = queue
  end
end

for _, queue in ipairs(tally()) do
  add(queue.name, queue.text)
end
for place = 1, #attention, 2 do
  local what, queue = match(attention[place], '^(%S+) (.+)$')
  if what == 'paused' then
    paused[queue] = attention[place + 1]
    add(queue, NO_JOBS)
  else
    asked[queue] = attention[place + 1]
  end
end

-- The first job of a queue from one time to another.
local function first(queue, from, to)
  local found = ''
  for rank = 0, 3 do
    local id = call('ZRANGEBYSCORE', due(rank, queue), from, to, 'LIMIT', 0, 1)[1]
    local job = id and read(id)
    if job and (found == '' or is_after(found, job.run_at)) then
      found = job.run_at
    end
  end
  return found
end

local queues = {}
for _, queue in ipairs(names) do
  local since, next = first(queue, '-inf', NOW), first(queue, '(' .. NOW, '+inf')
  queues[#queues + 1] = { queue, counts[queue], since, next, asked[queue] or '', paused[queue] or '' }
end
return { NOW, queues }
