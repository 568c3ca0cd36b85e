-- How jobs change: the part that all verbs have in common which change something.
local AUDIT_LIMIT, RANDOM = tonumber(ARGV[2]), ARGV[3]
local LAST_TIME = '253402300799999999'

-- The sum of two numbers, all as text.
local function sum(one, other)
  local near = one + other
  if near < LAST_EXACT then
    return text(near)
  end
  -- Nine digits at a time.
  local low = sub(one, -9) + sub(other, -9)
  local high = (tonumber(sub(one, 1, -10)) or 0) + (tonumber(sub(other, 1, -10)) or 0)
  if low >= 1e9 then
    low, high = low - 1e9, high + 1
  end
  return format('%.0f%09.0f', high, low)
end

-- The time so many microseconds, as text, after another.
local function later(time, micros)
  local exact = sum(time, micros)
  return is_after(exact, LAST_TIME) and LAST_TIME or exact
end

local times = {}

-- The time so many microseconds, as text, from now.
local function from_now(micros)
  local time = times[micros]
  if not time then
    time = later(NOW, micros)
    times[micros] = time
  end
  return time
end

local seq, latest_id = match(call('HGET', BASE, 'latest') or '0 ', '^(%d+) (.*)$')
seq = tonumber(seq)
local is_claimable = false
local entries, counted, batches, moves = {}, {}, {}, {}

-- Counts a job in or out of a status.
local function count(job, status, by)
  local queue = job.queue
  local changes = counted[queue] or {}
  counted[queue] = changes
  changes[status] = (changes[status] or 0) + by
  if job.batch ~= '' then
    changes = batches[job.batch] or {}
    batches[job.batch] = changes
    changes[status] = (changes[status] or 0) + by
  end
end

-- Puts a job into a sorted set, or without a score takes it out, when the moves are made: then all that concern one
-- set are made together. What was moved last counts.
local function move(key, id, score)
  local members = moves[key] or {}
  moves[key] = members
  members[id] = score or false
end

-- Takes a job out of a set that names it and should not, and puts it where its line says that it is: there it may be
-- missing, and nobody would look for it again.
local function put_right(key, id, job)
  move(key, id)
  if job then
    move(job.place, id, job.score)
  end
end

-- So much, with room to spare, can be handed over at once.
local MOST_HANDED = 5000

-- Makes the moves. They have to be made before a set is read that they may concern.
local function make_moves()
  local made_now, failure = moves, nil
  moves = {}
  local function send(command)
    local is_done, problem = true, nil
    if #command > 2 then
      is_done, problem = pcall(call, unpack(command))
    end
    failure = failure or (not is_done and problem)
  end
  for key, members in pairs(made_now) do
    local added, removed = { 'ZADD', key }, { 'ZREM', key }
    local last_added, last_removed = 2, 2
    for id, score in pairs(members) do
      if not score then
        last_removed = last_removed + 1
        removed[last_removed] = id
      else
        added[last_added + 1], added[last_added + 2] = score, id
        last_added = last_added + 2
      end
      if last_added + last_removed > MOST_HANDED then
        send(added)
        send(removed)
        added, removed, last_added, last_removed = { 'ZADD', key }, { 'ZREM', key }, 2, 2
      end
    end
    send(added)
    send(removed)
  end
  if failure then
    error(failure, 0)
  end
end

-- The line that tells of a job.
local function line(job)
  if rawget(job, 'created') then
    job.rest = concat({ job.kind, job.kind_print, job.max_lost, job.max_interrupted, job.max_attempts, job.lost,
      job.interrupted, job.failures, job.print, job.log_lines, job.replays, job.replayed, job.created }, '\31')
  end
  return job.status .. ' ' .. job.run_at .. ' ' .. job.trail .. ' ' .. job.rank .. ' ' .. job.queue .. ' ' .. job.batch
    .. ' ' .. job.at_death .. ' ' .. job.attempts .. ' ' .. job.started .. ' ' .. job.fence .. ' ' .. job.till
    .. ' ' .. job.ended .. ' ' .. job.bare .. ' ' .. job.rest .. ' ' .. job.worker
end

-- Writes a job that was read and has changed since. First what can fail: then nothing else is done.
local function write(job)
  job.line = line(job)
  call('HSET', JOB .. job.id, 'line', job.line)
  local key, score = place(job)
  if key ~= job.place then
    move(job.place, job.id)
  end
  if key ~= job.place or score ~= job.score then
    move(key, job.id, score)
  end
  if job.status ~= job.was then
    count(job, job.was, -1)
    count(job, job.status, 1)
  end
  is_claimable = is_claimable or (job.till == '' and job.ended == '')
end

-- Forgets a dedupe key, if it is still that of the job.
local function free_key(id)
  local lock = made(id)
  local kept = lock ~= '' and call('GET', BASE .. lock)
  if kept and sub(kept, -#id) == id then
    call('DEL', BASE .. lock)
  end
end

-- Adds an entry to the audit trail: what happened, and who did it and why, with the length of the first before them.
-- It names the one before of the same job, so that they can be followed.
local function tell(job, action, before, after, actor, reason)
  local at = #entries
  seq = seq + 1
  entries[at + 1] = job.id .. ' ' .. NOW .. ' ' .. action .. ' ' .. before .. ' ' .. after .. ' ' .. job.fence
    .. ' ' .. job.trail
  entries[at + 2] = #actor .. ' ' .. actor .. reason
  job.trail = text(seq)
end

-- Writes the entries, several under the number of the first. That takes a fraction of the time, and he who looks for
-- one of them has to read no more than the others with it.
local function write_entries()
  local GROUP = 32
  local oldest = text(math.max(seq - AUDIT_LIMIT, 0))
  local before = seq - #entries / 2
  for at = 1, #entries, GROUP do
    local number = text(before + (at + 1) / 2) .. '-0'
    local last = math.min(at + GROUP - 1, #entries)
    call('XADD', AUDIT, 'MINID', '~', oldest, number, unpack(entries, at, last))
  end
end

local STATUSES = { 'scheduled', 'ready', 'running', 'retrying', 'done', 'dead', 'cancelled' }

-- The counts of a queue with what has changed. A step that a server has made by half would leave less than none.
local function changed(kept, changes)
  local counts = { match(kept or NO_JOBS, COUNTS) }
  for at, status in ipairs(STATUSES) do
    local change = changes[status]
    if change then
      counts[at] = text(math.max((counts[at] or 0) + change, 0))
    end
    counts[at] = counts[at] or '0'
  end
  return concat(counts, ' ')
end

local function keep_counts()
  local state = { 'HSET', BASE }
  if #entries > 0 then
    state[3], state[4] = 'latest', text(seq) .. ' ' .. latest_id
  end
  for queue, changes in pairs(counted) do
    local field = 'queue ' .. queue
    local counts = changed(call('HGET', BASE, field), changes)
    if counts == NO_JOBS then
      call('HDEL', BASE, field)
    else
      state[#state + 1], state[#state + 2] = field, counts
    end
    if #state > MOST_HANDED then
      call(unpack(state))
      state = { 'HSET', BASE }
    end
  end
  if #state > 2 then
    call(unpack(state))
  end
  for batch, changes in pairs(batches) do
    for status, change in pairs(changes) do
      if change ~= 0 and call('HINCRBY', BATCHES .. batch, status, text(change)) == 0 then
        call('HDEL', BATCHES .. batch, status)
      end
    end
  end
end

-- Makes a part of a step: what it answers, or nothing if there is something in a key that does not belong there. What
-- the server refuses to whoever writes ends the whole step.
local function try(part, offset)
  local is_done, one, two, three = pcall(part, offset)
  if is_done then
    return one, two, three
  end
  local said = type(one) == 'table' and one.err or one
  for _, word in ipairs({ 'OOM', 'READONLY', 'MISCONF', 'NOREPLICAS' }) do
    if string.find(said, word .. ' ', 1, true) then
      error(one, 0)
    end
  end
end

-- Makes a step. What does not belong in a key ends it half way, and then too it is written what was told, moved and
-- counted: the next step goes on from there.
local function run(step)
  -- What cannot be told must not be done: this fails if there is something else where the trail belongs.
  call('XRANGE', AUDIT, '+', '-')
  local is_done, answer = pcall(step)
  for _, part in ipairs({ write_entries, make_moves, keep_counts }) do
    local is_kept, problem = pcall(part)
    if is_done and not is_kept then
      is_done, answer = false, problem
    end
  end
  if is_claimable then
    call('PUBLISH', BASE .. ':wake', '')
  end
  if not is_done then
    error(answer, 0)
  end
  return answer
end
