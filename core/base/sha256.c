#include "base/sha256.h"

/* The old interface, which asks for no memory: where there is none, the new one crashes in libcrypto. */
#define OPENSSL_API_COMPAT 0x10100000L
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

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

/* The digest of a padded key, every byte of which is changed by `pad`, and of the bytes behind it. */
static void digest_behind(const unsigned char key[SHA256_CBLOCK], unsigned char pad,
                          const void *bytes, size_t length, unsigned char digest[SHA256_BYTES])
{
    unsigned char block[SHA256_CBLOCK];
    SHA256_CTX state;
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = key[i] ^ pad;
    SHA256_Init(&state);
    SHA256_Update(&state, block, sizeof block);
    SHA256_Update(&state, bytes, length);
    SHA256_Final(digest, &state);
    OPENSSL_cleanse(block, sizeof block);
}

void sha256_hmac(const void *key, size_t key_length, const void *bytes, size_t length,
                 unsigned char mac[SHA256_BYTES])
{
    unsigned char padded[SHA256_CBLOCK] = {0}, inner[SHA256_BYTES];
    if (key_length > sizeof padded)
        SHA256(key, key_length, padded);
    else if (key_length)
        memcpy(padded, key, key_length);
    digest_behind(padded, 0x36, bytes, length, inner);
    digest_behind(padded, 0x5c, inner, sizeof inner, mac);
    OPENSSL_cleanse(padded, sizeof padded);
}
