#include "bf16.h"
#include "int8.h"
#include "int8_layout.h"

size_t ek_int8_bytes(size_t rows, size_t columns, size_t group) {
  int8_layout layout = layout_of(rows, columns, group);
  return sums_at(&layout) + layout.panels * layout.groups * EK_PANEL * sizeof(int32_t);
}

// The largest |w[2k]| + |w[2k + 1]|; a last one without neighbour counts alone.
static float largest_pair(const float *values, size_t count) {
  int32_t largest = count % 2 != 0 ? absolute_bits(values[count - 1]) : 0;
  for (size_t k = 0; k + 1 < count; k += 2) {
    int32_t bits = absolute_bits(__builtin_fabsf(values[k]) + __builtin_fabsf(values[k + 1]));
    largest = bits > largest ? bits : largest;
  }
  return with_bits(largest);
}

static void quantize_weights(const float *restrict values, size_t count, float scale, int8_t *restrict out) {
  for (size_t k = 0; k < count; k++) out[k] = (int8_t)nearest(values[k] / scale);
}

// Where one panel goes.
typedef struct room {
  int8_t *values;
  float *scales;
  int32_t *sums;
} room;

static room room_of(const int8_layout *layout, size_t panel, void *packed) {
  return (room){
      .values = (int8_t *)packed + panel * panel_bytes(layout),
      .scales = (float *)((char *)packed + scales_at(layout)) + panel * EK_PANEL,
      .sums = (int32_t *)((char *)packed + sums_at(layout)) + panel * layout->groups * EK_PANEL,
  };
}

void ek_int8_pack(
    const float *values, size_t first, size_t count, size_t rows, size_t columns, size_t group, void *packed) {
  int8_layout layout = layout_of(rows, columns, group);
  room room = room_of(&layout, first / EK_PANEL, packed);
  memset(room.values, 0, panel_bytes(&layout));
  memset(room.scales, 0, EK_PANEL * sizeof *room.scales);
  memset(room.sums, 0, layout.groups * EK_PANEL * sizeof *room.sums);
  for (size_t row = 0; row < count; row++) room.scales[row] = scale_of(largest_pair(values + row * columns, columns));
  // Sixteen quadruples of all rows at a time: reads stay within four cache lines a row, writes within 4 KiB.
  for (size_t first_quad = 0; first_quad < layout.quads; first_quad += 16) {
    size_t quads = layout.quads - first_quad < 16 ? layout.quads - first_quad : 16;
    size_t k = 4 * first_quad, width = columns - k < 64 ? columns - k : 64;
    for (size_t row = 0; row < count; row++) {
      if (!(room.scales[row] > 0)) continue;
      int8_t some[64] = {0};
      quantize_weights(values + row * columns + k, width, room.scales[row], some);
      for (size_t quad = 0; quad < quads; quad++) {
        const int8_t *four = some + 4 * quad;
        memcpy(room.values + ((first_quad + quad) * EK_PANEL + row) * 4, four, 4);
        room.sums[(first_quad + quad) / layout.group_quads * EK_PANEL + row] -=
            128 * (four[0] + four[1] + four[2] + four[3]);
      }
    }
  }
}

// Both forms have the 64 rows of a panel side by side.
ek_spread ek_int8_pack_bf16(
    const uint32_t *words, size_t panel, size_t rows, size_t columns, size_t group, void *packed) {
  int8_layout layout = layout_of(rows, columns, group);
  room room = room_of(&layout, panel, packed);
  size_t pairs = (columns + 1) / 2;
  words += panel * pairs * EK_PANEL;
  int32_t largest[EK_PANEL] = {0};
  for (size_t pair = 0; pair < pairs; pair++) {
    for (size_t row = 0; row < EK_PANEL; row++) {
      uint32_t word = words[pair * EK_PANEL + row];
      int32_t bits = absolute_bits(
          __builtin_fabsf(single_of(word << 16)) + __builtin_fabsf(single_of(word & 0xFFFF0000)));
      largest[row] = bits > largest[row] ? bits : largest[row];
    }
  }
  int32_t kept[EK_PANEL];  // no bit of a row without scale
  for (size_t row = 0; row < EK_PANEL; row++) {
    room.scales[row] = scale_of(with_bits(largest[row]));
    kept[row] = room.scales[row] > 0 ? -1 : 0;
  }
  memset(room.sums, 0, layout.groups * EK_PANEL * sizeof *room.sums);
  static const uint32_t zeros[EK_PANEL];
  float squares[EK_PANEL] = {0};
  for (size_t quad = 0; quad < layout.quads; quad++) {
    const uint32_t *low = words + 2 * quad * EK_PANEL, *high = 2 * quad + 1 < pairs ? low + EK_PANEL : zeros;
    uint32_t fours[EK_PANEL];
    int32_t *restrict sums = room.sums + quad / layout.group_quads * EK_PANEL;
    for (size_t row = 0; row < EK_PANEL; row++) {
      float scale = room.scales[row];
      int32_t first = nearest(single_of(low[row] << 16) / scale) & kept[row];
      int32_t second = nearest(single_of(low[row] & 0xFFFF0000) / scale) & kept[row];
      int32_t third = nearest(single_of(high[row] << 16) / scale) & kept[row];
      int32_t fourth = nearest(single_of(high[row] & 0xFFFF0000) / scale) & kept[row];
      fours[row] = (uint8_t)first | (uint32_t)(uint8_t)second << 8 | (uint32_t)(uint8_t)third << 16 |
                   (uint32_t)(uint8_t)fourth << 24;
      sums[row] -= 128 * (first + second + third + fourth);
      squares[row] += (float)(first * first + second * second + third * third + fourth * fourth);
    }
    memcpy(room.values + 4 * quad * EK_PANEL, fours, sizeof fours);
  }
  ek_spread spread = {.scale = 0, .length = 0};
  for (size_t row = 0; row < EK_PANEL; row++) {
    spread.scale = __builtin_elementwise_max(spread.scale, room.scales[row]);
    spread.length =
        __builtin_elementwise_max(spread.length, room.scales[row] * __builtin_elementwise_sqrt(squares[row]));
  }
  return spread;
}
