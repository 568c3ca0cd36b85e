-- What entry.rs decides, decided where the entries are. One run is one atomic step on one entry.
--
-- KEYS[1]   the entry
-- ARGV[1]   the verb
-- ARGV[2]   the time, or nothing for that of the server
-- ARGV[3]   the earliest that the time may be: the latest that the caller has been told
-- ARGV[4..] what the verb takes
--
-- The answer is a word, the time, and a time and a fence, or 0 where the word needs none.
--
-- Times are whole microseconds since the epoch, and a fence is one of them or a little more. Lua counts in
-- doubles, which are exact up to LAST, in the year 2255; time stops there.
local LAST = 9007199254740991

local function text(number)
  return string.format('%.0f', number)
end

local function later(time, by)
  return math.min(time + by, LAST)
end

local function clock()
  local time = tonumber(ARGV[2])
  if not time then
    local server = redis.call('TIME')
    time = server[1] * 1000000 + server[2]
  end
  return math.min(math.max(time, tonumber(ARGV[3])), LAST)
end

local now = clock()

-- A state: the entry is free, in_flight until `at`, or done since `at`. What is free is kept for its fence.
local function is_state(word)
  return word == 'free' or word == 'in_flight' or word == 'done'
end

local function is_number(word)
  return word and string.find(word, '^%d+$')
end

-- What is kept of the entry, or nil if it is not what this script writes.
local function kept()
  local read = redis.call('HMGET', KEYS[1], 'fence', 'state', 'at', 'keep_until')
  local fence, state, at, keep_until = unpack(read)
  if not (fence or state or at or keep_until) then
    return { fence = '0', state = 'free' }
  end
  if not (is_number(fence) and is_state(state) and is_number(at) and is_number(keep_until)) then
    return nil
  end
  if now >= tonumber(keep_until) then
    state = 'free'
  end
  return { fence = fence, state = state, at = tonumber(at), keep_until = tonumber(keep_until) }
end

-- Redis lets go of it by itself, by a clock of its own: never before `keep_until`, which is what counts here.
local function put(fence, state, at, keep_until)
  redis.call('HSET', KEYS[1],
    'fence', fence, 'state', state, 'at', text(at), 'keep_until', text(keep_until))
  redis.call('PEXPIRE', KEYS[1], text(math.ceil((keep_until - now) / 1000)))
end

local function set_free(entry)
  put(entry.fence, 'free', now, entry.keep_until)
end

local verbs = {}

-- `floor`: the highest fence that the caller has been given for any key. The time makes a fence higher
-- than all that came before also where nothing remembers them.
function verbs.claim(entry, floor, lease, keep)
  if entry.state == 'done' or (entry.state == 'in_flight' and now < entry.at) then
    return { entry.state, now, entry.at, 0 }
  end
  local fence = math.max(now, floor + 1, entry.fence + 1)
  local lease_until = later(now, lease)
  put(text(fence), 'in_flight', lease_until, later(lease_until, keep))
  return { 'fresh', now, lease_until, fence }
end

-- Fences are compared as text: one that no claim has given may be any number.
function verbs.commit(entry, fence, keep)
  if entry.state == 'free' or entry.fence ~= fence then
    return { 'not_held', now, 0, 0 }
  end
  if entry.state == 'in_flight' then
    put(fence, 'done', now, later(now, keep))
  end
  return { 'accepted', now, 0, 0 }
end

function verbs.release(entry, fence)
  if entry.state ~= 'in_flight' or entry.fence ~= fence then
    return { 'not_held', now, 0, 0 }
  end
  set_free(entry)
  return { 'accepted', now, 0, 0 }
end

function verbs.forget(entry)
  if entry.state == 'free' then
    return { 'unknown', now, 0, 0 }
  end
  if entry.state == 'in_flight' and now < entry.at then
    return { 'in_flight', now, entry.at, 0 }
  end
  set_free(entry)
  return { 'forgotten', now, 0, 0 }
end

-- Shows that a key can be written; the key is for nothing else.
function verbs.check(entry)
  put(entry.fence, 'free', now, later(now, 1000000))
  return { 'healthy', now, 0, 0 }
end

local entry = kept()
if not entry then
  return redis.error_reply('CORRUPT an entry is not what a replay log writes')
end
return verbs[ARGV[1]](entry, unpack(ARGV, 4))
