// BLAKE3 (Documentation: "BLAKE3: one function, fast everywhere", version 20211102), many chunks of a message side by
// side in the lanes of vectors, which Swift cannot choose by the processor at hand.
#ifndef NIXLITE_BLAKE3_H
#define NIXLITE_BLAKE3_H

#include <stddef.h>
#include <stdint.h>

/// Bytes that are hashed as one subtree.
#define NIXLITE_BLAKE3_GROUP 65536

/// A message under way. Of 64 bits of length, 48 are for groups: no more than 48 subtrees wait at once.
typedef struct {
  uint32_t key[8];
  uint32_t flags;
  /// Subtrees that wait for their right neighbours, from the left, and what is below them.
  uint32_t waiting[48][8];
  size_t waiting_count;
  uint64_t group_count;
  size_t tail_count;
  /// The last bytes, never none unless the message is empty.
  uint8_t tail[NIXLITE_BLAKE3_GROUP];
} nixlite_blake3;

/// Starts a message; `key` is of 32 bytes, or null for plain hashing.
void nixlite_blake3_begin(nixlite_blake3 *message, const uint8_t *key);

/// Appends bytes.
void nixlite_blake3_update(nixlite_blake3 *message, const void *bytes, size_t count);

/// The digest, of 32 bytes, of what there is by now; the message can go on.
void nixlite_blake3_finish(const nixlite_blake3 *message, uint8_t *digest);

/// The digest of one message.
void nixlite_blake3_hash(const uint8_t *key, const void *bytes, size_t count, uint8_t *digest);

#endif
