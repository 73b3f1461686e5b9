#include "CDigestPair.h"

#include <stdint.h>

void nixlite_sha256_begin(SHA256_CTX *message) { SHA256_Init(message); }

void nixlite_sha256_update(SHA256_CTX *message, const void *bytes, size_t count) {
  SHA256_Update(message, bytes, count);
}

void nixlite_sha256_finish(SHA256_CTX *message, unsigned char *digest) { SHA256_Final(digest, message); }

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

/// FIPS 180-4, 4.2.2.
static const uint32_t round_constants[64] __attribute__((aligned(64))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The SHA extensions, SSSE3 and SSE4.1.
int nixlite_sha256_has_pair(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 29));
}

/// Compresses `count` blocks of two messages, round by round in turn. The states are in the instructions' order: ABEF
/// and CDGH.
__attribute__((target("sha,ssse3,sse4.1"))) static void compress(
    SHA_LONG *first, SHA_LONG *second, const uint8_t *first_bytes, const uint8_t *second_bytes, size_t count) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  SHA_LONG *states[2] = {first, second};
  __m128i abef[2], cdgh[2];
  for (int i = 0; i < 2; i++) {
    __m128i dcba = _mm_loadu_si128((const __m128i *)states[i]), hgfe = _mm_loadu_si128((const __m128i *)(states[i] + 4));
    __m128i cdab = _mm_shuffle_epi32(dcba, 0xB1), efgh = _mm_shuffle_epi32(hgfe, 0x1B);
    abef[i] = _mm_alignr_epi8(cdab, efgh, 8);
    cdgh[i] = _mm_blend_epi16(efgh, cdab, 0xF0);
  }
  for (; count > 0; count--, first_bytes += 64, second_bytes += 64) {
    __m128i words[2][4], abef_before[2] = {abef[0], abef[1]}, cdgh_before[2] = {cdgh[0], cdgh[1]};
    for (int j = 0; j < 4; j++) {
      words[0][j] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)first_bytes + j), big_endian);
      words[1][j] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)second_bytes + j), big_endian);
    }
#pragma clang loop unroll(full)
    for (int round = 0; round < 16; round++) {
      const __m128i constants = _mm_load_si128((const __m128i *)round_constants + round);
      const int now = round & 3, next = (round + 1) & 3, after = (round + 2) & 3, last = (round + 3) & 3;
      for (int i = 0; i < 2; i++) {
        const __m128i sum = _mm_add_epi32(words[i][now], constants);
        cdgh[i] = _mm_sha256rnds2_epu32(cdgh[i], abef[i], sum);
        abef[i] = _mm_sha256rnds2_epu32(abef[i], cdgh[i], _mm_shuffle_epi32(sum, 0x0E));
        if (round >= 12) continue;
        __m128i schedule = _mm_sha256msg1_epu32(words[i][now], words[i][next]);
        schedule = _mm_add_epi32(schedule, _mm_alignr_epi8(words[i][last], words[i][after], 4));
        words[i][now] = _mm_sha256msg2_epu32(schedule, words[i][last]);
      }
    }
    for (int i = 0; i < 2; i++) {
      abef[i] = _mm_add_epi32(abef[i], abef_before[i]);
      cdgh[i] = _mm_add_epi32(cdgh[i], cdgh_before[i]);
    }
  }
  for (int i = 0; i < 2; i++) {
    __m128i feba = _mm_shuffle_epi32(abef[i], 0x1B), dchg = _mm_shuffle_epi32(cdgh[i], 0xB1);
    _mm_storeu_si128((__m128i *)states[i], _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((__m128i *)(states[i] + 4), _mm_alignr_epi8(dchg, feba, 8));
  }
}

/// Bytes that are missing to a whole block.
static size_t missing(const SHA256_CTX *message) { return (SHA256_CBLOCK - message->num) % SHA256_CBLOCK; }

/// Counts bytes that were compressed past libcrypto: the message's length is in bits, in two halves.
static void count_blocks(SHA256_CTX *message, size_t blocks) {
  uint64_t bits = ((uint64_t)message->Nh << 32 | message->Nl) + (uint64_t)blocks * SHA256_CBLOCK * 8;
  message->Nl = (SHA_LONG)bits;
  message->Nh = (SHA_LONG)(bits >> 32);
}

void nixlite_sha256_update_both(
    SHA256_CTX *first, SHA256_CTX *second, const void *bytes, size_t count, int has_pair) {
  const size_t first_start = missing(first), second_start = missing(second);
  const size_t later = first_start > second_start ? first_start : second_start;
  const size_t blocks = count > later ? (count - later) / SHA256_CBLOCK : 0;
  if (blocks == 0 || !has_pair) {
    SHA256_Update(first, bytes, count);
    SHA256_Update(second, bytes, count);
    return;
  }
  const uint8_t *start = bytes;
  SHA256_Update(first, start, first_start);
  SHA256_Update(second, start, second_start);
  compress(first->h, second->h, start + first_start, start + second_start, blocks);
  count_blocks(first, blocks);
  count_blocks(second, blocks);
  const size_t first_end = first_start + blocks * SHA256_CBLOCK, second_end = second_start + blocks * SHA256_CBLOCK;
  SHA256_Update(first, start + first_end, count - first_end);
  SHA256_Update(second, start + second_end, count - second_end);
}
#else
int nixlite_sha256_has_pair(void) { return 0; }

void nixlite_sha256_update_both(
    SHA256_CTX *first, SHA256_CTX *second, const void *bytes, size_t count, int has_pair) {
  (void)has_pair;
  SHA256_Update(first, bytes, count);
  SHA256_Update(second, bytes, count);
}
#endif
