-- Applies events one after the other, each for itself.
--
-- ARGV, for each event: the id of the job, the name of the event, the fence, and four words that it brings along.
-- The answer to each: the status now, or why it was refused after a `!`.
local FIELDS = 7
local answers = { NOW }
for offset = HEAD, #ARGV - 1, FIELDS do
  local job = read(ARGV[offset + 1])
  local refused = '?'
  if job then
    refused = apply(job, unpack(ARGV, offset + 2, offset + FIELDS))
  end
  answers[#answers + 1] = refused and '!' .. refused or job[STATUS]
end
return finish(answers)
