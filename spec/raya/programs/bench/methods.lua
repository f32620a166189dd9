-- Method calls on objects of four classes in turn, so that no call site sees one class alone. A remainder stands where the other
-- program masks bits, since Lua 5.4 and LuaJIT write bit operations differently.
local function class(parent)
  local made = setmetatable({}, { __index = parent })
  made.__index = made
  return made
end

local Shape = class(nil)
local Square = class(Shape)
local Rectangle = class(Shape)
local Ring = class(Shape)

function Shape.new(self, size)
  return setmetatable({ size = size }, self)
end

function Shape:area()
  return 1
end

function Shape:grow(by)
  self.size = (self.size + by) % 1024
end

function Square:area()
  return self.size * self.size
end

function Rectangle.new(self, size, width)
  local made = Shape.new(self, size)
  made.width = width
  return made
end

function Rectangle:area()
  return self.size * self.width
end

function Ring:area()
  return 3 * self.size
end

function Ring:grow(by)
  self.size = (self.size - by) % 1024
end

local function run(rounds)
  local shapes = { Shape:new(1), Square:new(2), Rectangle:new(3, 4), Ring:new(5) }
  local sum = 0
  for round = 0, rounds - 1 do
    for i = 1, #shapes do
      local shape = shapes[i]
      shape:grow(round % 8)
      sum = (sum + shape:area()) % 16777216
    end
  end
  return sum
end

print(run(arg[1] == "small" and 100 or 800000))
