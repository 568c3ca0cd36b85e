-- How many jobs there are.

-- The queues that hold a job, each with the numbers of its jobs by status.
local function tally()
  local queues, state = {}, call('HGETALL', BASE)
  for at = 1, #state, 2 do
    local queue = match(state[at], '^queue (.+)$')
    if queue then
      local kept = match(state[at + 1], COUNTS) and state[at + 1] or NO_JOBS
      local counts = { name = queue, text = kept }
      counts.scheduled, counts.ready, counts.running, counts.retrying, counts.done, counts.dead, counts.cancelled =
        match(kept, COUNTS)
      queues[#queues + 1] = counts
    end
  end
  return queues
end

-- The names of the queues that have jobs in a status.
local function queues_of(status)
  local names = {}
  for _, queue in ipairs(tally()) do
    if queue[status] ~= '0' then
      names[#names + 1] = queue.name
    end
  end
  return names
end
