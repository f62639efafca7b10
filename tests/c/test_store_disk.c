/* The disk beside SQLite: what is seen of a path, names that stay, and that looking at a store leaves
 * the locks of whoever has it open in the same process. */
#include "store_kit.h"

#include "store/disk.h"
#include "store/store_data.h"

#include <fcntl.h>
#include <sys/wait.h>

static const char *at(const struct kit *kit, const char *name, char out[128])
{
    snprintf(out, 128, "%s/%s", kit->folder, name);
    return out;
}

static void test_kinds(void **state)
{
    struct kit kit;
    char file[128], link[128], none[128];
    struct disk_entry entry;
    (void)state;
    kit_new(&kit, true);
    at(&kit, "file", file), at(&kit, "link", link), at(&kit, "none", none);
    KIT_OK(&kit, disk_look(none, &entry, &kit.err));
    assert_int_equal(entry.kind, DISK_NOTHING);
    KIT_OK(&kit, disk_look(kit.folder, &entry, &kit.err));
    assert_int_equal(entry.kind, DISK_OTHER);
    KIT_OK(&kit, disk_look(kit.path, &entry, &kit.err));
    assert_int_equal(entry.kind, DISK_FILE);
    assert_int_equal(entry.head_length, DISK_HEAD);
    assert_true(entry.size > DISK_HEAD);
    assert_memory_equal(entry.head, "SQLite format 3", 16);
    int64_t size = entry.size;
    KIT_OK(&kit, disk_glance(kit.path, &entry, &kit.err));
    assert_int_equal(entry.kind, DISK_FILE);
    assert_int_equal(entry.size, size);
    assert_int_equal(entry.head_length, 0);
    KIT_OK(&kit, disk_make(file, &kit.err));
    assert_int_equal(disk_make(file, &kit.err), ERR_INVALID);
    KIT_OK(&kit, disk_look(file, &entry, &kit.err));
    assert_int_equal(entry.kind, DISK_FILE);
    assert_int_equal(entry.size, 0);
    assert_int_equal(entry.head_length, 0);
    assert_int_equal(symlink(none, link), 0);
    KIT_OK(&kit, disk_look(link, &entry, &kit.err));
    assert_int_equal(entry.kind, DISK_DANGLING);
    KIT_OK(&kit, disk_rename(file, none, &kit.err));
    KIT_OK(&kit, disk_look(link, &entry, &kit.err)); /* through it */
    assert_int_equal(entry.kind, DISK_FILE);
    assert_int_equal(disk_rename(none, kit.path, &kit.err), ERR_INVALID);
    assert_int_equal(disk_rename(none, link, &kit.err), ERR_INVALID);
    assert_int_equal(disk_rename(file, at(&kit, "other", file), &kit.err), ERR_IO);
    KIT_OK(&kit, disk_remove(none, &kit.err));
    KIT_OK(&kit, disk_remove(none, &kit.err));
    KIT_OK(&kit, disk_remove(link, &kit.err));
    kit_free(&kit);
}

/* Whether another process may lock the file alone, as SQLite does before it takes a log away. */
static bool is_free(const char *path)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        int file = open(path, O_RDWR);
        _exit(file < 0 || fcntl(file, F_GETLK, &lock) < 0 ? 2 : lock.l_type != F_UNLCK);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
    return WEXITSTATUS(status) == 0;
}

static void ignore(void *context, const char *name, const char *value)
{
    (void)context, (void)name, (void)value;
}

/* The system drops all locks of a process on a file when any of its descriptors is closed. */
static void test_locks_stay(void **state)
{
    struct kit kit;
    struct disk_entry entry;
    struct store *reader = NULL;
    char shared[128];
    (void)state;
    kit_new(&kit, true);
    snprintf(shared, sizeof shared, "%s-shm", kit.path);
    assert_false(is_free(kit.path));
    assert_false(is_free(shared));
    KIT_OK(&kit, disk_look(kit.path, &entry, &kit.err));
    assert_false(is_free(kit.path));
    KIT_OK(&kit, store_health(kit.store, ignore, NULL, &kit.err));
    assert_false(is_free(kit.path));
    KIT_OK(&kit, store_open(kit.path, STORE_READ, &reader, &kit.err));
    assert_false(is_free(kit.path));
    assert_false(is_free(shared)); /* else the next to open makes it anew under those at work */
    store_close(reader);
    assert_false(is_free(kit.path));
    assert_false(is_free(shared));
    store_close(kit.store);
    kit.store = NULL;
    assert_true(is_free(kit.path));
    kit_free(&kit);
}

/* A reader that stays open does not keep the last commits out of the file. */
static void test_closed_beside_a_reader(void **state)
{
    struct kit kit;
    struct store *reader = NULL;
    sqlite3 *other = NULL;
    uint32_t route;
    (void)state;
    kit_new(&kit, true);
    KIT_OK(&kit, store_open(kit.path, STORE_READ, &reader, &kit.err));
    KIT_OK(&kit, store_route(kit.store, "contact", "mail", &route, &kit.err));
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    store_close(kit.store);
    kit.store = NULL;
    KIT_OK(&kit, store_route(reader, "contact", "mail", &route, &kit.err));
    assert_int_equal(route, 1);
    store_close(reader);
    assert_int_equal(sqlite3_open_v2(kit.path, &other, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "SELECT * FROM holder", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK); /* moves what stands in the log */
    kit_open(&kit, STORE_WRITE);
    KIT_OK(&kit, store_route(kit.store, "contact", "mail", &route, &kit.err));
    assert_int_equal(route, 1);
    kit_free(&kit);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_locks_stay),
        cmocka_unit_test(test_closed_beside_a_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
