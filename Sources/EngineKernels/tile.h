#pragma once

#include "engine_kernels.h"

// The loops over the rows and vectors of a tile: unrolled, its sums are registers.
#define UNROLLED _Pragma("clang loop unroll(full)")

// CALL(n) with n = `rows`, 1...EK_TILE_ROWS, as a constant.
#define WITH_ROWS(rows, CALL) \
  switch (rows) {             \
    case 1: CALL(1); break;   \
    case 2: CALL(2); break;   \
    case 3: CALL(3); break;   \
    case 4: CALL(4); break;   \
    case 5: CALL(5); break;   \
    default: CALL(6); break;  \
  }
