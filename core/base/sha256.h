/*
 * SHA-256 (FIPS 180-4, by libcrypto) for revisions, files and checksums, and HMAC over it (RFC 2104)
 * for signatures.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>

enum {
    SHA256_HEX = 65,   /* 64 digits and NUL */
    SHA256_BYTES = 32, /* of a digest */
};

/** Writes the lower-case hex digest of the bytes and a NUL. */
void sha256_hex(const void *bytes, size_t length, char hex[SHA256_HEX]);

/** Writes HMAC-SHA256 of the bytes under a key of any length. */
void sha256_hmac(const void *key, size_t key_length, const void *bytes, size_t length,
                 unsigned char mac[SHA256_BYTES]);

#endif
