-- Runs a program and says what processor time it took, as `lathe bench vm` wants to hear it.
local program = arg[1]
arg[1] = nil
local started = os.clock()
dofile(program)
io.stderr:write(string.format("cpu-seconds %.6f\n", os.clock() - started))
