-- Lets go what is not to be kept.
--
-- ARGV: how much at most; the time before which entries of the trail are old, or nothing; and for each status that a
-- job may have ended in: its name, the time before which jobs are old, how many are kept of each queue, and the time
-- before which payloads are old, each of them empty where there is no such rule. The answer: how many jobs, payloads
-- and entries it was.
local FIELDS = 4
local left, audit_cutoff = tonumber(ARGV[HEAD + 1]), ARGV[HEAD + 2]
local jobs, payloads, entries_gone = 0, 0, 0

local function forget(id, key)
  local job = read(id)
  if not job or job.place ~= key then
    put_right(key, id, job)
    return
  end
  remove(job)
  jobs, left = jobs + 1, left - 1
end

local function before(key, cutoff)
  return left > 0 and call('ZRANGEBYSCORE', key, '-inf', '(' .. cutoff, 'LIMIT', 0, left) or {}
end

local function forget_old(status, cutoff)
  for _, queue in ipairs(queues_of(status)) do
    for _, is_bare in ipairs({ true, false }) do
      local key = ended(status, queue, is_bare)
      for _, id in ipairs(before(key, cutoff)) do
        forget(id, key)
      end
    end
  end
end

-- The jobs of a queue that ended first, whether or not they have a payload.
local function first_ended(status, queue, most)
  local found = {}
  for _, is_bare in ipairs({ true, false }) do
    local key = ended(status, queue, is_bare)
    local ids = call('ZRANGE', key, 0, most - 1, 'WITHSCORES')
    for place = 1, #ids, 2 do
      found[#found + 1] = { id = ids[place], at = tonumber(ids[place + 1]), key = key }
    end
  end
  table.sort(found, function(one, other)
    return one.at < other.at or (one.at == other.at and one.id < other.id)
  end)
  return found
end

local function forget_excess(status, newest)
  for _, queue in ipairs(queues_of(status)) do
    local count = call('ZCARD', ended(status, queue, true)) + call('ZCARD', ended(status, queue, false))
    local excess = math.min(count - newest, left)
    if excess > 0 then
      for place, job in ipairs(first_ended(status, queue, excess)) do
        if place <= excess then
          forget(job.id, job.key)
        end
      end
    end
  end
end

local function drop_payloads(status, cutoff)
  for _, queue in ipairs(queues_of(status)) do
    local key = ended(status, queue, false)
    for _, id in ipairs(before(key, cutoff)) do
      local job = read(id)
      if not job or job.place ~= key then
        put_right(key, id, job)
      else
        call('HDEL', JOB .. id, 'payload')
        job.bare = 'gone'
        write(job)
        payloads, left = payloads + 1, left - 1
      end
    end
  end
end

-- Entries are the things that count, and groups of them are what can be deleted: those at the beginning of one may be
-- gone before the rest of it.
local function forget_entries(cutoff)
  local from, old = tonumber(call('HGET', BASE, 'from') or 0), {}
  for _, group in ipairs(call('XRANGE', AUDIT, '-', '+', 'COUNT', left)) do
    local first, size = tonumber(match(group[1], '^%d+')), #group[2] / 2
    if left == 0 or tonumber(match(group[2][1], '^%S+ (%d+)')) >= tonumber(cutoff) then
      break
    end
    local gone = math.max(from - first, 0)
    local count = math.min(size - gone, left)
    entries_gone, left, from = entries_gone + count, left - count, first + gone + count
    if gone + count == size then
      old[#old + 1] = group[1]
    end
  end
  if entries_gone > 0 then
    call('HSET', BASE, 'from', text(from))
  end
  if #old > 0 then
    call('XDEL', AUDIT, unpack(old))
  end
end

return run(function()
  for offset = HEAD + 2, #ARGV - 1, FIELDS do
    local status, age, newest, payload_age = unpack(ARGV, offset + 1, offset + FIELDS)
    if age ~= '' then
      forget_old(status, age)
      make_moves()
    end
    if newest ~= '' then
      forget_excess(status, tonumber(newest))
      make_moves()
    end
    if payload_age ~= '' then
      drop_payloads(status, payload_age)
    end
  end
  if audit_cutoff ~= '' and left > 0 then
    forget_entries(audit_cutoff)
  end
  return { NOW, jobs, payloads, entries_gone }
end)
