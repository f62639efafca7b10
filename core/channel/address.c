#include "channel/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

struct range4 {
    uint32_t first;
    unsigned bits;
    enum address_kind kind;
};

/* The first that fits decides. */
static const struct range4 ranges4[] = {
    {0x00000000, 8, ADDRESS_NEVER},    /* 0.0.0.0/8 this network */
    {0x0a000000, 8, ADDRESS_PRIVATE},  /* 10.0.0.0/8 */
    {0x64400000, 10, ADDRESS_PRIVATE}, /* 100.64.0.0/10 shared by a provider */
    {0x7f000000, 8, ADDRESS_PRIVATE},  /* 127.0.0.0/8 loopback */
    {0xa9fe0000, 16, ADDRESS_PRIVATE}, /* 169.254.0.0/16 link */
    {0xac100000, 12, ADDRESS_PRIVATE}, /* 172.16.0.0/12 */
    {0xc0000000, 24, ADDRESS_NEVER},   /* 192.0.0.0/24 protocols */
    {0xc0000200, 24, ADDRESS_NEVER},   /* 192.0.2.0/24 documentation */
    {0xc0586300, 24, ADDRESS_NEVER},   /* 192.88.99.0/24 relays of 6to4 */
    {0xc0a80000, 16, ADDRESS_PRIVATE}, /* 192.168.0.0/16 */
    {0xc6120000, 15, ADDRESS_PRIVATE}, /* 198.18.0.0/15 benchmarks, used inside */
    {0xc6336400, 24, ADDRESS_NEVER},   /* 198.51.100.0/24 documentation */
    {0xcb007100, 24, ADDRESS_NEVER},   /* 203.0.113.0/24 documentation */
    {0xe0000000, 3, ADDRESS_NEVER},    /* 224.0.0.0/3 multicast, reserved, broadcast */
};

static enum address_kind kind4(uint32_t address)
{
    for (size_t i = 0; i < sizeof ranges4 / sizeof *ranges4; i++)
        if ((address ^ ranges4[i].first) >> (32 - ranges4[i].bits) == 0)
            return ranges4[i].kind;
    return ADDRESS_PUBLIC;
}

struct range6 {
    uint8_t first[16];
    unsigned bits;
    enum address_kind kind;
    unsigned carried; /* where an IPv4 address begins that decides instead; 0 = nowhere */
};

static const struct range6 ranges6[] = {
    {{0}, 128, ADDRESS_NEVER, 0},                                   /* :: */
    {{[15] = 1}, 128, ADDRESS_PRIVATE, 0},                          /* ::1 */
    {{[10] = 0xff, [11] = 0xff}, 96, ADDRESS_NEVER, 12},            /* ::ffff:0:0/96 */
    {{0}, 96, ADDRESS_NEVER, 12},                                   /* ::/96 compatible */
    {{0x00, 0x64, 0xff, 0x9b}, 96, ADDRESS_NEVER, 12},              /* 64:ff9b::/96 NAT64 */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, ADDRESS_PRIVATE, 0}, /* local NAT64 */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, ADDRESS_NEVER, 0},               /* documentation */
    {{0x20, 0x01}, 23, ADDRESS_NEVER, 0},                           /* Teredo, ORCHID … */
    {{0x20, 0x02}, 16, ADDRESS_NEVER, 2},                           /* 6to4 */
    {{0x20}, 3, ADDRESS_PUBLIC, 0},                                 /* 2000::/3 */
    {{0xfc}, 7, ADDRESS_PRIVATE, 0},                                /* fc00::/7 local */
    {{0xfe, 0x80}, 10, ADDRESS_PRIVATE, 0},                         /* fe80::/10 link */
    {{0xfe, 0xc0}, 10, ADDRESS_PRIVATE, 0},                         /* fec0::/10 site */
};

static int same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    return memcmp(a, b, whole) == 0 && (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

/* Only 2000::/3 is given out to the public. */
static enum address_kind kind6(const uint8_t *address)
{
    for (size_t i = 0; i < sizeof ranges6 / sizeof *ranges6; i++) {
        const struct range6 *range = &ranges6[i];
        if (!same_bits(address, range->first, range->bits))
            continue;
        if (!range->carried)
            return range->kind;
        const uint8_t *at = address + range->carried;
        return kind4((uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
                     at[3]);
    }
    return ADDRESS_NEVER;
}

enum address_kind address_kind(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        return kind4(ntohl(v4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof v6);
        return kind6(v6.sin6_addr.s6_addr);
    }
    return ADDRESS_NEVER;
}

void address_text(const struct sockaddr *address, char text[ADDRESS_TEXT])
{
    text[0] = '\0';
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        inet_ntop(AF_INET, &v4.sin_addr, text, ADDRESS_TEXT);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof v6);
        inet_ntop(AF_INET6, &v6.sin6_addr, text, ADDRESS_TEXT);
    }
}
