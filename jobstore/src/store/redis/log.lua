-- Lines of a job's log. ARGV: the id, the number after which, and how many at most. The answer: the lines.
local job = read(ARGV[HEAD + 1])
if not job then
  return { NOW, {} }
end
local key = LOG .. job.id
-- The newest are kept, without a gap.
local first = job.log_lines - call('LLEN', key) + 1
local start = math.max(ARGV[HEAD + 2] + 1 - first, 0)
return { NOW, call('LRANGE', key, text(start), text(start + ARGV[HEAD + 3] - 1)) }
