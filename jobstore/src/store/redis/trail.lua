-- Entries of the audit trail, the newest first.
--
-- ARGV: how many, the number below which, and the job, both empty if it does not matter. The answer: from where to
-- look on, if not all was seen; and the entries, each as its number and its fields.
local wanted, below, id = tonumber(ARGV[HEAD + 1]), ARGV[HEAD + 2], ARGV[HEAD + 3]
local MOST = 1000
local answers = { NOW, '' }

local function say(entry)
  answers[#answers + 1] = { match(entry[1], '^%d+'), entry[2] }
end

local function newest_first(most)
  local top = below == '' and '+' or '(' .. below .. '-0'
  return call('XREVRANGE', AUDIT, top, '-', 'COUNT', most)
end

-- Each entry of a job names the one before.
local function follow(number)
  while number ~= '' and #answers - 2 < wanted do
    local entry = call('XRANGE', AUDIT, number .. '-0', number .. '-0')[1]
    if not entry then
      return
    end
    if below == '' or is_after(below, number) then
      say(entry)
    end
    number = match(entry[2][2], '([^ ]*)$')
  end
end

local job = id ~= '' and read(id)
if id == '' then
  for _, entry in ipairs(newest_first(wanted)) do
    say(entry)
  end
elseif job then
  follow(job[TRAIL])
else
  -- It is not kept any more, and nobody knows where its entries end.
  local entries = newest_first(MOST)
  for place, entry in ipairs(entries) do
    if sub(entry[2][2], 1, #id) == id then
      say(entry)
    end
    if #answers - 2 == wanted or (place == #entries and place == MOST) then
      answers[2] = match(entry[1], '^%d+')
      break
    end
  end
end
return answers
