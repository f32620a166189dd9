-- Maps: counting words with texts as keys, and remembered lengths of Collatz sequences with integers as keys.
local floor = math.floor

local function count_words(n)
  local counts, size, most = {}, 0, 0
  local seed = 42
  for _ = 1, n do
    seed = (seed * 3877 + 29573) % 139968
    local word = "w" .. tostring(seed % 1000)
    local count = counts[word]
    if count == nil then
      count = 0
      size = size + 1
    end
    counts[word] = count + 1
    if count > most then
      most = count
    end
  end
  return size * 1000 + most
end

-- The steps from n to 1. What stays small is looked up, everything else is computed.
local function steps(known, n, limit)
  if n == 1 then
    return 0
  end
  if n <= limit then
    local found = known[n]
    if found ~= nil then
      return found
    end
  end
  local count
  if n % 2 == 0 then
    count = steps(known, floor(n / 2), limit) + 1
  else
    count = steps(known, 3 * n + 1, limit) + 1
  end
  if n <= limit then
    known[n] = count
  end
  return count
end

local function longest(n)
  local known, most = {}, 0
  for i = 1, n do
    local count = steps(known, i, n)
    if count > most then
      most = count
    end
  end
  return most
end

if arg[1] == "small" then
  print(count_words(200) + longest(50))
else
  print(count_words(1000000) + longest(100000))
end
