-- The sun and four planets: arithmetic on float fields of objects. The result is the energy, in billionths.
local sqrt = math.sqrt

local Body = {}
Body.__index = Body

function Body.new(x, y, z, vx, vy, vz, mass)
  return setmetatable({ x = x, y = y, z = z, vx = vx, vy = vy, vz = vz, mass = mass }, Body)
end

local function system()
  return {
    Body.new(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.47841760435743),
    Body.new(4.841431442464721, -1.1603200440274284, -0.10362204447112311,
      0.606326392995832, 2.81198684491626, -0.02521836165988763, 0.03769367487038949),
    Body.new(8.34336671824458, 4.124798564124305, -0.4035234171143214,
      -1.0107743461787924, 1.8256623712304119, 0.008415761376584154, 0.011286326131968767),
    Body.new(12.894369562139131, -15.111151401698631, -0.22330757889265573,
      1.0827910064415354, 0.8687130181696082, -0.010832637401363636, 0.0017237240570597112),
    Body.new(15.379697114850917, -25.919314609987964, 0.17925877295037118,
      0.979090732243898, 0.5946989986476762, -0.034755955550407814, 0.0020336868699246304),
  }
end

-- Gives the sun the momentum that makes that of the whole system zero.
local function offset_momentum(bodies)
  local px, py, pz = 0.0, 0.0, 0.0
  for i = 1, #bodies do
    local body = bodies[i]
    px = px + body.vx * body.mass
    py = py + body.vy * body.mass
    pz = pz + body.vz * body.mass
  end
  local sun = bodies[1]
  sun.vx = -px / sun.mass
  sun.vy = -py / sun.mass
  sun.vz = -pz / sun.mass
end

local function advance(bodies, dt)
  local count = #bodies
  for i = 1, count do
    local a = bodies[i]
    for j = i + 1, count do
      local b = bodies[j]
      local dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
      local squared = dx * dx + dy * dy + dz * dz
      local magnitude = dt / (squared * sqrt(squared))
      a.vx = a.vx - dx * b.mass * magnitude
      a.vy = a.vy - dy * b.mass * magnitude
      a.vz = a.vz - dz * b.mass * magnitude
      b.vx = b.vx + dx * a.mass * magnitude
      b.vy = b.vy + dy * a.mass * magnitude
      b.vz = b.vz + dz * a.mass * magnitude
    end
  end
  for i = 1, count do
    local a = bodies[i]
    a.x = a.x + dt * a.vx
    a.y = a.y + dt * a.vy
    a.z = a.z + dt * a.vz
  end
end

local function energy(bodies)
  local sum = 0.0
  for i = 1, #bodies do
    local a = bodies[i]
    sum = sum + 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
    for j = i + 1, #bodies do
      local b = bodies[j]
      local dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
      sum = sum - a.mass * b.mass / sqrt(dx * dx + dy * dy + dz * dz)
    end
  end
  return sum
end

local function simulate(steps)
  local bodies = system()
  offset_momentum(bodies)
  for _ = 1, steps do
    advance(bodies, 0.01)
  end
  return string.format("%d", math.ceil(energy(bodies) * 1e9))
end

print(simulate(arg[1] == "small" and 100 or 100000))
