#include "bf16.h"

size_t ek_bf16_words(size_t rows, size_t columns) {
  return (rows + EK_PANEL - 1) / EK_PANEL * EK_PANEL * ((columns + 1) / 2);
}

// A panel is written front to back, sixteen pairs of all its rows at a time: reads stay within a cache line a
// row, writes within 4 KiB.
#define PACK(WORD)                                                               \
  size_t pairs = (columns + 1) / 2;                                              \
  for (size_t first = 0; first < pairs; first += 16) {                           \
    size_t end = first + 16 < pairs ? first + 16 : pairs;                        \
    for (size_t row = 0; row < EK_PANEL; row++) {                                \
      for (size_t pair = first; pair < end; pair++) {                            \
        uint32_t low = 0, high = 0;                                              \
        if (row < count) {                                                       \
          size_t at = row * columns + 2 * pair;                                  \
          low = WORD(at);                                                        \
          if (2 * pair + 1 < columns) high = WORD(at + 1);                       \
        }                                                                        \
        panel[pair * EK_PANEL + row] = low | high << 16;                         \
      }                                                                          \
    }                                                                            \
  }

void ek_bf16_pack_single(const float *values, size_t count, size_t columns, uint32_t *panel) {
#define SINGLE(at) bf16_bits(values[at])
  PACK(SINGLE)
}

void ek_turn(const void *rows, size_t count, size_t columns, uint32_t *panel) {
  const uint8_t *bytes = rows;
  for (size_t first = 0; first < columns; first += 16) {
    size_t end = first + 16 < columns ? first + 16 : columns;
    for (size_t column = first; column < end; column++) {
      uint32_t *words = panel + column * EK_PANEL;
      for (size_t row = 0; row < count; row++)
        memcpy(words + row, bytes + 4 * (row * columns + column), sizeof *words);
      memset(words + count, 0, (EK_PANEL - count) * sizeof *words);
    }
  }
}

void ek_bf16_pack_stored(const void *values, size_t count, size_t columns, uint32_t *panel) {
  const uint8_t *bytes = values;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  // Two stored numbers are a word as it is wanted: only the order of the words is another.
  if (columns % 2 == 0) {
    ek_turn(bytes, count, columns / 2, panel);
    return;
  }
#endif
#define STORED(at) ((uint32_t)bytes[2 * (at)] | (uint32_t)bytes[2 * (at) + 1] << 8)
  PACK(STORED)
}

void ek_bf16_row(const uint32_t *packed, size_t columns, size_t row, float *out) {
  size_t pairs = (columns + 1) / 2;
  const uint32_t *words = packed + row / EK_PANEL * EK_PANEL * pairs + row % EK_PANEL;
  for (size_t k = 0; k < columns; k++) {
    uint32_t word = words[k / 2 * EK_PANEL];
    out[k] = single_of(k & 1 ? word & 0xFFFF0000 : word << 16);
  }
}
