-- The other events. Those that most jobs live to see are made at once, and the rest when one of them occurs: else each
-- run would spend more time on making functions than on what it is for.

local function holds(job, fence)
  return job.till ~= '' and job.fence == fence
end

-- Takes the lease away, and answers whose it was.
local function give_up(job)
  local worker = job.worker
  job.till, job.worker = '', ''
  return worker
end

local function finish_as(job, status)
  job.status, job.ended = status, NOW
end

function events.heartbeat(job, fence, lease)
  if not holds(job, fence) then
    return refuse('lost')
  end
  -- A late heartbeat with a short lease must not take back what an earlier one was promised.
  local over = from_now(lease)
  if is_after(over, job.till) then
    job.till = over
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

local function make_others()
  local HISTORY, LINES = 32, 1000

  local function less_one(word)
    return text(math.max(word - 1, 0))
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
    local field = 'e' .. text(job.failures % HISTORY)
    local entry = concat({ job.attempts, NOW, category, form, text(#worker), worker .. message }, ' ')
    call('HSET', JOB .. job.id, field, entry)
    job.failures = plus(job.failures, 1)
    print = joined(job.kind_print, print)
    if print ~= job.print then
      if job.print ~= '' then
        move(IN .. 'print:' .. job.print, job.id)
      end
      move(IN .. 'print:' .. print, job.id, 0)
      job.print = print
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
    job.log_lines = plus(job.log_lines, 1)
    call('RPUSH', LOG .. job.id, concat({ job.log_lines, NOW, job.attempts, level, line }, ' '))
    if tonumber(job.log_lines) > LINES then
      call('LTRIM', LOG .. job.id, -LINES, -1)
    end
  end

  -- A delay that is empty stands for never.
  function events.fail(job, fence, category, message, print, delay)
    if not holds(job, fence) then
      return refuse('lost')
    end
    local worker = give_up(job)
    remember_failure(job, worker, category, 'said', message, print)
    if delay ~= '' and tonumber(job.attempts) < tonumber(job.max_attempts) then
      job.status, job.run_at = 'retrying', from_now(delay)
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
    job.attempts, job.interrupted = less_one(job.attempts), plus(job.interrupted, 1)
    if tonumber(job.interrupted) < tonumber(job.max_interrupted) then
      job.status = 'ready'
    else
      remember_failure(job, worker, 'timeout', 'interrupted', job.interrupted, print)
      finish_as(job, 'dead')
    end
    return worker, ''
  end

  function events.postpone(job, fence, delay)
    if not holds(job, fence) then
      return refuse('lost')
    end
    job.attempts = less_one(job.attempts)
    job.status, job.run_at = 'scheduled', from_now(delay)
    return give_up(job), ''
  end

  function events.expire(job, _, print)
    if job.till == '' then
      return wrong_status(job)
    end
    local over = job.till
    if now < tonumber(over) then
      return refuse('early')
    end
    remember_failure(job, give_up(job), 'lost', 'lost', over, print)
    job.lost, job.attempts = plus(job.lost, 1), less_one(job.attempts)
    if tonumber(job.lost) >= tonumber(job.max_lost) then
      finish_as(job, 'dead')
    else
      job.status = 'ready'
    end
    return 'system:reaper', ''
  end

  function events.cancel(job, _, actor, reason)
    if job.ended ~= '' then
      return wrong_status(job)
    end
    give_up(job)
    finish_as(job, 'cancelled')
    return actor, reason
  end

  function events.revive(job, _, actor, reason)
    local status = job.status
    if status == 'ready' or status == 'running' or status == 'done' then
      return wrong_status(job)
    end
    if job.bare == 'gone' then
      return refuse('gone')
    end
    if job.ended ~= '' then
      -- It gets one more attempt if there are none left, and is not held to how it died.
      job.max_attempts = text(math.max(job.max_attempts, job.attempts + 1))
      job.lost, job.interrupted, job.ended = '0', '0', ''
      call('HDEL', JOB .. job.id, 'solved')
    end
    job.status, job.run_at = 'ready', NOW
    return actor, reason
  end

  function events.flag(job, _, actor, reason, flagged)
    if job.status ~= 'dead' then
      return wrong_status(job)
    end
    call('HSET', JOB .. job.id, 'triage', NOW .. ' ' .. flagged)
    call('HDEL', JOB .. job.id, 'solved')
    return actor, reason
  end

  function events.resolve(job, _, actor, reason, flagged, by)
    if job.status ~= 'dead' then
      return wrong_status(job)
    end
    resolve(job, flagged, by, '')
    return actor, reason
  end
end

setmetatable(events, {
  __index = function(_, name)
    make_others()
    return rawget(events, name)
  end,
})
