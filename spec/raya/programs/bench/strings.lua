-- Lines of text that grow by concatenation, are compared and joined: short strings, most of which soon die.
local function join(parts, separator)
  local text = ""
  for i = 1, #parts do
    text = text .. parts[i] .. separator
  end
  return text
end

local function build(lines, words)
  local previous, bytes, same = "", 0, 0
  for line = 0, lines - 1 do
    local parts = {}
    for word = 0, words - 1 do
      parts[#parts + 1] = "word " .. tostring(line * word % 100)
    end
    local text = join(parts, ", ")
    bytes = bytes + #text
    if text == previous then
      same = same + 1
    end
    if line % 4 == 0 then
      previous = text
    end
  end
  return bytes + same
end

if arg[1] == "small" then
  print(build(20, 10))
else
  print(build(40000, 20))
end
