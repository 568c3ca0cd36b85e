-- What is kept, and where: the part that all verbs have in common. One script is one atomic step.
--
-- A job is a hash. Its field `line` is what scripts read and change: the words below with a space between them,
-- numbers and times in decimal, what does not apply left empty. The other fields are `payload`, `ask` (JSON:
-- metadata, tags, subject, parent), `by` (who asked), `of` (what it is a replay of), `key` (its dedupe key) and
-- `lock` (where that is remembered), `places` (the indexes it is in), `progress` and `result` (JSON), `triage` and
-- `solved` (a time and JSON), and `e0` to `e31`, its newest failures. What is empty is not there.
--
-- Times are whole microseconds. Lua counts in doubles, which are exact up to 2^53, in the year 2255; so the time of
-- a step is a number, and times that may lie later are text. As scores they are rounded, and still compare with
-- any time before that year as they should.
local STATUS, RUN_AT, CREATED, TRAIL, RANK, QUEUE, KIND, BATCH, KIND_PRINT = 1, 2, 3, 4, 5, 6, 7, 8, 9
local MAX_LOST, MAX_INTERRUPTED, AT_DEATH, MAX_ATTEMPTS, ATTEMPTS, LOST, INTERRUPTED = 10, 11, 12, 13, 14, 15, 16
local STARTED, ENDED, FENCE, UNTIL, FAILURES, PRINT, LOG_LINES, REPLAYS, REPLAYED = 17, 18, 19, 20, 21, 22, 23, 24, 25
-- What has become of the payload: nothing, or it was `empty` from the start, or is `gone`.
local BARE = 26
-- Last, because it may have spaces in it.
local WORKER = 27
local LINE = '^' .. string.rep('(%S*) ', WORKER - 1) .. '(.*)$'

local LAST_EXACT = 2 ^ 53
local LAST_TIME = '253402300799999999'

local call, format, match, sub, concat = redis.call, string.format, string.match, string.sub, table.concat

local BASE = KEYS[1]
local JOB, LOG, DUE, IN = BASE .. ':job:', BASE .. ':log:', BASE .. ':due:', BASE .. ':in:'
local LEASES, IDS, TALLIES, BATCHES = BASE .. ':leases', BASE .. ':ids', BASE .. ':tallies', BASE .. ':batch:'
local AUDIT, ATTENTION = BASE .. ':audit', BASE .. ':attention'

local function text(number)
  return format('%.0f', number)
end

-- The time that was given, or that of the server.
local NOW = ARGV[1]
if NOW == '' then
  local time = call('TIME')
  NOW = text(time[1] * 1000000 + time[2])
end
local now = tonumber(NOW)
local AUDIT_LIMIT, RANDOM = ARGV[2], ARGV[3]
-- Where the arguments of the verb begin, less one.
local HEAD = 3

-- Whether one time, as text, is after another.
local function is_after(one, other)
  return #one > #other or (#one == #other and one > other)
end

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

-- The number of the latest entry of the trail and the latest id; in one key, which every change writes once.
local seq, latest_id = match(call('GET', BASE) or '0 ', '^(%d+) (.*)$')
seq = tonumber(seq)
local has_new_entries, is_claimable = false, false
local tallies, moves = {}, {}

-- Makes an id that is above all before it: a UUID of version 7. Within a millisecond it counts up from a random
-- start, the first bit of which is 0, so that there is room.
local function fresh_id()
  local millis = format('%012x', math.floor(now / 1000))
  if sub(latest_id, 1, 8) .. sub(latest_id, 10, 13) >= millis then
    latest_id = sub(latest_id, 1, 24) .. format('%012x', tonumber(sub(latest_id, 25), 16) + 1)
    return latest_id
  end
  local variant = 8 + tonumber(sub(RANDOM, 4, 4), 16) % 4
  local first = tonumber(sub(RANDOM, 8, 8), 16) % 8
  latest_id = format('%s-%s-7%s-%x%s-%x%s', sub(millis, 1, 8), sub(millis, 9), sub(RANDOM, 1, 3), variant,
    sub(RANDOM, 5, 7), first, sub(RANDOM, 9, 19))
  return latest_id
end

-- Counts a job in or out of a status.
local function count(job, status, by)
  local change = tallies[TALLIES] or {}
  tallies[TALLIES] = change
  local name = status .. ' ' .. job[QUEUE]
  change[name] = (change[name] or 0) + by
  if job[BATCH] ~= '' then
    local key = BATCHES .. job[BATCH]
    change = tallies[key] or {}
    tallies[key] = change
    change[status] = (change[status] or 0) + by
  end
end

-- Puts a job into a sorted set, or without a score takes it out, when the moves are made: then all that concern one
-- set are made together. What was moved last counts.
local function move(key, id, score)
  local members = moves[key] or {}
  moves[key] = members
  members[id] = score or false
end

-- Makes the moves. They have to be made before a set is read that they may concern.
local function make_moves()
  -- So much, with room to spare, can be handed over at once.
  local MOST = 5000
  local made, failure = moves, nil
  moves = {}
  local function send(command)
    local is_done, problem = true, nil
    if #command > 2 then
      is_done, problem = pcall(call, unpack(command))
    end
    failure = failure or (not is_done and problem)
  end
  for key, members in pairs(made) do
    local added, removed = { 'ZADD', key }, { 'ZREM', key }
    for id, score in pairs(members) do
      if not score then
        removed[#removed + 1] = id
      else
        added[#added + 1], added[#added + 2] = score, id
      end
      if #added + #removed > MOST then
        send(added)
        send(removed)
        added, removed = { 'ZADD', key }, { 'ZREM', key }
      end
    end
    send(added)
    send(removed)
  end
  if failure then
    error(failure, 0)
  end
end

local function due(rank, queue)
  return DUE .. rank .. ':' .. queue
end

local function ended(status, queue, is_bare)
  return BASE .. ':' .. status .. (is_bare and '-bare:' or ':') .. queue
end

-- Where a job waits, runs or has ended, and its place there. It is in one of these at a time.
local function place(job)
  if job[UNTIL] ~= '' then
    return LEASES, job[UNTIL]
  end
  if job[ENDED] ~= '' then
    return ended(job[STATUS], job[QUEUE], job[BARE] ~= ''), job[ENDED]
  end
  return due(job[RANK], job[QUEUE]), job[RUN_AT]
end

-- The job that a line tells of; none if there is no line.
local function parse(id, line)
  local job = line and { match(line, LINE) }
  if not job or not job[WORKER] then
    return nil
  end
  job.id, job.status = id, job[STATUS]
  job.place, job.score = place(job)
  return job
end

local function read(id)
  return parse(id, call('HGET', JOB .. id, 'line'))
end

-- Writes a job that was read and has changed since.
local function write(job)
  local key, score = place(job)
  if key ~= job.place then
    move(job.place, job.id)
  end
  if key ~= job.place or score ~= job.score then
    move(key, job.id, score)
  end
  if job[STATUS] ~= job.status then
    count(job, job.status, -1)
    count(job, job[STATUS], 1)
  end
  is_claimable = is_claimable or (job[UNTIL] == '' and job[ENDED] == '')
  call('HSET', JOB .. job.id, 'line', concat(job, ' '))
end

-- Puts a job that is new into its indexes, or takes one out of all.
local function enter(job, places)
  local key, score = place(job)
  move(key, job.id, score)
  move(IDS, job.id, 0)
  for name in string.gmatch(places, '%S+') do
    move(IN .. name, job.id, 0)
  end
  count(job, job[STATUS], 1)
  is_claimable = true
end

local function remove(job)
  local places = call('HGET', JOB .. job.id, 'places') or ''
  for name in string.gmatch(places, '%S+') do
    move(IN .. name, job.id)
  end
  if job[PRINT] ~= '' then
    move(IN .. 'print:' .. job[PRINT], job.id)
  end
  move(job.place, job.id)
  move(IDS, job.id)
  call('DEL', JOB .. job.id, LOG .. job.id)
  count(job, job.status, -1)
end

-- Forgets the dedupe key of a job, if it is still the job's own.
local function free_key(job)
  local lock = call('HGET', JOB .. job.id, 'lock')
  local kept = lock and call('GET', BASE .. lock)
  if kept and sub(kept, -#job.id) == job.id then
    call('DEL', BASE .. lock)
  end
end

-- Writes an entry of the audit trail. It names the one before of the same job, so that they can be followed.
local function tell(job, action, before, after, actor, reason)
  seq = seq + 1
  has_new_entries = true
  local number = text(seq)
  local entry = concat({ job.id, NOW, action, before, after, job[FENCE], job[TRAIL] }, ' ')
  call('XADD', AUDIT, 'MAXLEN', '~', AUDIT_LIMIT, number .. '-0', 'e', entry, 'a', actor, 'r', reason)
  job[TRAIL] = number
end

-- Writes what was counted, and wakes who waits.
local function finish()
  for key, changes in pairs(tallies) do
    for name, change in pairs(changes) do
      if change ~= 0 and call('HINCRBY', key, name, text(change)) == 0 then
        call('HDEL', key, name)
      end
    end
  end
  if has_new_entries then
    call('SET', BASE, text(seq) .. ' ' .. latest_id)
  end
  if is_claimable then
    call('PUBLISH', BASE .. ':wake', '')
  end
end

-- Makes a step. What does not belong in a key ends it half way, and then too it is written what was counted: the next
-- step goes on from there.
local function run(step)
  local is_done, answer = pcall(step)
  local is_moved, problem = pcall(make_moves)
  finish()
  if is_done and not is_moved then
    is_done, answer = false, problem
  end
  if not is_done then
    error(answer, 0)
  end
  return answer
end
