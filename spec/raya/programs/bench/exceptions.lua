-- Exceptions that are thrown one and two calls deep and caught, and handlers that nothing reaches.
local floor = math.floor

local function refuse_odd(n)
  if n % 2 == 1 then
    error(n, 0)
  end
  return n
end

local function pass_on(n)
  return refuse_odd(floor(n / 2)) + 1
end

local function body(n)
  return refuse_odd(n) + pass_on(n)
end

local function guarded(n)
  local fine, result = pcall(body, n)
  if fine then
    return result
  end
  return result + 3
end

local function run(n)
  local sum = 0
  for i = 0, n - 1 do
    sum = (sum + guarded(i)) % 1000003
  end
  return sum
end

print(run(arg[1] == "small" and 100 or 1500000))
