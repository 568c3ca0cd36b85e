-- Looks for jobs, the newest first, among a bounded number of those that may be meant.
--
-- ARGV: how many are wanted; the id below which, and that from which on; the times from which on and before which
-- they were enqueued; the status, the queue and the kind; and the indexes that they are in. What is not asked for is
-- empty. The answer: from where to look on, if not all was seen; and the jobs, each as its id and some fields.
local wanted, below, from = tonumber(ARGV[HEAD + 1]), ARGV[HEAD + 2], ARGV[HEAD + 3]
local since, till = ARGV[HEAD + 4], ARGV[HEAD + 5]
local status, queue, kind, places = ARGV[HEAD + 6], ARGV[HEAD + 7], ARGV[HEAD + 8], ARGV[HEAD + 9]
local MOST, MOST_QUEUES = 1000, 64
-- How many of each queue where there are many.
local LEAST = 10

local function is_newer(one, other)
  return one > other
end

local indexes = {}
for name in string.gmatch(places, '[^ ]+') do
  indexes[#indexes + 1] = IN .. name
end

-- The sets in which all jobs of the status are.
local function sets_of_status()
  if status == 'running' then
    return { LEASES }
  end
  local queues = { queue }
  if queue == '' then
    queues = queues_of(status)
  end
  local sets = {}
  for _, name in ipairs(queues) do
    if status == 'done' or status == 'dead' or status == 'cancelled' then
      sets[#sets + 1] = ended(status, name, true)
      sets[#sets + 1] = ended(status, name, false)
    else
      for rank = 0, 3 do
        sets[#sets + 1] = due(rank, name)
      end
    end
  end
  return #queues <= MOST_QUEUES and sets or nil
end

-- All ids of the status in their order, if there are few.
local function few_of_status()
  local sets = status ~= '' and sets_of_status()
  if not sets then
    return nil
  end
  local size = 0
  for _, key in ipairs(sets) do
    size = size + call('ZCARD', key)
  end
  if size > MOST then
    return nil
  end
  local ids = {}
  for _, key in ipairs(sets) do
    for _, id in ipairs(call('ZRANGE', key, 0, -1)) do
      if (below == '' or id < below) and id >= from then
        ids[#ids + 1] = id
      end
    end
  end
  table.sort(ids, is_newer)
  return ids
end

-- The beginning of several sets as if they were one, down to where the first of the pieces ends that were read; and
-- whether that was all.
local function merged(keys)
  local top, bottom = below == '' and '+' or '(' .. below, from == '' and '-' or '[' .. from
  local most = math.max(math.ceil(MOST / #keys), LEAST)
  local ids, lowest = {}, ''
  for _, key in ipairs(keys) do
    local piece = call('ZREVRANGEBYLEX', key, top, bottom, 'LIMIT', 0, most)
    for _, id in ipairs(piece) do
      ids[#ids + 1] = id
    end
    if #piece == most and piece[most] > lowest then
      lowest = piece[most]
    end
  end
  table.sort(ids, is_newer)
  while #ids > 0 and ids[#ids] < lowest do
    ids[#ids] = nil
  end
  return ids, lowest == ''
end

-- A piece of the smallest index, or of the queues', and whether that was all.
local function candidates()
  local ids = few_of_status()
  if ids then
    return ids, true
  end
  local narrowest, size
  for _, key in ipairs(indexes) do
    local count = call('ZCARD', key)
    if not size or count < size then
      narrowest, size = key, count
    end
  end
  if narrowest then
    return merged({ narrowest })
  end
  local sets = {}
  for _, counts in ipairs(tally()) do
    sets[#sets + 1] = IN .. 'queue:' .. counts.name
  end
  return merged(sets)
end

local function is_meant(job)
  if (status ~= '' and job.status ~= status) or (queue ~= '' and job.queue ~= queue) then
    return false
  end
  if kind ~= '' and job.kind ~= kind then
    return false
  end
  local created = tonumber(job.created)
  if (since ~= '' and created < tonumber(since)) or (till ~= '' and created >= tonumber(till)) then
    return false
  end
  for _, key in ipairs(indexes) do
    if not call('ZSCORE', key, job.id) then
      return false
    end
  end
  return true
end

local ids, is_all = candidates()
local answers = { NOW, '' }
for place, id in ipairs(ids) do
  local job = read(id)
  if job and is_meant(job) then
    local latest = 'e' .. text((job.failures + 31) % 32)
    local fields = { 'line', 'made', 'progress', 'triage', 'solved', latest }
    local kept, found = call('HMGET', JOB .. id, unpack(fields)), {}
    for field, value in ipairs(kept) do
      if value then
        found[#found + 1], found[#found + 2] = fields[field], value
      end
    end
    answers[#answers + 1] = { id, found }
    if #answers - 2 == wanted then
      if not (is_all and place == #ids) then
        answers[2] = id
      end
      return answers
    end
  end
end
if not is_all then
  answers[2] = ids[#ids]
end
return answers
