-- Fibonacci numbers by plain recursion: calls and returns, and little else.
local function fib(n)
  if n < 2 then
    return n
  end
  return fib(n - 1) + fib(n - 2)
end

print(fib(arg[1] == "small" and 10 or 32))
