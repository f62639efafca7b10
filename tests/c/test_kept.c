/* Kept files: written whole or not at all, found by their hash, and never taken for something else. */
#include "base/sha256.h"
#include "files/kept.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char base[64], folder[96], hash[SHA256_HEX], path[256];
    struct err err;
};

static const char content[] = "敬佑生命\n";

static int setup(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    snprintf(place->base, sizeof place->base, "/tmp/planrun-kept-XXXXXX");
    assert_non_null(mkdtemp(place->base));
    snprintf(place->folder, sizeof place->folder, "%s/p.files", place->base);
    sha256_hex(content, strlen(content), place->hash);
    snprintf(place->path, sizeof place->path, "%s/%.2s/%s", place->folder, place->hash,
             place->hash);
    *state = place;
    return 0;
}

static int teardown(void **state)
{
    struct place *place = *state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", place->base);
    assert_int_equal(system(command), 0);
    free(place);
    return 0;
}

static int put(struct place *place)
{
    return kept_put(place->folder, place->hash, content, strlen(content), LANG_EN, &place->err);
}

static int count_file(void *context, const char *sha256, struct err *err)
{
    (void)err;
    assert_int_equal(strlen(sha256), SHA256_HEX - 1);
    ++*(int *)context;
    return 0;
}

static int count_files(struct place *place)
{
    int count = 0;
    assert_int_equal(kept_list(place->folder, count_file, &count, &place->err), 0);
    return count;
}

static int mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 0777;
}

static void assert_reads_back(struct place *place)
{
    char *bytes;
    size_t length;
    assert_int_equal(
        kept_read(place->folder, place->hash, LANG_EN, &bytes, &length, &place->err), 0);
    assert_int_equal(length, strlen(content));
    assert_string_equal(bytes, content);
    free(bytes);
}

static void a_file_is_kept_once(void **state)
{
    struct place *place = *state;
    struct stat first, second;
    umask(0);
    assert_int_equal(count_files(place), 0);
    assert_int_equal(put(place), 0);
    assert_int_equal(stat(place->path, &first), 0);
    assert_int_equal(put(place), 0);
    assert_int_equal(stat(place->path, &second), 0);
    assert_int_equal(first.st_ino, second.st_ino);
    assert_int_equal(mode_of(place->path), 0600);
    assert_int_equal(mode_of(place->folder), 0700);
    assert_int_equal(count_files(place), 1);
    assert_reads_back(place);
}

static void spoil(const struct place *place, const char *text)
{
    FILE *file = fopen(place->path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void what_is_not_whole_is_told_and_replaced(void **state)
{
    struct place *place = *state;
    char *bytes;
    size_t length;
    assert_int_equal(
        kept_read(place->folder, place->hash, LANG_ZH, &bytes, &length, &place->err),
        ERR_NOT_FOUND);
    assert_non_null(strstr(place->err.message, "原件不见了"));
    assert_int_equal(put(place), 0);
    spoil(place, "敬佑");
    assert_int_equal(
        kept_read(place->folder, place->hash, LANG_EN, &bytes, &length, &place->err),
        ERR_INVALID);
    assert_int_equal(put(place), 0);
    assert_reads_back(place);
}

/* A link where a file should be is not followed, and is no file. */
static void links_are_not_followed(void **state)
{
    struct place *place = *state;
    char *bytes, other[128];
    size_t length;
    assert_int_equal(put(place), 0);
    snprintf(other, sizeof other, "%s/other", place->base);
    assert_int_equal(rename(place->path, other), 0);
    assert_int_equal(symlink(other, place->path), 0);
    assert_true(kept_read(place->folder, place->hash, LANG_EN, &bytes, &length, &place->err) <
                0);
    assert_int_equal(put(place), 0);
    assert_reads_back(place);
    assert_int_equal(mode_of(other), 0600);
}

/* What a crash or a stranger left is no kept file. */
static void only_hashes_are_listed(void **state)
{
    struct place *place = *state;
    static const char *const names[] = {"readme", "zz", "ab/abc.new-XyZ"};
    char path[256];
    assert_int_equal(put(place), 0);
    snprintf(path, sizeof path, "%s/ab", place->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", place->folder, names[i]);
        assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0600)), 0);
    }
    assert_int_equal(count_files(place), 1);
}

/* A disk that takes no more: nothing is left, the words say so. */
static void a_full_disk_leaves_nothing(void **state)
{
    struct place *place = *state;
    struct rlimit old, none = {4, RLIM_INFINITY};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    none.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    int code = put(place);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(code, ERR_IO);
    assert_int_equal(count_files(place), 0);
    char folder[160];
    snprintf(folder, sizeof folder, "%s/%.2s", place->folder, place->hash);
    assert_int_equal(rmdir(folder), 0); /* empty */
}

static void a_file_in_the_way_is_told(void **state)
{
    struct place *place = *state;
    assert_int_equal(close(open(place->folder, O_CREAT | O_WRONLY, 0600)), 0);
    assert_int_equal(put(place), ERR_IO);
    assert_non_null(strstr(place->err.message, place->folder));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_kept_once, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_whole_is_told_and_replaced, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(links_are_not_followed, setup, teardown),
        cmocka_unit_test_setup_teardown(only_hashes_are_listed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_in_the_way_is_told, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
