#include "engine/fact_content.h"

int fact_look_alike(struct asked *asked)
{
    const struct fact_request *request = asked->request;
    if (request->file_count > STORE_FILES_MOST || request->shingle_count > STORE_SHINGLES_MOST)
        return err_set(
            asked->err, ERR_LIMIT,
            TR(request->lang, "at most %d files for one piece", "一件最多 %d 个文件"),
            STORE_FILES_MOST);
    if (!request->file_count && !request->shingle_count)
        return 0;
    const struct original_piece piece = {.piece = asked->story ? request->piece : 0,
                                         .item = asked->item,
                                         .unit = asked->unit,
                                         .person = asked->person,
                                         .at_ms = request->at_ms};
    struct fact_alike *alike = arena_alloc(asked->arena, sizeof *alike);
    asked->alike = alike;
    return original_find(asked->engine, (uint32_t)(asked->bound - asked->engine->bounds),
                         &piece, request->files, request->file_count, request->shingles,
                         request->shingle_count, asked->arena, &alike->same, &alike->same_count,
                         &alike->near, &alike->near_count, asked->err);
}

int64_t fact_copy_of(const struct asked *asked)
{
    return asked->alike && asked->alike->same_count ? asked->alike->same[0].other.piece : 0;
}

int64_t fact_chars(const struct fact_request *request)
{
    int64_t sum = -1;
    for (size_t i = 0; i < request->file_count; i++)
        if (request->files[i].chars >= 0)
            sum = (sum < 0 ? 0 : sum) + request->files[i].chars;
    return sum < 0 ? request->chars : sum;
}

int fact_add_content(struct asked *asked, int64_t number)
{
    const struct fact_request *request = asked->request;
    if ((request->kind != FACT_SUBMITTED && request->kind != FACT_REWORKED) ||
        (!request->file_count && !request->shingle_count))
        return 0;
    return store_add_files(asked->engine->store, number, request->files, request->file_count,
                           request->shingles, request->shingle_count, asked->err);
}

static const struct fact_like *show_likes(struct arena *arena,
                                          const struct original_like *likes, size_t count)
{
    struct fact_like *shown = arena_array(arena, count, sizeof *shown);
    for (size_t i = 0; i < count; i++)
        shown[i] = (struct fact_like){.piece = likes[i].other.piece,
                                      .unit = likes[i].other.unit,
                                      .person = likes[i].other.person,
                                      .at_ms = likes[i].other.at_ms,
                                      .share = original_share(&likes[i])};
    return shown;
}

void fact_answer_alike(const struct asked *asked, struct fact_answer *answer)
{
    const struct fact_alike *alike = asked->alike;
    if (!alike)
        return;
    answer->same_file = show_likes(asked->arena, alike->same, alike->same_count);
    answer->same_count = alike->same_count;
    answer->similar = show_likes(asked->arena, alike->near, alike->near_count);
    answer->similar_count = alike->near_count;
}
