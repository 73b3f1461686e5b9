// Two SHA-256 messages that take the same bytes at different offsets of their blocks, at about the price of one: the
// instructions of x86 have a latency of several cycles, in which the other message's can run. Neither Swift nor
// libcrypto's interface reaches them in that way.
#ifndef NIXLITE_DIGEST_PAIR_H
#define NIXLITE_DIGEST_PAIR_H

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <stddef.h>

/// Starts a message.
void nixlite_sha256_begin(SHA256_CTX *message);

/// Appends bytes to one message.
void nixlite_sha256_update(SHA256_CTX *message, const void *bytes, size_t count);

/// Whether this processor can compress two messages in turn.
int nixlite_sha256_has_pair(void);

/// Appends the same bytes to both messages, in turn where `has_pair` says so.
void nixlite_sha256_update_both(
    SHA256_CTX *first, SHA256_CTX *second, const void *bytes, size_t count, int has_pair);

/// Ends a message; `digest` has room for 32 bytes.
void nixlite_sha256_finish(SHA256_CTX *message, unsigned char *digest);

#endif
