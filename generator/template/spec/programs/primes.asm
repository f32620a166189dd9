// The primes below 50, one on a line.
function is_prime { params [n: int] result bool locals [d: int] code {
    const_int 2 store d
next:
    load n  load d  load d  mul  less  jump_if prime
    load n  load d  rem  const_int 0  equal  jump_if composite
    load d  const_int 1  add  store d
    jump next
prime:
    const_int 0  const_int 0  equal  return
composite:
    const_int 0  const_int 1  equal  return
} }

function main { result int locals [n: int, count: int] code {
    const_int 2 store n
again:
    load n  const_int 50  equal  jump_if done
    load n  call is_prime  jump_if found
    jump step
found:
    load n  print
    load count  const_int 1  add  store count
step:
    load n  const_int 1  add  store n
    jump again
done:
    load count  return
} }
