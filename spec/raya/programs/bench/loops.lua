-- Three nested loops around a comparison and a sum.
local function count(n)
  local sum = 0
  for i = 0, n - 1 do
    for j = 0, n - 1 do
      for k = 0, n - 1 do
        if i + j > k then
          sum = sum + 3
        else
          sum = sum - j
        end
      end
    end
  end
  return sum
end

print(count(arg[1] == "small" and 12 or 256))
