-- Expires jobs whose lease has run out. ARGV: how many at most, and what such a failure has in common with others.
-- The answer: the ids.
return run(function()
  local answers = { NOW }
  for _, id in ipairs(call('ZRANGEBYSCORE', LEASES, '-inf', NOW, 'LIMIT', 0, ARGV[HEAD + 1])) do
    local job = read(id)
    if not job or apply(job, 'expire', '', ARGV[HEAD + 2]) then
      put_right(LEASES, id, job)
    else
      answers[#answers + 1] = id
    end
  end
  return answers
end)
