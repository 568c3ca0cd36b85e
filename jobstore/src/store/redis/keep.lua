-- What is kept, and where: the part that all verbs have in common. One script is one atomic step.
--
-- A job is a hash. Its field `line` is what scripts read and change: the words below with a space between them,
-- numbers and times in decimal, what does not apply left empty. The other fields are `payload`, `made` (see below),
-- `of` (what it is a replay of), `progress` and `result` (JSON), `triage` and `solved` (a time and JSON), and `e0` to
-- `e31`, its newest failures. What is empty is not there.
--
-- Times are whole microseconds. Lua counts in doubles, which are exact up to 2^53, in the year 2255; so the time of
-- a step is a number, and times that may lie later are text. As scores they are rounded, and still compare with
-- any time before that year as they should.
--
-- Scripts are short, so most of their time is what each run does anew: what only few verbs need is in other files.
-- A job is read into a table with the names of its words, in their order: status, run_at, trail, rank, queue, batch,
-- at_death, attempts, started, fence, till (when its lease ends), ended, bare (what has become of the payload: nothing,
-- or it was `empty` from the start, or is `gone`), rest, and worker, which is last because it may have spaces in it.
-- The rest is one word for what few events look at, with a unit separator between its own: kind, kind_print, max_lost,
-- max_interrupted, max_attempts, lost, interrupted, failures, print, log_lines, replays, replayed and created.
--
-- Names of fields cost nothing, and each local that a function knows makes its making slower.
local LINE = '^(%S*) (%S*) (%S*) (%S*) (%S*) (%S*) (%S*) (%S*) (%S*) (%S*) (%S*) (%S*) (%S*) (%S*) (.*)$'

local LAST_EXACT = 2 ^ 53

local call, format, match, sub, concat = redis.call, string.format, string.match, string.sub, table.concat

-- The key BASE is a hash: `latest` is the number of the latest entry of the trail and the latest id, `from` the number
-- below which entries count as gone, and `queue` and a name how many jobs it has that are scheduled, ready, running,
-- retrying, done, dead and cancelled.
local BASE = KEYS[1]
local JOB, LOG, DUE, IN = BASE .. ':job:', BASE .. ':log:', BASE .. ':due:', BASE .. ':in:'
local LEASES, BATCHES = BASE .. ':leases', BASE .. ':batch:'
local AUDIT, ATTENTION = BASE .. ':audit', BASE .. ':attention'

local COUNTS, NO_JOBS = '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+)$', '0 0 0 0 0 0 0'

-- The time that was given, or that of the server.
local NOW = ARGV[1]
if NOW == '' then
  local time = call('TIME')
  NOW = time[1] .. format('%06d', time[2])
end
local now = tonumber(NOW)
-- Where the arguments of the verb begin, less one.
local HEAD = 3

local texts = {}

-- A whole number as text.
local function text(number)
  local known = texts[number]
  if not known then
    known = format('%.0f', number)
    texts[number] = known
  end
  return known
end

-- Whether one time, as text, is after another.
local function is_after(one, other)
  return #one > #other or (#one == #other and one > other)
end

local function due(rank, queue)
  return DUE .. rank .. ':' .. queue
end

local function ended(status, queue, is_bare)
  return BASE .. ':' .. status .. (is_bare and '-bare:' or ':') .. queue
end

-- Where a job waits, runs or has ended, and its place there. It is in one of these at a time.
local function place(job)
  if job.till ~= '' then
    return LEASES, job.till
  end
  if job.ended ~= '' then
    return ended(job.status, job.queue, job.bare ~= ''), job.ended
  end
  return due(job.rank, job.queue), job.run_at
end

-- Takes the rest of a job apart when one of its words is looked at.
local PARTS = {
  __index = function(job, word)
    local REST = '^' .. string.rep('([^\31]*)\31', 12) .. '([^\31]*)$'
    job.kind, job.kind_print, job.max_lost, job.max_interrupted, job.max_attempts, job.lost, job.interrupted,
      job.failures, job.print, job.log_lines, job.replays, job.replayed, job.created = match(job.rest, REST)
    return rawget(job, word)
  end,
}

-- The job that a line tells of; none if there is no line. All fields are named at once, so that the table grows once.
local function parse(id, line)
  local status, run_at, trail, rank, queue, batch, at_death, attempts, started, fence, till, has_ended, bare, rest,
    worker = match(line or '', LINE)
  if not worker then
    return nil
  end
  local job = {
    id = id, status = status, run_at = run_at, trail = trail, rank = rank, queue = queue, batch = batch,
    at_death = at_death, attempts = attempts, started = started, fence = fence, till = till, ended = has_ended,
    bare = bare, rest = rest, worker = worker, was = status, place = '', score = '', line = line,
  }
  job.place, job.score = place(job)
  return setmetatable(job, PARTS)
end

local function read(id)
  return parse(id, call('HGET', JOB .. id, 'line'))
end

-- Where the dedupe key of a job is remembered, and the indexes it is in: part of what it was made with. That is a
-- first line with these two, and between them how long the first two are of what follows: who asked, the dedupe key,
-- and JSON with metadata, tags, subject and parent.
local function made(id)
  local lock, places = match(call('HGET', JOB .. id, 'made') or '', '^([^ ]*) %d+ %d+ ([^\n]*)\n')
  return lock or '', places or ''
end
