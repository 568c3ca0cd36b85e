-- How jobs are taken out.

-- Takes a job out of all that it is in.
local function remove(job)
  local _, places = made(job.id)
  for name in string.gmatch(places, '[^ ]+') do
    move(IN .. name, job.id)
  end
  if job.print ~= '' then
    move(IN .. 'print:' .. job.print, job.id)
  end
  move(job.place, job.id)
  call('DEL', JOB .. job.id, LOG .. job.id)
  count(job, job.was, -1)
end
