-- Entries of the audit trail, the newest first.
--
-- ARGV: how many, the number below which, and the job, both empty if it does not matter. The answer: from where to
-- look on, if not all was seen; and the entries, each as its number, what happened, and who did it and why.
local wanted, below, id = tonumber(ARGV[HEAD + 1]), tonumber(ARGV[HEAD + 2]), ARGV[HEAD + 3]
local from = tonumber(call('HGET', BASE, 'from') or 0)
-- How many groups of entries are read at once, and how many are looked through in vain.
local PIECE, MOST = 32, 1000
local answers = { NOW, '' }

local function is_enough()
  return #answers - 2 >= wanted
end

local function say(number, entry, by)
  if number >= from and (not below or number < below) then
    answers[#answers + 1] = { text(number), entry, by }
  end
end

-- The number of the first entry of a group.
local function first_of(group)
  return tonumber(match(group[1], '^%d+'))
end

-- Says those entries of a group that are meant, the newest first, until there are enough; then from where to look on.
local function look_through(group)
  local first = first_of(group)
  for at = #group[2] - 1, 1, -2 do
    local number, entry = first + (at - 1) / 2, group[2][at]
    if id == '' or sub(entry, 1, #id) == id then
      say(number, entry, group[2][at + 1])
    end
    if is_enough() then
      return number
    end
  end
end

-- Looks back from group to group.
local function look_back()
  local top, looked = below and text(below - 1) .. '-0' or '+', 0
  while true do
    local groups = call('XREVRANGE', AUDIT, top, '-', 'COUNT', PIECE)
    for _, group in ipairs(groups) do
      local on = look_through(group)
      if on then
        return on
      end
    end
    looked = looked + #groups
    if #groups < PIECE then
      return nil
    end
    top = '(' .. groups[PIECE][1]
    if looked >= MOST then
      return first_of(groups[PIECE])
    end
  end
end

-- Each entry of a job names the one before.
local function follow(number)
  while number ~= '' and not is_enough() do
    local group = call('XREVRANGE', AUDIT, number .. '-0', '-', 'COUNT', 1)[1]
    local at = group and 2 * (number - first_of(group)) + 1
    local entry = at and group[2][at]
    if not entry then
      return
    end
    say(tonumber(number), entry, group[2][at + 1])
    number = match(entry, '([^ ]*)$')
  end
end

local job = id ~= '' and read(id)
if job then
  follow(job.trail)
else
  -- All entries, or those of a job that is not kept any more: nobody knows where they end.
  local on = look_back()
  answers[2] = on and text(on) or ''
end
return answers
