-- Compares what is counted with what there is, and counts anew if that is wanted and there is not too much.
--
-- ARGV: 1 if it is to be mended. The answer: what differs, each as the queue and `1` if it was mended; an empty queue
-- stands for the running jobs of all.
local mends = ARGV[HEAD + 1] == '1'
local MOST = 100000
local ENDS = { done = true, dead = true, cancelled = true }
local waiting, running, differs = {}, 0, {}

local tally = call('HGETALL', TALLIES)
for place = 1, #tally, 2 do
  local status, queue = match(tally[place], '^(%S+) (.+)$')
  local counted = tonumber(tally[place + 1])
  if counted < 0 then
    differs[#differs + 1] = queue
  elseif ENDS[status] then
    local kept = call('ZCARD', ended(status, queue, true)) + call('ZCARD', ended(status, queue, false))
    if kept ~= counted then
      differs[#differs + 1] = queue
    end
  elseif status == 'running' then
    running = running + counted
  else
    waiting[queue] = (waiting[queue] or 0) + counted
  end
end
for queue, counted in pairs(waiting) do
  local kept = 0
  for rank = 0, 3 do
    kept = kept + call('ZCARD', due(rank, queue))
  end
  if kept ~= counted then
    differs[#differs + 1] = queue
  end
end
if running ~= call('ZCARD', LEASES) then
  differs[#differs + 1] = ''
end

if #differs == 0 or not mends or call('ZCARD', IDS) > MOST then
  return { NOW, '', differs }
end
return run(function()
  call('DEL', TALLIES)
  local batches = {}
  for _, id in ipairs(call('ZRANGE', IDS, 0, -1)) do
    local job = read(id)
    if job then
      if job[BATCH] ~= '' and not batches[job[BATCH]] then
        batches[job[BATCH]] = true
        call('DEL', BATCHES .. job[BATCH])
      end
      count(job, job[STATUS], 1)
    end
  end
  return { NOW, '1', differs }
end)
