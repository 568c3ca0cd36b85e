-- What machine.rs decides, decided where the jobs are. Each event is a function of the job, the fence of who sends
-- it and what it brings along. It changes the job and answers who did it, and why, for the audit trail; or why it
-- is refused, and then it has changed nothing.
local HISTORY, LINES = 32, 1000
local WAITS = { scheduled = true, ready = true, retrying = true }

local function refuse(why)
  return nil, nil, why
end

local function wrong_status(job)
  return refuse('in ' .. job[STATUS])
end

local function holds(job, fence)
  return job[UNTIL] ~= '' and job[FENCE] == fence
end

-- Takes the lease away, and answers whose it was.
local function give_up(job)
  local worker = job[WORKER]
  job[UNTIL], job[WORKER] = '', ''
  return worker
end

local function plus(word, by)
  return text(word + by)
end

local function less_one(word)
  return text(math.max(word - 1, 0))
end

local function finish_as(job, status)
  job[STATUS], job[ENDED] = status, NOW
end

-- What the kind of a job and a failure have in common with others.
local function joined(one, other)
  local function half(from)
    local bits = bit.bxor(tonumber(sub(one, from, from + 7), 16), tonumber(sub(other, from, from + 7), 16))
    return bit.tohex(bits)
  end
  return half(1) .. half(9)
end

-- Adds to the history of failures. `form` says what the message is: itself, or what it is to be made of.
local function remember_failure(job, worker, category, form, message, print)
  local field = 'e' .. text(job[FAILURES] % HISTORY)
  local entry = concat({ job[ATTEMPTS], NOW, category, form, text(#worker), worker .. message }, ' ')
  call('HSET', JOB .. job.id, field, entry)
  job[FAILURES] = plus(job[FAILURES], 1)
  print = joined(job[KIND_PRINT], print)
  if print ~= job[PRINT] then
    if job[PRINT] ~= '' then
      move(IN .. 'print:' .. job[PRINT], job.id)
    end
    move(IN .. 'print:' .. print, job.id, 0)
    job[PRINT] = print
  end
end

-- The time, or one more than the fence before.
local function next_fence(fence)
  local above = sum(fence, '1')
  return is_after(NOW, above) and NOW or above
end

local events = {}

function events.claim(job, _, worker, lease)
  if not WAITS[job[STATUS]] then
    return wrong_status(job)
  end
  if now < tonumber(job[RUN_AT]) then
    return refuse('early')
  end
  if job[FENCE] ~= '0' then
    call('HDEL', JOB .. job.id, 'progress')
  end
  job[STATUS], job[STARTED] = 'running', NOW
  job[ATTEMPTS], job[FENCE] = plus(job[ATTEMPTS], 1), next_fence(job[FENCE])
  job[UNTIL], job[WORKER] = later(NOW, lease), worker
  return worker, ''
end

function events.heartbeat(job, fence, lease)
  if not holds(job, fence) then
    return refuse('lost')
  end
  -- A late heartbeat with a short lease must not take back what an earlier one was promised.
  local over = later(NOW, lease)
  if is_after(over, job[UNTIL]) then
    job[UNTIL] = over
  end
end

function events.progress(job, fence, progress)
  if not holds(job, fence) then
    return refuse('lost')
  end
  call('HSET', JOB .. job.id, 'progress', progress)
end

function events.log(job, fence, level, line)
  if not holds(job, fence) then
    return refuse('lost')
  end
  job[LOG_LINES] = plus(job[LOG_LINES], 1)
  call('RPUSH', LOG .. job.id, concat({ job[LOG_LINES], NOW, job[ATTEMPTS], level, line }, ' '))
  if tonumber(job[LOG_LINES]) > LINES then
    call('LTRIM', LOG .. job.id, -LINES, -1)
  end
end

function events.complete(job, fence, result)
  if not holds(job, fence) then
    return refuse('lost')
  end
  if result ~= '' then
    call('HSET', JOB .. job.id, 'result', result)
  end
  finish_as(job, 'done')
  return give_up(job), ''
end

-- A delay that is empty stands for never.
function events.fail(job, fence, category, message, print, delay)
  if not holds(job, fence) then
    return refuse('lost')
  end
  local worker = give_up(job)
  remember_failure(job, worker, category, 'said', message, print)
  if delay ~= '' and tonumber(job[ATTEMPTS]) < tonumber(job[MAX_ATTEMPTS]) then
    job[STATUS], job[RUN_AT] = 'retrying', later(NOW, delay)
  else
    finish_as(job, 'dead')
  end
  return worker, category
end

function events.release(job, fence, print)
  if not holds(job, fence) then
    return refuse('lost')
  end
  local worker = give_up(job)
  job[ATTEMPTS], job[INTERRUPTED] = less_one(job[ATTEMPTS]), plus(job[INTERRUPTED], 1)
  if tonumber(job[INTERRUPTED]) < tonumber(job[MAX_INTERRUPTED]) then
    job[STATUS] = 'ready'
  else
    remember_failure(job, worker, 'timeout', 'interrupted', job[INTERRUPTED], print)
    finish_as(job, 'dead')
  end
  return worker, ''
end

function events.postpone(job, fence, delay)
  if not holds(job, fence) then
    return refuse('lost')
  end
  job[ATTEMPTS] = less_one(job[ATTEMPTS])
  job[STATUS], job[RUN_AT] = 'scheduled', later(NOW, delay)
  return give_up(job), ''
end

function events.expire(job, _, print)
  if job[UNTIL] == '' then
    return wrong_status(job)
  end
  local over = job[UNTIL]
  if now < tonumber(over) then
    return refuse('early')
  end
  remember_failure(job, give_up(job), 'lost', 'lost', over, print)
  job[LOST], job[ATTEMPTS] = plus(job[LOST], 1), less_one(job[ATTEMPTS])
  if tonumber(job[LOST]) >= tonumber(job[MAX_LOST]) then
    finish_as(job, 'dead')
  else
    job[STATUS] = 'ready'
  end
  return 'system:reaper', ''
end

function events.cancel(job, _, actor, reason)
  if job[ENDED] ~= '' then
    return wrong_status(job)
  end
  give_up(job)
  finish_as(job, 'cancelled')
  return actor, reason
end

function events.revive(job, _, actor, reason)
  local status = job[STATUS]
  if status == 'ready' or status == 'running' or status == 'done' then
    return wrong_status(job)
  end
  if job[BARE] == 'gone' then
    return refuse('gone')
  end
  if job[ENDED] ~= '' then
    -- It gets one more attempt if there are none left, and is not held to how it died.
    job[MAX_ATTEMPTS] = text(math.max(job[MAX_ATTEMPTS], job[ATTEMPTS] + 1))
    job[LOST], job[INTERRUPTED], job[ENDED] = '0', '0', ''
    call('HDEL', JOB .. job.id, 'solved')
  end
  job[STATUS], job[RUN_AT] = 'ready', NOW
  return actor, reason
end

function events.flag(job, _, actor, reason, flagged)
  if job[STATUS] ~= 'dead' then
    return wrong_status(job)
  end
  call('HSET', JOB .. job.id, 'triage', NOW .. ' ' .. flagged)
  call('HDEL', JOB .. job.id, 'solved')
  return actor, reason
end

-- Says what came of a dead job, and which job was made of it, if any.
local function resolve(job, flagged, by, replayed_as)
  call('HSETNX', JOB .. job.id, 'triage', NOW .. ' ' .. flagged)
  call('HSET', JOB .. job.id, 'solved', concat({ NOW, replayed_as, by }, ' '))
end

function events.resolve(job, _, actor, reason, flagged, by)
  if job[STATUS] ~= 'dead' then
    return wrong_status(job)
  end
  resolve(job, flagged, by, '')
  return actor, reason
end

-- Applies an event to a job and writes it; answers why not, if it is refused.
local function apply(job, name, fence, ...)
  local before = job[STATUS]
  local actor, reason, refused = events[name](job, fence, ...)
  if refused then
    return refused
  end
  if actor then
    tell(job, name, before, job[STATUS], actor, reason)
    if job[AT_DEATH] == 'release' and (job[STATUS] == 'dead' or job[STATUS] == 'cancelled') then
      free_key(job)
    end
  end
  write(job)
end
