-- Makes a new job of one that has ended.
--
-- ARGV: the id, who wants it and why, the cap, the cooldown and the delay in microseconds, and what a dead job is
-- resolved with: a flag, if it has none, and by whom, both as JSON. The answer: what became of it, and of what.
local id, actor, reason = ARGV[HEAD + 1], ARGV[HEAD + 2], ARGV[HEAD + 3]
local cap, cooldown, delay = tonumber(ARGV[HEAD + 4]), ARGV[HEAD + 5], ARGV[HEAD + 6]

local job = read(id)
if not job then
  return { NOW, 'unknown', '' }
end
if job[ENDED] == '' then
  return { NOW, 'status', job[STATUS] }
end
if job[BARE] == 'gone' then
  return { NOW, 'gone', '' }
end
if tonumber(job[REPLAYS]) >= cap then
  return { NOW, 'capped', job[REPLAYS] }
end
local free = job[REPLAYED] ~= '' and later(job[REPLAYED], cooldown)
if free and now < tonumber(free) then
  return { NOW, 'cooling', free }
end

return run(function()
  job[REPLAYS], job[REPLAYED] = text(job[REPLAYS] + 1), NOW
  tell(job, 'replay', job[STATUS], job[STATUS], actor, reason)

  local new = {}
  for word = STATUS, WORKER do
    new[word] = job[word]
  end
  local run_at = later(NOW, delay)
  new.id = fresh_id()
  new[STATUS], new[RUN_AT], new[CREATED], new[TRAIL] = tonumber(run_at) > now and 'scheduled' or 'ready', run_at, NOW, ''
  for _, word in ipairs({ ATTEMPTS, LOST, INTERRUPTED, FENCE, FAILURES, LOG_LINES }) do
    new[word] = '0'
  end
  for _, word in ipairs({ STARTED, ENDED, UNTIL, PRINT, WORKER }) do
    new[word] = ''
  end

  if job[STATUS] == 'dead' then
    resolve(job, ARGV[HEAD + 7], ARGV[HEAD + 8], new.id)
  end
  write(job)

  tell(new, 'enqueue', '', new[STATUS], actor, '')
  local kept = call('HMGET', JOB .. id, 'payload', 'ask', 'places')
  call('HSET', JOB .. new.id, 'line', concat(new, ' '), 'by', actor, 'of', id)
  for place, field in ipairs({ 'payload', 'ask', 'places' }) do
    if kept[place] then
      call('HSET', JOB .. new.id, field, kept[place])
    end
  end
  enter(new, kept[3] or '')
  return { NOW, 'created', new.id }
end)
