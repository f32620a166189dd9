-- How many points of a grid lie in the Mandelbrot set: float arithmetic in locals.
local function count_inside(n)
  local count = 0
  for y = 0, n - 1 do
    local ci = 2.0 * y / n - 1.0
    for x = 0, n - 1 do
      local cr = 2.0 * x / n - 1.5
      local zr, zi, rr, ii = 0.0, 0.0, 0.0, 0.0
      local escaped = false
      for _ = 1, 50 do
        zi = 2.0 * zr * zi + ci
        zr = rr - ii + cr
        rr = zr * zr
        ii = zi * zi
        if rr + ii > 4.0 then
          escaped = true
          break
        end
      end
      if not escaped then
        count = count + 1
      end
    end
  end
  return count
end

print(count_inside(arg[1] == "small" and 24 or 480))
