-- Says what came of a dead job, and which job was made of it, if any.
local function resolve(job, flagged, by, replayed_as)
  call('HSETNX', JOB .. job.id, 'triage', NOW .. ' ' .. flagged)
  call('HSET', JOB .. job.id, 'solved', concat({ NOW, replayed_as, by }, ' '))
end
