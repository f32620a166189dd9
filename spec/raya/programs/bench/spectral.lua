-- The spectral norm of an infinite matrix, cut to n by n: float arrays and calls of a small function. In billionths.
local function element(i, j)
  local ij = i + j
  return 1.0 / (ij * (ij + 1) / 2 + i + 1)
end

local function multiply(from, to, n)
  for i = 1, n do
    local sum = 0.0
    for j = 1, n do
      sum = sum + element(i - 1, j - 1) * from[j]
    end
    to[i] = sum
  end
end

local function multiply_transposed(from, to, n)
  for i = 1, n do
    local sum = 0.0
    for j = 1, n do
      sum = sum + element(j - 1, i - 1) * from[j]
    end
    to[i] = sum
  end
end

local function norm(n)
  local u, v, t = {}, {}, {}
  for i = 1, n do
    u[i] = 1.0
  end
  for _ = 1, 10 do
    multiply(u, t, n)
    multiply_transposed(t, v, n)
    multiply(v, t, n)
    multiply_transposed(t, u, n)
  end
  local uv, vv = 0.0, 0.0
  for i = 1, n do
    uv = uv + u[i] * v[i]
    vv = vv + v[i] * v[i]
  end
  return string.format("%d", math.floor(math.sqrt(uv / vv) * 1e9))
end

print(norm(arg[1] == "small" and 10 or 320))
