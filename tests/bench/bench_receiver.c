/*
 * A receiver of posts that is faster than whoever posts: HTTP/1.1 with Content-Length on kept connections,
 * pipelined or not, and "200 ok" to each whole request. It listens on a free port of the loopback, prints it,
 * and ends with its standard input. Its last line says what came:
 *
 *   received: 100000 requests, 100000 ids, 16 connections, 38012/s between the first and the last
 *
 * ids: different values of webhook-id (by a hash of 64 bits). With an argument it prints one line more as soon as so
 * many ids have come: the first and the last instant, in ms since 1970.
 *
 *   bench_receiver [IDS]
 */
#include "base/arena.h"
#include "base/buf.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uv.h>

enum { HEAD_MOST = 64 * 1024, BODY_MOST = 16 * 1024 * 1024 };

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n";

struct receiver {
    uv_tcp_t listener;
    uv_pipe_t input;
    uint64_t requests, connections, first_ns, last_ns;
    uint64_t *ids; /* open addressing; 0 = free */
    size_t id_count, id_room;
    size_t wanted; /* ids that are told of; 0 = none, or it was done */
    int64_t first_ms;
};

struct connection {
    uv_tcp_t stream; /* its address is the struct's */
    struct receiver *receiver;
    struct buf in;
    char room[64 * 1024];
};

static void place(uint64_t *ids, size_t room, uint64_t id)
{
    size_t at = id & (room - 1);
    while (ids[at] && ids[at] != id)
        at = (at + 1) & (room - 1);
    ids[at] = id;
}

static void count_id(struct receiver *receiver, const char *text, size_t length)
{
    uint64_t id = 14695981039346656037u;
    for (size_t i = 0; i < length; i++)
        id = (id ^ (unsigned char)text[i]) * 1099511628211u;
    id = id ? id : 1;
    if (2 * receiver->id_count >= receiver->id_room) {
        size_t room = receiver->id_room ? 2 * receiver->id_room : 1 << 16;
        uint64_t *ids = calloc(room, sizeof *ids);
        if (!ids)
            mem_exhausted();
        for (size_t i = 0; i < receiver->id_room; i++)
            if (receiver->ids[i])
                place(ids, room, receiver->ids[i]);
        free(receiver->ids);
        receiver->ids = ids;
        receiver->id_room = room;
    }
    size_t at = id & (receiver->id_room - 1);
    while (receiver->ids[at] && receiver->ids[at] != id)
        at = (at + 1) & (receiver->id_room - 1);
    receiver->id_count += receiver->ids[at] == 0;
    receiver->ids[at] = id;
}

/* The value of a header behind its colon, in a head that ends with an empty line; NULL where it is not there. */
static const char *header(const char *head, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':')
            return line + length + 1 + strspn(line + length + 1, " ");
    }
    return NULL;
}

/* Bytes of the first whole request, 0 while it is not whole, -1 when it is none. */
static int64_t take_request(struct receiver *receiver, char *bytes, size_t length)
{
    char *end = length >= 4 ? strstr(bytes, "\r\n\r\n") : NULL;
    if (!end)
        return length > HEAD_MOST ? -1 : 0;
    char after = end[4];
    end[4] = '\0';
    const char *size = header(bytes, "content-length"), *id = header(bytes, "webhook-id");
    uint64_t body = size ? strtoull(size, NULL, 10) : 0;
    uint64_t whole = (uint64_t)(end + 4 - bytes) + body;
    bool here = whole <= length;
    if (here && id)
        count_id(receiver, id, strcspn(id, "\r\n"));
    end[4] = after;
    return body > BODY_MOST ? -1 : here ? (int64_t)whole : 0;
}

static void free_connection(uv_handle_t *handle)
{
    struct connection *connection = (struct connection *)handle;
    buf_free(&connection->in);
    free(connection);
}

static void close_connection(struct connection *connection)
{
    if (!uv_is_closing((uv_handle_t *)&connection->stream))
        uv_close((uv_handle_t *)&connection->stream, free_connection);
}

static int64_t wall_ms(void)
{
    uv_timeval64_t now;
    uv_gettimeofday(&now);
    return now.tv_sec * 1000 + now.tv_usec / 1000;
}

static void note_time(struct receiver *receiver)
{
    receiver->last_ns = uv_hrtime();
    if (!receiver->first_ns) {
        receiver->first_ns = receiver->last_ns;
        receiver->first_ms = wall_ms();
    }
    if (receiver->wanted && receiver->id_count >= receiver->wanted) {
        printf("%" PRId64 " %" PRId64 "\n", receiver->first_ms, wall_ms());
        fflush(stdout);
        receiver->wanted = 0;
    }
}

/* One answer a request, as many as there are in one write; what the socket does not take at once is more than
 * a client that reads can owe. */
static void give_answers(struct connection *connection, size_t count)
{
    uv_buf_t parts[64];
    while (count) {
        size_t some = count < 64 ? count : 64;
        for (size_t i = 0; i < some; i++)
            parts[i] = uv_buf_init((char *)(uintptr_t)answer, sizeof answer - 1);
        int sent = uv_try_write((uv_stream_t *)&connection->stream, parts, (unsigned)some);
        if (sent != (int)(some * (sizeof answer - 1))) {
            close_connection(connection);
            return;
        }
        count -= some;
    }
}

static void on_bytes(uv_stream_t *stream, ssize_t size, const uv_buf_t *room)
{
    struct connection *connection = (struct connection *)stream;
    struct receiver *receiver = connection->receiver;
    struct buf *in = &connection->in;
    size_t used = 0, count = 0;
    int64_t taken = 0;
    if (size < 0) {
        close_connection(connection);
        return;
    }
    buf_add(in, room->base, (size_t)size);
    while (used < in->length &&
           (taken = take_request(receiver, in->bytes + used, in->length - used)) > 0) {
        used += (size_t)taken;
        count++;
    }
    if (taken < 0) {
        close_connection(connection);
        return;
    }
    memmove(in->bytes, in->bytes + used, in->length - used);
    in->bytes[in->length -= used] = '\0';
    if (count) {
        receiver->requests += count;
        note_time(receiver);
        give_answers(connection, count);
    }
}

static void give_room(uv_handle_t *handle, size_t size, uv_buf_t *room)
{
    struct connection *connection = (struct connection *)handle;
    (void)size;
    *room = uv_buf_init(connection->room, sizeof connection->room);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct connection *connection = mem_resize(NULL, 1, sizeof *connection);
    connection->receiver = listener->data;
    connection->in = (struct buf){0};
    uv_tcp_init(listener->loop, &connection->stream);
    if (status < 0 || uv_accept(listener, (uv_stream_t *)&connection->stream) != 0) {
        close_connection(connection);
        return;
    }
    connection->receiver->connections++;
    uv_tcp_nodelay(&connection->stream, 1);
    uv_read_start((uv_stream_t *)&connection->stream, give_room, on_bytes);
}

static void on_input(uv_stream_t *stream, ssize_t size, const uv_buf_t *room)
{
    (void)room;
    if (size < 0)
        uv_stop(stream->loop);
}

static void give_little(uv_handle_t *handle, size_t size, uv_buf_t *room)
{
    static char unread[64];
    (void)handle, (void)size;
    *room = uv_buf_init(unread, sizeof unread);
}

int main(int argc, char **argv)
{
    static struct receiver receiver;
    receiver.wanted = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    struct sockaddr_in address;
    int length = sizeof address;
    uv_loop_t *loop = uv_default_loop();
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init(loop, &receiver.listener);
    receiver.listener.data = &receiver;
    if (uv_tcp_bind(&receiver.listener, (const struct sockaddr *)&address, 0) != 0 ||
        uv_listen((uv_stream_t *)&receiver.listener, 512, on_connection) != 0 ||
        uv_tcp_getsockname(&receiver.listener, (struct sockaddr *)&address, &length) != 0) {
        fputs("bench_receiver: cannot listen\n", stderr);
        return 1;
    }
    uv_pipe_init(loop, &receiver.input, 0);
    uv_pipe_open(&receiver.input, 0);
    uv_read_start((uv_stream_t *)&receiver.input, give_little, on_input);
    printf("%u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
    uv_run(loop, UV_RUN_DEFAULT);
    double seconds = (double)(receiver.last_ns - receiver.first_ns) / 1e9;
    printf("received: %" PRIu64 " requests, %zu ids, %" PRIu64
           " connections, %.0f/s between the first and the last\n",
           receiver.requests, receiver.id_count, receiver.connections,
           seconds > 0 ? (double)receiver.requests / seconds : 0.0);
    return 0;
}
