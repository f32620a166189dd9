-- Closures: made in a loop, called through a function that takes one, and two that share a variable.
local function adder(amount)
  return function(x)
    return x + amount
  end
end

local function twice(f, x)
  return f(f(x))
end

local function run(rounds)
  local count = 0
  local function up(by)
    count = (count + by) % 65536
    return count
  end
  local function now()
    return count
  end
  for i = 0, rounds - 1 do
    local add = adder(i % 16)
    for j = 0, 3 do
      up(twice(add, j))
    end
  end
  return now()
end

print(run(arg[1] == "small" and 100 or 600000))
