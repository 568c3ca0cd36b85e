-- Looks at a piece of what a store keeps, and mends what can be mended.
--
-- ARGV: the name of the key that holds many, and where to look on there; or no name, and where to look on among all
-- keys; and 1 if it is to be mended. The answer: where to look on, 0 if that was all; the names of keys that hold many;
-- and what was found, each as what it is and what it is about.
local name, cursor, mends = ARGV[HEAD + 1], ARGV[HEAD + 2], ARGV[HEAD + 3] == '1'
local MANY = 500
local sets, found = {}, {}

local function say(what, about)
  found[#found + 1], found[#found + 2] = what, about
end

local function enter_if_missing(key, score, id, what)
  local kept = call('ZSCORE', key, id)
  if kept and tonumber(kept) == tonumber(score) then
    return
  end
  say(what, id)
  if mends then
    call('ZADD', key, score, id)
  end
end

-- Whether a job is where it says that it is.
local function look_at_job(id)
  local job = read(id)
  if not job or not job.created then
    say('corrupt', id)
    return
  end
  local is_final = job.status == 'done' or job.status == 'dead' or job.status == 'cancelled'
  if (job.status == 'running') ~= (job.till ~= '') or is_final ~= (job.ended ~= '') then
    say('contradiction', id)
    return
  end
  enter_if_missing(job.place, job.score, id, 'misplaced')
  local _, places = made(id)
  if job.print ~= '' then
    places = places .. ' print:' .. job.print
  end
  for place in string.gmatch(places, '[^ ]+') do
    enter_if_missing(IN .. place, 0, id, 'unlisted')
  end
end

-- Whether a job belongs in a set of which it is a member.
local function belongs(id, key)
  local job = read(id)
  if not job then
    return call('EXISTS', JOB .. id) == 1
  end
  if key == job.place then
    return true
  end
  local place = sub(key, 1, #IN) == IN and sub(key, #IN + 1)
  if not place then
    return false
  end
  local _, places = made(id)
  places = ' ' .. places .. ' print:' .. job.print .. ' '
  return string.find(places, ' ' .. place .. ' ', 1, true) ~= nil
end

local function look_at_lock(key)
  local over = match(call('GET', key) or '', '^%S+ (%d+) %S+$')
  if call('PTTL', key) == -1 and over and tonumber(over) < LAST_EXACT then
    say('lock', sub(key, #BASE + 1))
    if mends then
      call('PEXPIRE', key, text(math.max(math.ceil((over - now) / 1000), 1)))
    end
  end
end

local function look_at_key(key)
  local what, rest = match(sub(key, #BASE + 1), '^:([^:]+):?(.*)$')
  if what == 'job' then
    look_at_job(rest)
  elseif what == 'log' and call('EXISTS', JOB .. rest) == 0 then
    say('log', rest)
    if mends then
      call('DEL', key)
    end
  elseif what == 'key' then
    look_at_lock(key)
  elseif what and call('TYPE', key).ok == 'zset' then
    sets[#sets + 1] = sub(key, #BASE + 1)
  end
end

local looked
if name == '' then
  local pattern = string.gsub(BASE, '[%*%?%[%]%^%\\]', '\\%0') .. ':*'
  looked = call('SCAN', cursor, 'MATCH', pattern, 'COUNT', MANY)
  for _, key in ipairs(looked[2]) do
    look_at_key(key)
  end
else
  local key = BASE .. name
  looked = call('ZSCAN', key, cursor, 'COUNT', MANY)
  for place = 1, #looked[2], 2 do
    if not belongs(looked[2][place], key) then
      say('member', name .. ' ' .. looked[2][place])
      if mends then
        call('ZREM', key, looked[2][place])
      end
    end
  end
end
return { NOW, looked[1], sets, found }
