-- Takes in all of the jobs; nothing can be refused once it has begun.
--
-- ARGV, for each job: the words of its line from the rank on; its start, `+` and microseconds from now or `@` and a
-- time; the payload; who asks, and how much of that is the name for the trail; what is asked; the dedupe key, where
-- it is remembered, the digest, the window in microseconds and for how many milliseconds it is remembered, 0 for
-- ever; and the indexes. The answer to each: `created`, `duplicate` or `conflict`, the id, and the status now; or
-- `broken` and nothing, if there is something in a key that does not belong there.
local FIELDS = 12

-- What is remembered under a key: the answer to a repetition, or nothing.
local function repetition(lock, digest)
  local kept = call('GET', BASE .. lock)
  local first, over, id = match(kept or '', '^(%S+) (%d+) (%S+)$')
  if not first or now >= tonumber(over) then
    return nil
  end
  local job = read(id)
  return first == digest and 'duplicate' or 'conflict', id, job and job[STATUS] or ''
end

local function remember(lock, digest, window, millis, id)
  local kept = concat({ digest, later(NOW, window), id }, ' ')
  if millis == '0' then
    call('SET', BASE .. lock, kept)
  else
    call('SET', BASE .. lock, kept, 'PX', millis)
  end
end

-- Writes the fields of a job that are not empty.
local function keep(id, ...)
  local given, fields = { ... }, {}
  for place = 1, #given, 2 do
    if given[place + 1] ~= '' then
      fields[#fields + 1], fields[#fields + 2] = given[place], given[place + 1]
    end
  end
  call('HSET', JOB .. id, unpack(fields))
end

local function create(words, start, payload, by, actor_len, ask, key, lock, digest, window, millis, places)
  local id = fresh_id()
  local run_at = sub(start, 2)
  if sub(start, 1, 1) == '+' then
    run_at = later(NOW, run_at)
  end
  local status = tonumber(run_at) > now and 'scheduled' or 'ready'
  -- As much of the job as is needed here.
  local job = { status, run_at, NOW, '', [FENCE] = '0', [UNTIL] = '', [ENDED] = '', id = id }
  job[RANK], job[QUEUE], job[BATCH] = match(words, '^(%S*) (%S*) %S* (%S*)')
  tell(job, 'enqueue', '', status, sub(by, 1, tonumber(actor_len)), '')
  local line = concat({ status, run_at, NOW, job[TRAIL], words }, ' ')
  keep(id, 'line', line, 'payload', payload, 'ask', ask, 'by', by, 'places', places, 'key', key, 'lock', lock)
  if lock ~= '' and window ~= '0' then
    remember(lock, digest, window, millis, id)
  end
  enter(job, places)
  return 'created', id, status
end

local function enqueue_at(offset)
  local lock, digest = ARGV[offset + 8], ARGV[offset + 9]
  if lock ~= '' then
    local what, id, status = repetition(lock, digest)
    if what then
      return what, id, status
    end
  end
  return create(unpack(ARGV, offset + 1, offset + FIELDS))
end

return run(function()
  local answers, last = { NOW }, 1
  for offset = HEAD, #ARGV - 1, FIELDS do
    local is_done, what, id, status = pcall(enqueue_at, offset)
    if not is_done then
      what, id, status = 'broken', '', ''
    end
    answers[last + 1], answers[last + 2], answers[last + 3] = what, id, status
    last = last + 3
  end
  return answers
end)
