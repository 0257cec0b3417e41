// e^x of every x from -87 to 0 as vectors.h computes it, against the C library's in double precision:
//
//     exponentials
//
// prints the largest relative error and a hash of the bits, which is to be that of every other machine. Exit status 1:
// a number is further off than the 2^-23.6 that vectors.h promises.

#include <inttypes.h>
#include <stdio.h>

#include "vectors.h"

static void powers(uint32_t first, float x[LANES], float power[LANES]) {
  for (uint32_t at = 0; at < LANES; at++) x[at] = single_of(first + at);
  lanes some;
  load(x, LANES, 0, &some);
  exponentials(&some);
  store(&some, LANES, power);
}

int main(void) {
  float x[LANES], power[LANES];
  double largest = 0;
  uint64_t hash = 0;
  const uint32_t zero = 0x80000000, lowest = 0xC2AE0000;  // the bits of -0 and -87
  for (uint32_t first = zero; first <= lowest; first += LANES) {
    powers(first, x, power);
    for (size_t at = 0; at < LANES; at++) {
      uint32_t bits;
      memcpy(&bits, power + at, sizeof bits);
      hash = (hash ^ bits) * 0x100000001B3u;
      if (x[at] < -87) {
        largest = power[at] != 0 ? INFINITY : largest;
      } else {
        double error = fabs((double)power[at] / exp((double)x[at]) - 1);
        if (!(error <= largest)) largest = error;
      }
    }
  }
  powers(zero, x, power);
  printf("error 2^%.2f hash %016" PRIx64 "\n", log2(largest), hash);
  return largest <= 0x1p-23 * 0.66 && power[0] == 1 ? 0 : 1;
}
