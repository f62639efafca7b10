#include "base/sha256.h"

/* The old interface, which asks for no memory: where there is none, the new one crashes in libcrypto. */
#define OPENSSL_API_COMPAT 0x10100000L
#include <openssl/sha.h>

void sha256_hex(const void *bytes, size_t length, char hex[SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256_CTX state;
    SHA256_Init(&state);
    SHA256_Update(&state, bytes, length);
    SHA256_Final(digest, &state);
    for (size_t i = 0; i < sizeof digest; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[2 * sizeof digest] = '\0';
}
