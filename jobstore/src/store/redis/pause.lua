-- Stops a queue or lets it be. ARGV: the queue, and by whom, as JSON, or nothing.
local queue, by = ARGV[HEAD + 1], ARGV[HEAD + 2]
return run(function()
  if by ~= '' then
    call('HSET', ATTENTION, 'paused ' .. queue, NOW .. ' ' .. by)
  else
    call('HDEL', ATTENTION, 'paused ' .. queue)
    is_claimable = true
  end
  return { NOW }
end)
