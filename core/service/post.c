#include "service/post.h"

#include "base/arena.h"

#include <stdlib.h>

struct post {
    struct channel *channel;
    const struct outbox_rules *rules;
};

struct post *post_single(struct channel *channel)
{
    struct post *post = mem_resize(NULL, 1, sizeof *post);
    *post = (struct post){channel, outbox_rules_plain()};
    return post;
}

struct channel *post_channel(struct post *post, const char *destination)
{
    (void)destination;
    return post->channel;
}

const struct outbox_rules *post_rules(const struct post *post)
{
    return post->rules;
}

void post_flush(struct post *post)
{
    if (post->channel && post->channel->kind->flush)
        post->channel->kind->flush(post->channel);
}

void post_stop(struct post *post)
{
    if (post->channel && post->channel->kind->stop)
        post->channel->kind->stop(post->channel);
}

void post_close(struct post *post)
{
    free(post);
}
