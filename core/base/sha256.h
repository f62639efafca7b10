/*
 * SHA-256 (FIPS 180-4, by libcrypto) for revisions, files and checksums.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>

enum { SHA256_HEX = 65 }; /* 64 digits and NUL */

/** Writes the lower-case hex digest of the bytes and a NUL. */
void sha256_hex(const void *bytes, size_t length, char hex[SHA256_HEX]);

#endif
