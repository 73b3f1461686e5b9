#include "CBlake3.h"

#include <string.h>

enum { chunk_size = 1024, block_size = 64, group_chunks = NIXLITE_BLAKE3_GROUP / chunk_size };

enum { chunk_start = 1, chunk_end = 2, parent = 4, root = 8, keyed = 16 };

static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/// Which word of the block each step of each round takes.
static const uint8_t schedule[7][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8},
    {3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1}, {10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6},
    {12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4}, {9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7},
    {11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13}};

#define ROTATE(x, count) (((x) >> (count)) | ((x) << (32 - (count))))
#define MIX(v, a, b, c, d, x, y)       \
  v[a] = v[a] + v[b] + (x);            \
  v[d] = ROTATE(v[d] ^ v[a], 16);      \
  v[c] = v[c] + v[d];                  \
  v[b] = ROTATE(v[b] ^ v[c], 12);      \
  v[a] = v[a] + v[b] + (y);            \
  v[d] = ROTATE(v[d] ^ v[a], 8);       \
  v[c] = v[c] + v[d];                  \
  v[b] = ROTATE(v[b] ^ v[c], 7);
/// The seven rounds on sixteen words or vectors of them.
#define ROUNDS(v, m)                                                       \
  _Pragma("clang loop unroll(full)") for (int round = 0; round < 7; round++) { \
    const uint8_t *s = schedule[round];                                    \
    MIX(v, 0, 4, 8, 12, m[s[0]], m[s[1]])                                  \
    MIX(v, 1, 5, 9, 13, m[s[2]], m[s[3]])                                  \
    MIX(v, 2, 6, 10, 14, m[s[4]], m[s[5]])                                 \
    MIX(v, 3, 7, 11, 15, m[s[6]], m[s[7]])                                 \
    MIX(v, 0, 5, 10, 15, m[s[8]], m[s[9]])                                 \
    MIX(v, 1, 6, 11, 12, m[s[10]], m[s[11]])                               \
    MIX(v, 2, 7, 8, 13, m[s[12]], m[s[13]])                                \
    MIX(v, 3, 4, 9, 14, m[s[14]], m[s[15]])                                \
  }

/// One block of one message, onto the chaining value.
static void compress(uint32_t chain[8], const uint8_t *block, size_t count, uint64_t counter, uint32_t flags) {
  uint8_t padded[block_size] = {0};
  uint32_t m[16], v[16];
  if (count > 0) memcpy(padded, block, count);
  for (int i = 0; i < 16; i++) {
    m[i] = (uint32_t)padded[4 * i] | (uint32_t)padded[4 * i + 1] << 8 | (uint32_t)padded[4 * i + 2] << 16
        | (uint32_t)padded[4 * i + 3] << 24;
  }
  memcpy(v, chain, 32);
  memcpy(v + 8, initial, 16);
  v[12] = (uint32_t)counter;
  v[13] = (uint32_t)(counter >> 32);
  v[14] = (uint32_t)count;
  v[15] = flags;
  ROUNDS(v, m)
  for (int i = 0; i < 8; i++) chain[i] = v[i] ^ v[i + 8];
}

typedef void (*compress_many)(
    const uint8_t *const *messages, size_t blocks, const uint32_t key[8], uint64_t counter, uint64_t step,
    uint32_t flags, uint32_t first, uint32_t last, uint32_t (*values)[8]);

#define LANES 4
#define NAME(x) x##_4
#define TARGET
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#include "Lanes.h"

#if defined(__x86_64__)
#define LANES 8
#define NAME(x) x##_8
#define TARGET __attribute__((target("avx2")))
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#include "Lanes.h"

#define LANES 16
#define NAME(x) x##_16
#define TARGET __attribute__((target("avx512f,avx512vl"), min_vector_width(512)))
#define INTERLEAVE_LOW(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_HIGH(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#include "Lanes.h"
#endif

/// Compresses any number of messages: in the widest vectors that they fill by half, on this processor.
static void compress_all(
    const uint8_t *messages, size_t count, size_t size, const uint32_t key[8], uint64_t counter, uint64_t step,
    uint32_t flags, uint32_t first, uint32_t last, uint32_t (*values)[8]) {
  size_t widest = 4;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) {
    widest = 16;
  } else if (__builtin_cpu_supports("avx2")) {
    widest = 8;
  }
#endif
  while (count > 0) {
    size_t lanes = widest;
    while (lanes > 4 && count <= lanes / 2) lanes /= 2;
    const size_t used = count < lanes ? count : lanes;
    if (used == 1) {
      memcpy(values[0], key, 32);
      for (size_t start = 0; start < size; start += block_size) {
        const uint32_t ends = (start == 0 ? first : 0) | (start + block_size == size ? last : 0);
        compress(values[0], messages + start, block_size, counter, flags | ends);
      }
    } else {
      const uint8_t *addresses[16];
      uint32_t found[16][8];
      // Lanes without a message of their own repeat the last one.
      for (size_t i = 0; i < lanes; i++) addresses[i] = messages + (i < used ? i : used - 1) * size;
      compress_many call = compress_many_4;
#if defined(__x86_64__)
      if (lanes == 16) call = compress_many_16;
      if (lanes == 8) call = compress_many_8;
#endif
      call(addresses, size / block_size, key, counter, step, flags, first, last, found);
      memcpy(values, found, used * 32);
    }
    messages += used * size;
    values += used;
    count -= used;
    counter += used * step;
  }
}

/// The bytes of two chaining values, little-endian.
static void write_words(const uint32_t *words, size_t count, uint8_t *bytes) {
  for (size_t i = 0; i < count; i++) {
    for (int shift = 0; shift < 4; shift++) *bytes++ = (uint8_t)(words[i] >> (8 * shift));
  }
}

/// The node above two others.
static void join(
    const uint32_t left[8], const uint32_t right[8], const uint32_t key[8], uint32_t flags, uint32_t value[8]) {
  uint8_t block[block_size];
  write_words(left, 8, block);
  write_words(right, 8, block + 32);
  memcpy(value, key, 32);
  compress(value, block, block_size, 0, flags | parent);
}

/// The chaining value of the subtree over at most a group of bytes, of which the first chunk has this number; or the root's
/// where it is the whole message (`flag_root`).
static void subtree(
    const uint8_t *bytes, size_t count, uint64_t counter, const uint32_t key[8], uint32_t flags, uint32_t flag_root,
    uint32_t value[8]) {
  uint32_t values[group_chunks][8];
  const size_t whole = count / chunk_size, rest = count % chunk_size;
  size_t nodes = whole + (rest > 0 || whole == 0);
  const uint32_t end_flag = nodes == 1 ? flag_root : 0;
  compress_all(bytes, whole, chunk_size, key, counter, 1, flags, chunk_start, chunk_end | end_flag, values);
  if (nodes > whole) {
    uint32_t *chain = values[whole];
    const uint8_t *chunk = bytes + whole * chunk_size;
    memcpy(chain, key, 32);
    size_t start = 0;
    do {
      const size_t length = rest - start < block_size ? rest - start : block_size;
      const uint32_t ends = (start == 0 ? chunk_start : 0) | (start + length == rest ? chunk_end | end_flag : 0);
      compress(chain, chunk + start, length, counter + whole, flags | ends);
      start += length;
    } while (start < rest);
  }
  // Level by level; what has no right neighbour goes up as it is.
  while (nodes > 2) {
    uint8_t blocks[group_chunks / 2][block_size];
    const size_t pairs = nodes / 2;
    for (size_t i = 0; i < pairs; i++) write_words(values[2 * i], 16, blocks[i]);
    uint32_t odd[8];
    memcpy(odd, values[nodes - 1], 32);
    compress_all(blocks[0], pairs, block_size, key, 0, 0, flags | parent, 0, 0, values);
    if (nodes % 2 == 1) memcpy(values[pairs], odd, 32);
    nodes = pairs + nodes % 2;
  }
  if (nodes == 2) {
    join(values[0], values[1], key, flags | flag_root, value);
  } else {
    memcpy(value, values[0], 32);
  }
}

static void set_key(uint32_t words[8], uint32_t *flags, const uint8_t *key) {
  *flags = key ? keyed : 0;
  for (int i = 0; i < 8; i++) {
    words[i] = !key ? initial[i]
                    : (uint32_t)key[4 * i] | (uint32_t)key[4 * i + 1] << 8 | (uint32_t)key[4 * i + 2] << 16
                        | (uint32_t)key[4 * i + 3] << 24;
  }
}

void nixlite_blake3_begin(nixlite_blake3 *message, const uint8_t *key) {
  set_key(message->key, &message->flags, key);
  message->waiting_count = 0;
  message->group_count = 0;
  message->tail_count = 0;
}

/// Takes a group that is not the message's end.
static void add_group(nixlite_blake3 *message, const uint8_t *bytes) {
  uint32_t value[8];
  subtree(bytes, NIXLITE_BLAKE3_GROUP, message->group_count * group_chunks, message->key, message->flags, 0, value);
  message->group_count++;
  for (uint64_t total = message->group_count; total % 2 == 0; total /= 2) {
    message->waiting_count--;
    join(message->waiting[message->waiting_count], value, message->key, message->flags, value);
  }
  memcpy(message->waiting[message->waiting_count++], value, 32);
}

void nixlite_blake3_update(nixlite_blake3 *message, const void *start, size_t count) {
  const uint8_t *bytes = start;
  while (count > 0) {
    if (message->tail_count == NIXLITE_BLAKE3_GROUP) {
      add_group(message, message->tail);
      message->tail_count = 0;
    }
    if (message->tail_count == 0 && count > NIXLITE_BLAKE3_GROUP) {
      add_group(message, bytes);
      bytes += NIXLITE_BLAKE3_GROUP;
      count -= NIXLITE_BLAKE3_GROUP;
      continue;
    }
    const size_t room = NIXLITE_BLAKE3_GROUP - message->tail_count;
    const size_t taken = count < room ? count : room;
    memcpy(message->tail + message->tail_count, bytes, taken);
    message->tail_count += taken;
    bytes += taken;
    count -= taken;
  }
}

void nixlite_blake3_finish(const nixlite_blake3 *message, uint8_t *digest) {
  uint32_t value[8];
  size_t left = message->waiting_count;
  subtree(
      message->tail, message->tail_count, message->group_count * group_chunks, message->key, message->flags,
      left == 0 ? root : 0, value);
  while (left > 0) {
    left--;
    join(message->waiting[left], value, message->key, message->flags | (left == 0 ? root : 0), value);
  }
  write_words(value, 8, digest);
}

void nixlite_blake3_hash(const uint8_t *key, const void *bytes, size_t count, uint8_t *digest) {
  if (count > NIXLITE_BLAKE3_GROUP) {
    nixlite_blake3 message;
    nixlite_blake3_begin(&message, key);
    nixlite_blake3_update(&message, bytes, count);
    nixlite_blake3_finish(&message, digest);
    return;
  }
  uint32_t words[8], flags, value[8];
  set_key(words, &flags, key);
  subtree(bytes, count, 0, words, flags, root, value);
  write_words(value, 8, digest);
}
