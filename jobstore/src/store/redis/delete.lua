-- Deletes jobs. ARGV: who wants it and why, how many at most, and the id, or nothing and the index of a subject.
-- The answer: how many, and at how many it looked.
local actor, reason = ARGV[HEAD + 1], ARGV[HEAD + 2]
local ids = { ARGV[HEAD + 4] }
if ARGV[HEAD + 4] == '' then
  ids = call('ZRANGE', IN .. ARGV[HEAD + 5], 0, ARGV[HEAD + 3] - 1)
end
return run(function()
  local deleted = 0
  for _, id in ipairs(ids) do
    local job = read(id)
    if job then
      tell(job, 'delete', job.status, '', actor, reason)
      free_key(id)
      remove(job)
      deleted = deleted + 1
    elseif ARGV[HEAD + 4] == '' then
      move(IN .. ARGV[HEAD + 5], id)
    end
  end
  return { NOW, deleted, #ids }
end)
