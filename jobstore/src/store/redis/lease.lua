-- What machine.rs decides, decided where the jobs are. Each event is a function of the job, the fence of who sends
-- it and what it brings along. It changes the job and answers who did it, and why, for the audit trail; or why it
-- is refused, and then it has changed nothing. This is the event by which a job is lent; the others are in machine.lua.
local WAITS = { scheduled = true, ready = true, retrying = true }

local function refuse(why)
  return nil, nil, why
end

local function wrong_status(job)
  return refuse('in ' .. job.status)
end

local function plus(word, by)
  return text(word + by)
end

-- The time, or one more than the fence before.
local function next_fence(fence)
  local above = sum(fence, '1')
  return is_after(NOW, above) and NOW or above
end

local events = {}

function events.claim(job, _, worker, lease)
  if not WAITS[job.status] then
    return wrong_status(job)
  end
  if now < tonumber(job.run_at) then
    return refuse('early')
  end
  if job.fence ~= '0' then
    call('HDEL', JOB .. job.id, 'progress')
  end
  job.status, job.started = 'running', NOW
  job.attempts, job.fence = plus(job.attempts, 1), next_fence(job.fence)
  job.till, job.worker = from_now(lease), worker
  return worker, ''
end

-- Applies an event to a job and writes it; answers why not, if it is refused.
local function apply(job, name, fence, ...)
  local before = job.status
  local actor, reason, refused = events[name](job, fence, ...)
  if refused then
    return refused
  end
  if actor then
    tell(job, name, before, job.status, actor, reason)
    if job.at_death == 'release' and (job.status == 'dead' or job.status == 'cancelled') then
      free_key(job.id)
    end
  end
  write(job)
end
