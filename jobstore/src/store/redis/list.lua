-- Looks for jobs, the newest first, among a bounded number of those that may be meant.
--
-- ARGV: how many are wanted; the id below which, and that from which on; the times from which on and before which
-- they were enqueued; the status, the queue and the kind; and the indexes that they are in. What is not asked for is
-- empty. The answer: from where to look on, if not all was seen; and the jobs, each as its id and some fields.
local wanted, below, from = tonumber(ARGV[HEAD + 1]), ARGV[HEAD + 2], ARGV[HEAD + 3]
local since, till = ARGV[HEAD + 4], ARGV[HEAD + 5]
local status, queue, kind, places = ARGV[HEAD + 6], ARGV[HEAD + 7], ARGV[HEAD + 8], ARGV[HEAD + 9]
local MOST, MOST_QUEUES = 1000, 64

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
    queues = {}
    for _, name in ipairs(call('HKEYS', TALLIES)) do
      queues[#queues + 1] = match(name, '^' .. status .. ' (.+)$')
    end
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
  table.sort(ids, function(one, other)
    return one > other
  end)
  return ids
end

-- A piece of the smallest index, and whether that was all.
local function candidates()
  local ids = few_of_status()
  if ids then
    return ids, true
  end
  local narrowest, size = IDS, nil
  for _, key in ipairs(indexes) do
    local count = call('ZCARD', key)
    if not size or count < size then
      narrowest, size = key, count
    end
  end
  local top, bottom = below == '' and '+' or '(' .. below, from == '' and '-' or '[' .. from
  ids = call('ZREVRANGEBYLEX', narrowest, top, bottom, 'LIMIT', 0, MOST)
  return ids, #ids < MOST
end

local function is_meant(job)
  if (status ~= '' and job[STATUS] ~= status) or (queue ~= '' and job[QUEUE] ~= queue) then
    return false
  end
  if kind ~= '' and job[KIND] ~= kind then
    return false
  end
  local created = tonumber(job[CREATED])
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
    local latest = 'e' .. text((job[FAILURES] + 31) % 32)
    local fields = { 'line', 'by', 'progress', 'triage', 'solved', latest }
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
