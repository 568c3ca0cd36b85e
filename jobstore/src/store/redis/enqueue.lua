-- Takes in all of the jobs; nothing can be refused once it has begun.
--
-- ARGV, for each job: the rank, the queue, the batch, and the words of its line that follow but for the last two; its
-- start, `+` and microseconds from now or `@` and a time; the payload; what it is made with, and of that the indexes
-- and the name of who asks for the trail; and where its dedupe key is remembered, the digest, the window in
-- microseconds and for how many milliseconds it is remembered, 0 for ever, all of them empty if it has none. The answer
-- to each: `created`, `duplicate` or `conflict`, the id, and the status now; or `broken` and nothing, if there is
-- something in a key that does not belong there.
local FIELDS = 13

local function set(key, kept, millis, ...)
  if millis == '0' then
    return call('SET', key, kept, ...)
  end
  return call('SET', key, kept, 'PX', millis, ...)
end

-- Remembers the key of a new job, or answers the repetition that it is.
local function repetition(id, lock, digest, window, millis_kept)
  local key, kept = BASE .. lock, digest .. ' ' .. from_now(window) .. ' ' .. id
  if window ~= '0' and set(key, kept, millis_kept, 'NX') then
    return nil
  end
  local first, over, other = match(call('GET', key) or '', '^(%S+) (%d+) (%S+)$')
  if first and now < tonumber(over) then
    local job = read(other)
    return first == digest and 'duplicate' or 'conflict', other, job and job.status or ''
  end
  if window ~= '0' then
    set(key, kept, millis_kept)
  end
end

local function create(id, rank, queue, batch, words, start, payload, its_made, places, actor)
  local run_at, status = NOW, 'ready'
  if start ~= '+0' then
    run_at = sub(start, 2)
    if sub(start, 1, 1) == '+' then
      run_at = from_now(run_at)
    end
    status = tonumber(run_at) > now and 'scheduled' or 'ready'
  end
  -- As much of the job as is needed here.
  local job = {
    id = id, status = status, run_at = run_at, trail = '', rank = rank, queue = queue, batch = batch, fence = '0',
  }
  tell(job, 'enqueue', '', status, actor, '')
  local its_line = status .. ' ' .. run_at .. ' ' .. job.trail .. ' ' .. rank .. ' ' .. queue .. ' ' .. batch .. ' '
    .. words .. NOW .. ' '
  if payload == '' then
    call('HSET', JOB .. id, 'line', its_line, 'made', its_made)
  else
    call('HSET', JOB .. id, 'line', its_line, 'made', its_made, 'payload', payload)
  end
  enter(job, places)
  return 'created', id, status
end

local function enqueue(offset)
  local id, lock = fresh_id(), ARGV[offset + 10]
  if lock ~= '' then
    local what, other, status = repetition(id, unpack(ARGV, offset + 10, offset + 13))
    if what then
      return what, other, status
    end
  end
  return create(id, unpack(ARGV, offset + 1, offset + 9))
end

return run(function()
  local answers, last = { NOW }, 1
  for offset = HEAD, #ARGV - 1, FIELDS do
    local what, id, status = try(enqueue, offset)
    answers[last + 1], answers[last + 2], answers[last + 3] = what or 'broken', id or '', status or ''
    last = last + 3
  end
  return answers
end)
