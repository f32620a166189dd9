-- Binary trees: many objects of two fields that soon die, and some that stay.
local Node = {}
Node.__index = Node

function Node.new(left, right)
  return setmetatable({ left = left, right = right }, Node)
end

-- How many nodes there are.
function Node:check()
  if self.left == nil then
    return 1
  end
  return 1 + self.left:check() + self.right:check()
end

local function bottom_up(depth)
  if depth > 0 then
    return Node.new(bottom_up(depth - 1), bottom_up(depth - 1))
  end
  return Node.new(nil, nil)
end

local function run(deepest)
  local sum = bottom_up(deepest + 1):check()
  local long_lived = bottom_up(deepest)
  for depth = 4, deepest, 4 do
    local iterations = 2 ^ (deepest - depth + 4)
    for _ = 1, iterations do
      sum = sum + bottom_up(depth):check()
    end
  end
  return sum + long_lived:check()
end

print(run(arg[1] == "small" and 5 or 13))
