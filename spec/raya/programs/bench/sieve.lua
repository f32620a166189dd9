-- The sieve of Eratosthenes, several times: a table with the integers from 1 as keys.
local function primes(n)
  local composite = {}
  for i = 1, n do
    composite[i] = false
  end
  local count = 0
  for i = 2, n do
    if not composite[i] then
      count = count + 1
      for multiple = i + i, n, i do
        composite[multiple] = true
      end
    end
  end
  return count
end

local function repeated(n, times)
  local sum = 0
  for i = 0, times - 1 do
    sum = sum + primes(n + i)
  end
  return sum
end

if arg[1] == "small" then
  print(repeated(1000, 2))
else
  print(repeated(1000000, 3))
end
