-- Compares what is counted with what there is, and counts anew if that is wanted and there is not too much.
--
-- ARGV: 1 if it is to be mended, and the queues that have an index. The answer: what differs, each as the queue and
-- `1` if it was mended; an empty queue stands for the running jobs of all.
local mends = ARGV[HEAD + 1] == '1'
local MOST = 100000
local names, counts, running, size, differs = {}, {}, 0, 0, {}

for _, queue in ipairs(tally()) do
  names[#names + 1] = queue.name
  counts[queue.name] = queue
end
for at = HEAD + 2, #ARGV do
  local name = ARGV[at]
  if not counts[name] then
    names[#names + 1] = name
    counts[name] = { scheduled = 0, ready = 0, running = 0, retrying = 0, done = 0, dead = 0, cancelled = 0 }
  end
end

local function is_right(queue, counted)
  for _, status in ipairs({ 'done', 'dead', 'cancelled' }) do
    local kept = call('ZCARD', ended(status, queue, true)) + call('ZCARD', ended(status, queue, false))
    if kept ~= tonumber(counted[status]) then
      return false
    end
  end
  local waiting = 0
  for rank = 0, 3 do
    waiting = waiting + call('ZCARD', due(rank, queue))
  end
  return waiting == counted.scheduled + counted.ready + counted.retrying
end

for _, queue in ipairs(names) do
  running = running + counts[queue].running
  size = size + call('ZCARD', IN .. 'queue:' .. queue)
  if not is_right(queue, counts[queue]) then
    differs[#differs + 1] = queue
  end
end
if running ~= call('ZCARD', LEASES) then
  differs[#differs + 1] = ''
end

if #differs == 0 or not mends or size > MOST then
  return { NOW, '', differs }
end
return run(function()
  local is_new = {}
  for _, queue in ipairs(names) do
    call('HDEL', BASE, 'queue ' .. queue)
    for _, id in ipairs(call('ZRANGE', IN .. 'queue:' .. queue, 0, -1)) do
      local job = read(id)
      if job then
        if job.batch ~= '' and not is_new[job.batch] then
          is_new[job.batch] = true
          call('DEL', BATCHES .. job.batch)
        end
        count(job, job.status, 1)
      end
    end
  end
  return { NOW, '1', differs }
end)
