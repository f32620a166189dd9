-- The product of two square matrices: tables of tables of floats. A sum of the product, in thousandths.
local function make(n, seed)
  local rows = {}
  for i = 0, n - 1 do
    local row = {}
    for j = 0, n - 1 do
      row[j + 1] = seed * (i - j) + (i + j)
    end
    rows[#rows + 1] = row
  end
  return rows
end

local function multiply(a, b, n)
  local rows = {}
  for i = 1, n do
    local row, from = {}, a[i]
    for j = 1, n do
      local sum = 0.0
      for k = 1, n do
        sum = sum + from[k] * b[k][j]
      end
      row[j] = sum
    end
    rows[#rows + 1] = row
  end
  return rows
end

local function run(n)
  local product = multiply(make(n, 0.5), make(n, 0.25), n)
  local sum = 0.0
  for i = 1, n do
    sum = sum + product[i][n + 1 - i] / (n * n)
  end
  return string.format("%d", math.floor(sum * 1000))
end

print(run(arg[1] == "small" and 10 or 200))
