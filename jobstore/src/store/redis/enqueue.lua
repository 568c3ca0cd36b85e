-- Takes in all of the jobs; nothing can be refused once it has begun.
--
-- ARGV, for each job: the words of its line from the rank on; its start, `+` and microseconds from now or `@` and a
-- time; the payload; who asks, and how much of that is the name for the trail; what is asked; the dedupe key, where
-- it is remembered, the digest, the window in microseconds and for how many milliseconds it is remembered, 0 for
-- ever; and the indexes. The answer to each: `created`, `duplicate` or `conflict`, the id, and the status now.
local FIELDS = 12
local answers, last = { NOW }, 1

local function say(what, id, status)
  answers[last + 1], answers[last + 2], answers[last + 3] = what, id, status
  last = last + 3
end

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

for offset = HEAD, #ARGV - 1, FIELDS do
  local words, start, payload, by = ARGV[offset + 1], ARGV[offset + 2], ARGV[offset + 3], ARGV[offset + 4]
  local ask, key, lock, digest = ARGV[offset + 6], ARGV[offset + 7], ARGV[offset + 8], ARGV[offset + 9]
  local places = ARGV[offset + 12]
  local what, id, status
  if lock ~= '' then
    what, id, status = repetition(lock, digest)
  end
  if not what then
    what, id = 'created', fresh_id()
    local run_at = sub(start, 2)
    if sub(start, 1, 1) == '+' then
      run_at = later(NOW, run_at)
    end
    status = tonumber(run_at) > now and 'scheduled' or 'ready'
    local job = parse(id, concat({ status, run_at, NOW, '', words }, ' '))
    tell(job, 'enqueue', '', status, sub(by, 1, tonumber(ARGV[offset + 5])), '')
    local fields = { 'line', concat(job, ' ') }
    local function keep(field, value)
      if value ~= '' then
        fields[#fields + 1], fields[#fields + 2] = field, value
      end
    end
    keep('payload', payload)
    keep('ask', ask)
    keep('by', by)
    keep('places', places)
    keep('key', key)
    keep('lock', lock)
    call('HSET', JOB .. id, unpack(fields))
    if lock ~= '' and ARGV[offset + 10] ~= '0' then
      remember(lock, digest, ARGV[offset + 10], ARGV[offset + 11], id)
    end
    enter(job, places)
  end
  say(what, id, status)
end
return finish(answers)
