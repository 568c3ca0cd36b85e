-- Applies events one after the other, each for itself.
--
-- ARGV, for each event: the id of the job, the name of the event, the fence, and four words that it brings along.
-- The answer to each: the status now, or why it was refused after a `!`.
local FIELDS = 7

local function apply_at(offset)
  local job = read(ARGV[offset + 1])
  if not job then
    return '!?'
  end
  local refused = apply(job, unpack(ARGV, offset + 2, offset + FIELDS))
  return refused and '!' .. refused or job.status
end

return run(function()
  local answers = { NOW }
  for offset = HEAD, #ARGV - 1, FIELDS do
    answers[#answers + 1] = try(apply_at, offset) or '!broken'
  end
  return answers
end)
