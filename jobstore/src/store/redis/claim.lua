-- Leases jobs of one queue that are due.
--
-- ARGV: the queue, the worker, the lease in microseconds, how many jobs at most, and after how many bytes of payload
-- it is enough. The answer: `paused`, or `more` if there were enough bytes before there were enough jobs; when the
-- next job is due, if all that is due was given; and the jobs, each as its id and the fields of its hash.
local queue, worker, lease = ARGV[HEAD + 1], ARGV[HEAD + 2], ARGV[HEAD + 3]
local left, room = tonumber(ARGV[HEAD + 4]), tonumber(ARGV[HEAD + 5])
local URGENT, LOW = 0, 3
-- Of how many queues it is remembered when they were asked for, and how exactly.
local MOST_ASKED, GRAIN = 1024, 60000000

local function forget_one_asked()
  local oldest, at
  local all = call('HGETALL', ATTENTION)
  for place = 1, #all, 2 do
    if sub(all[place], 1, 6) == 'asked ' and (not at or is_after(at, all[place + 1])) then
      oldest, at = all[place], all[place + 1]
    end
  end
  if oldest then
    call('HDEL', ATTENTION, oldest)
  end
end

local attention = call('HMGET', ATTENTION, 'asked ' .. queue, 'paused ' .. queue)
if not attention[1] or now >= attention[1] + GRAIN then
  if not attention[1] and call('HLEN', ATTENTION) >= MOST_ASKED then
    forget_one_asked()
  end
  call('HSET', ATTENTION, 'asked ' .. queue, NOW)
end
if attention[2] then
  return { NOW, 'paused', '' }
end

local answers = { NOW, '', '' }

-- Claims one job; answers whether there is one to claim.
local function take(id, key)
  local kept = call('HGETALL', JOB .. id)
  local fields = {}
  for place = 1, #kept, 2 do
    fields[kept[place]] = place + 1
  end
  local job = parse(id, fields.line and kept[fields.line])
  if not job or job.place ~= key or apply(job, 'claim', '', worker, lease) then
    -- It is not here, whatever the index says.
    call('ZREM', key, id)
    return
  end
  kept[fields.line] = concat(job, ' ')
  if fields.progress then
    kept[fields.progress] = ''
  end
  if fields.payload then
    room = room - #kept[fields.payload]
  end
  left = left - 1
  answers[#answers + 1] = { id, kept }
end

for rank = URGENT, LOW do
  local key = due(rank, queue)
  local ids = left > 0 and room > 0 and call('ZRANGEBYSCORE', key, '-inf', NOW, 'LIMIT', 0, left) or {}
  for _, id in ipairs(ids) do
    if room > 0 then
      take(id, key)
    end
  end
end

if left > 0 and room <= 0 then
  answers[2] = 'more'
elseif left > 0 then
  for rank = URGENT, LOW do
    local next = call('ZRANGEBYSCORE', due(rank, queue), '(' .. NOW, '+inf', 'LIMIT', 0, 1)[1]
    local job = next and read(next)
    if job and (answers[3] == '' or is_after(answers[3], job[RUN_AT])) then
      answers[3] = job[RUN_AT]
    end
  end
end
return finish(answers)
