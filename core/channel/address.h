/*
 * Addresses of the network: which of them a message may be sent to. A name that an operator wrote
 * can be made to mean anything by whoever answers for it; so the addresses are judged, not the name.
 */
#ifndef CHANNEL_ADDRESS_H
#define CHANNEL_ADDRESS_H

#include <sys/socket.h>

enum address_kind {
    ADDRESS_PUBLIC,
    ADDRESS_PRIVATE, /* of the house, the machine or the provider: only where it is allowed */
    ADDRESS_NEVER,   /* nobody can be there: unspecified, multicast, reserved, documentation */
};

enum { ADDRESS_TEXT = 64 };

/** Judges an IPv4 or IPv6 address (RFC 6890 and its registries); one that carries an IPv4 address
 * (mapped, compatible, NAT64, 6to4) by that. Any other family is ADDRESS_NEVER. */
enum address_kind address_kind(const struct sockaddr *address);

/** Writes the address without its port: "10.0.0.1", "fe80::1". */
void address_text(const struct sockaddr *address, char text[ADDRESS_TEXT]);

#endif
