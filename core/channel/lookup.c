/*
 * A question is shared by the loop and its thread; its lock guards all of it but the host. Whoever comes
 * last frees it: the thread when the loop has left, the loop when the thread has answered.
 */
#include "channel/lookup.h"

#include "base/arena.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct question {
    pthread_mutex_t lock;
    struct lookup *asker; /* NULL: nobody waits any more */
    bool ended;
    int error;
    struct addrinfo *answer;
    char host[256];
};

struct lookup {
    uv_async_t async; /* its address is the struct's */
    struct question *question;
    lookup_done done;
    void *context;
    char host[256]; /* as long as a name may be */
};

static void free_question(struct question *question)
{
    if (question->answer)
        freeaddrinfo(question->answer);
    pthread_mutex_destroy(&question->lock);
    free(question);
}

static void *ask(void *data)
{
    struct question *question = data;
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *answer = NULL;
    int error = getaddrinfo(question->host, NULL, &hints, &answer);
    pthread_mutex_lock(&question->lock);
    question->error = error;
    question->answer = error ? NULL : answer;
    question->ended = true;
    bool left = !question->asker;
    if (!left)
        uv_async_send(&question->asker->async);
    pthread_mutex_unlock(&question->lock);
    if (left)
        free_question(question);
    return NULL;
}

static void answered(uv_async_t *async)
{
    struct lookup *lookup = (struct lookup *)async;
    struct question *question = lookup->question;
    if (!question)
        return;
    pthread_mutex_lock(&question->lock);
    bool ended = question->ended;
    pthread_mutex_unlock(&question->lock);
    if (!ended)
        return;
    lookup->question = NULL;
    lookup->done(lookup->context, question->error, question->answer);
    free_question(question);
}

struct lookup *lookup_new(uv_loop_t *loop, const char *host, lookup_done done, void *context)
{
    struct lookup *lookup = mem_resize(NULL, 1, sizeof *lookup);
    *lookup = (struct lookup){.done = done, .context = context};
    strncpy(lookup->host, host, sizeof lookup->host - 1);
    if (uv_async_init(loop, &lookup->async, answered) != 0)
        mem_exhausted();
    uv_unref((uv_handle_t *)&lookup->async);
    return lookup;
}

/* Signals stay with the main thread. */
static int start_thread(struct question *question)
{
    sigset_t all, before;
    pthread_t thread;
    pthread_attr_t attributes;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int error = pthread_create(&thread, &attributes, ask, question);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

void lookup_start(struct lookup *lookup)
{
    if (lookup->question)
        return;
    struct question *question = mem_resize(NULL, 1, sizeof *question);
    *question = (struct question){.asker = lookup};
    pthread_mutex_init(&question->lock, NULL);
    memcpy(question->host, lookup->host, sizeof question->host);
    lookup->question = question;
    if (start_thread(question) != 0) {
        question->error = EAI_AGAIN;
        question->ended = true;
        uv_async_send(&lookup->async);
    }
}

bool lookup_busy(const struct lookup *lookup)
{
    return lookup->question != NULL;
}

static void free_lookup(uv_handle_t *handle)
{
    free(handle);
}

void lookup_close(struct lookup *lookup)
{
    if (!lookup)
        return;
    struct question *question = lookup->question;
    if (question) {
        pthread_mutex_lock(&question->lock);
        question->asker = NULL;
        bool ended = question->ended;
        pthread_mutex_unlock(&question->lock);
        if (ended)
            free_question(question);
    }
    uv_close((uv_handle_t *)&lookup->async, free_lookup);
}
