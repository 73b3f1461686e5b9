// Compresses as many messages at once as a vector has lanes. Included once for each kind of vector, with
//   LANES         messages at once, a power of two
//   NAME(x)       `x` with the kind's own ending
//   TARGET        the attribute that allows the instructions
//   INTERLEAVE_LOW(a, b), INTERLEAVE_HIGH(a, b)   the elements of two vectors in turn: of the lower halves, of the upper

typedef uint32_t NAME(words) __attribute__((vector_size(4 * LANES)));
typedef uint32_t NAME(unaligned) __attribute__((vector_size(4 * LANES), aligned(1)));

/// Chaining values of `LANES` messages of `blocks` blocks each. The first block of each is flagged with `first` too, the
/// last with `last`; message i has the counter `counter` + i * `step`.
TARGET static void NAME(compress_many)(
    const uint8_t *const *messages, size_t blocks, const uint32_t key[8], uint64_t counter, uint64_t step,
    uint32_t flags, uint32_t first, uint32_t last, uint32_t (*values)[8]) {
  NAME(words) chain[8], counter_low, counter_high;
  for (int i = 0; i < 8; i++) chain[i] = (NAME(words)){0} + key[i];
  for (int i = 0; i < LANES; i++) {
    counter_low[i] = (uint32_t)(counter + step * i);
    counter_high[i] = (uint32_t)((counter + step * i) >> 32);
  }
  for (size_t block = 0; block < blocks; block++) {
    // Message words by lane: rows of `LANES` words of each message, transposed by as many shuffles as the vector needs.
    NAME(words) m[16];
    for (int part = 0; part < 16; part += LANES) {
      NAME(words) rows[LANES];
      for (int i = 0; i < LANES; i++) {
        rows[i] = *(const NAME(unaligned) *)(messages[i] + block * 64 + part * 4);
      }
      for (int stage = 1; stage < LANES; stage *= 2) {
        NAME(words) shuffled[LANES];
        for (int i = 0; i < LANES / 2; i++) {
          shuffled[2 * i] = INTERLEAVE_LOW(rows[i], rows[i + LANES / 2]);
          shuffled[2 * i + 1] = INTERLEAVE_HIGH(rows[i], rows[i + LANES / 2]);
        }
        for (int i = 0; i < LANES; i++) rows[i] = shuffled[i];
      }
      for (int i = 0; i < LANES; i++) m[part + i] = rows[i];
    }
    const uint32_t block_flags = flags | (block == 0 ? first : 0) | (block + 1 == blocks ? last : 0);
    NAME(words) v[16];
    for (int i = 0; i < 8; i++) v[i] = chain[i];
    for (int i = 0; i < 4; i++) v[8 + i] = (NAME(words)){0} + initial[i];
    v[12] = counter_low;
    v[13] = counter_high;
    v[14] = (NAME(words)){0} + 64;
    v[15] = (NAME(words)){0} + block_flags;
    ROUNDS(v, m)
    for (int i = 0; i < 8; i++) chain[i] = v[i] ^ v[i + 8];
  }
  for (int i = 0; i < LANES; i++) {
    for (int j = 0; j < 8; j++) values[i][j] = chain[j][i];
  }
}

#undef LANES
#undef NAME
#undef TARGET
#undef INTERLEAVE_LOW
#undef INTERLEAVE_HIGH
