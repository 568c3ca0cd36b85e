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
if job.ended == '' then
  return { NOW, 'status', job.status }
end
if job.bare == 'gone' then
  return { NOW, 'gone', '' }
end
if tonumber(job.replays) >= cap then
  return { NOW, 'capped', job.replays }
end
local free = job.replayed ~= '' and later(job.replayed, cooldown)
if free and now < tonumber(free) then
  return { NOW, 'cooling', free }
end

return run(function()
  job.replays, job.replayed = text(job.replays + 1), NOW
  tell(job, 'replay', job.status, job.status, actor, reason)

  local new = {}
  for word, value in pairs(job) do
    new[word] = value
  end
  local run_at = from_now(delay)
  new.id = fresh_id()
  new.status, new.run_at, new.created, new.trail = tonumber(run_at) > now and 'scheduled' or 'ready', run_at, NOW, ''
  for _, word in ipairs({ 'attempts', 'lost', 'interrupted', 'fence', 'failures', 'log_lines' }) do
    new[word] = '0'
  end
  for _, word in ipairs({ 'started', 'ended', 'till', 'print', 'worker' }) do
    new[word] = ''
  end

  if job.status == 'dead' then
    resolve(job, ARGV[HEAD + 7], ARGV[HEAD + 8], new.id)
  end
  write(job)

  tell(new, 'enqueue', '', new.status, actor, '')
  local kept = call('HMGET', JOB .. id, 'made', 'payload')
  local by_len, key_len, places, said = match(kept[1] or '', '^[^ ]* (%d+) (%d+) ([^\n]*)\n(.*)$')
  local ask = sub(said or '', (by_len or 0) + (key_len or 0) + 1)
  local its_made = concat({ '', #actor, 0, places or '' }, ' ') .. '\n' .. actor .. ask
  call('HSET', JOB .. new.id, 'line', line(new), 'made', its_made, 'of', id)
  if kept[2] then
    call('HSET', JOB .. new.id, 'payload', kept[2])
  end
  enter(new, places or '')
  return { NOW, 'created', new.id }
end)
