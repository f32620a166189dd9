-- Quicksort of a table of integers, recursive, with the middle element as pivot.
local floor = math.floor

local function sort(a, low, high)
  local i, j = low, high
  local pivot = a[floor((low + high) / 2)]
  while i <= j do
    while a[i] < pivot do
      i = i + 1
    end
    while a[j] > pivot do
      j = j - 1
    end
    if i <= j then
      a[i], a[j] = a[j], a[i]
      i = i + 1
      j = j - 1
    end
  end
  if low < j then
    sort(a, low, j)
  end
  if i < high then
    sort(a, i, high)
  end
end

-- Fills a table with pseudo-random numbers, sorts it, and mixes what came out.
local function run(n)
  local a = {}
  local seed = 42
  for i = 1, n do
    seed = (seed * 3877 + 29573) % 139968
    a[i] = seed
  end
  sort(a, 1, n)
  local mixed = 0
  for i = 1, n do
    mixed = (mixed * 31 + a[i]) % 1000003
  end
  return mixed
end

print(run(arg[1] == "small" and 200 or 400000))
