/* A disk that forgets what it was not told to keep.
 *
 * Preloaded into a program (LD_PRELOAD), this notes for every file below UNSYNCED_FOLDER what stood where the
 * program writes, and which files it has synced. The notes go to the file UNSYNCED_JOURNAL, whose bytes outlive
 * the program; from them tests/crash/power_loss/disk.rs puts back any part of what was not synced, as a loss of
 * power would.
 *
 * A fuse: when the file UNSYNCED_JOURNAL + ".fuse" holds "SUFFIX COUNT", the program is killed just before it
 * syncs a file of that suffix for the COUNTth time from then on.
 *
 * SQLite's -shm files are left out: they do not outlive a loss of power. What is
 * unlinked (a -wal file, when its last connection closes) is taken to be gone for good. A program that renames or
 * truncates by name in that folder is ended at once, because what that means is not modelled here. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITE = 1, TRUNCATE = 2, SYNC = 3, CREATE = 4, SYNC_FOLDER = 5, UNLINK = 6 };

/* As disk.rs reads it, in the machine's byte order: then the path, then `kept` bytes that stood at `offset`. */
struct note {
    uint32_t kind, path_length;
    uint64_t offset, old_size, length, kept;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *folder, *journal;
static size_t folder_length;
static int notes = -1;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_fsync)(int), (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);
static int (*real_open)(const char *, int, ...);
static int (*real_unlink)(const char *), (*real_rename)(const char *, const char *);

static void end(const char *why) {
    dprintf(2, "unsynced: %s\n", why);
    abort();
}

/* Other libraries may write before this one's constructor runs. */
static void find(void) {
    if (real_rename) return;
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    real_open = dlsym(RTLD_NEXT, "open");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_rename = dlsym(RTLD_NEXT, "rename");
}

__attribute__((constructor)) static void start(void) {
    find();
    folder = getenv("UNSYNCED_FOLDER");
    journal = getenv("UNSYNCED_JOURNAL");
    if (!folder || !journal) end("UNSYNCED_FOLDER and UNSYNCED_JOURNAL must be set");
    folder_length = strlen(folder);
    notes = real_open(journal, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (notes < 0) end("UNSYNCED_JOURNAL cannot be written");
}

static int ends_with(const char *path, const char *suffix) {
    size_t length = strlen(path), wanted = strlen(suffix);
    return length >= wanted && strcmp(path + length - wanted, suffix) == 0;
}

static int is_watched_path(const char *path) {
    return folder && strncmp(path, folder, folder_length) == 0 && !ends_with(path, "-shm");
}

/* Whether this is a file (or the folder itself) that is watched; where it is, and how large. */
static int is_watched(int fd, char path[PATH_MAX], struct stat *found) {
    find();
    if (notes < 0 || fstat(fd, found) != 0 || !(S_ISREG(found->st_mode) || S_ISDIR(found->st_mode))) return 0;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_watched_path(path);
}

static void note(enum kind kind, const char *path, uint64_t offset, uint64_t old_size, uint64_t length,
                 const void *old, size_t kept) {
    struct note head = {kind, strlen(path), offset, old_size, length, kept};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)path, head.path_length}, {(void *)old, kept}};
    ssize_t whole = sizeof head + head.path_length + kept;
    if (writev(notes, parts, 3) != whole) end("a note could not be written");
}

/* Notes what stands in a range that is about to change. */
static void note_range(enum kind kind, int fd, const char *path, uint64_t offset, uint64_t old_size, uint64_t length) {
    size_t kept = offset >= old_size ? 0 : old_size - offset < length ? old_size - offset : length;
    char *old = malloc(kept ? kept : 1);
    if (!old || pread(fd, old, kept, offset) != (ssize_t)kept) end("what stands in a file could not be read");
    note(kind, path, offset, old_size, length, old, kept);
    free(old);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    char path[PATH_MAX];
    struct stat found;
    if (!is_watched(fd, path, &found)) return real_pwrite(fd, bytes, length, offset);
    pthread_mutex_lock(&lock);
    fstat(fd, &found);
    note_range(WRITE, fd, path, offset, found.st_size, length);
    ssize_t written = real_pwrite(fd, bytes, length, offset);
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) { return pwrite(fd, bytes, length, offset); }

ssize_t write(int fd, const void *bytes, size_t length) {
    char path[PATH_MAX];
    struct stat found;
    if (!is_watched(fd, path, &found)) return real_write(fd, bytes, length);
    pthread_mutex_lock(&lock);
    fstat(fd, &found);
    off_t offset = fcntl(fd, F_GETFL) & O_APPEND ? found.st_size : lseek(fd, 0, SEEK_CUR);
    note_range(WRITE, fd, path, offset, found.st_size, length);
    ssize_t written = real_write(fd, bytes, length);
    pthread_mutex_unlock(&lock);
    return written;
}

int ftruncate(int fd, off_t size) {
    char path[PATH_MAX];
    struct stat found;
    if (!is_watched(fd, path, &found)) return real_ftruncate(fd, size);
    pthread_mutex_lock(&lock);
    fstat(fd, &found);
    uint64_t tail = found.st_size > size ? found.st_size - size : 0;
    note_range(TRUNCATE, fd, path, size, found.st_size, tail);
    int done = real_ftruncate(fd, size);
    pthread_mutex_unlock(&lock);
    return done;
}

int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }

/* The fuse burns by one at each sync of a file that it names. */
static void burn(const char *path) {
    static int burnt;
    char name[PATH_MAX], suffix[64];
    int count;
    snprintf(name, sizeof name, "%s.fuse", journal);
    FILE *fuse = fopen(name, "re");
    if (!fuse) {
        burnt = 0;
        return;
    }
    int read = fscanf(fuse, "%63s %d", suffix, &count);
    fclose(fuse);
    if (read == 2 && ends_with(path, suffix) && ++burnt >= count) kill(getpid(), SIGKILL);
}

/* Nothing is written while a file is synced, so that everything noted before is what the sync made durable. */
static int sync_with(int (*real)(int), int fd) {
    char path[PATH_MAX];
    struct stat found;
    if (!is_watched(fd, path, &found)) return real(fd);
    pthread_mutex_lock(&lock);
    burn(path);
    int done = real(fd);
    if (done == 0) note(S_ISDIR(found.st_mode) ? SYNC_FOLDER : SYNC, path, 0, 0, 0, "", 0);
    pthread_mutex_unlock(&lock);
    return done;
}

int fsync(int fd) { return sync_with(real_fsync, fd); }

int fdatasync(int fd) { return sync_with(real_fdatasync, fd); }

int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    find();
    if (notes < 0 || !is_watched_path(path)) return real_open(path, flags, mode);
    if (flags & O_TRUNC) end("truncated by name");
    pthread_mutex_lock(&lock);
    int is_new = flags & O_CREAT && access(path, F_OK) != 0;
    int fd = real_open(path, flags, mode);
    if (is_new && fd >= 0) note(CREATE, path, 0, 0, 0, "", 0);
    pthread_mutex_unlock(&lock);
    return fd;
}

int open64(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open(path, flags, mode);
}

int unlink(const char *path) {
    find();
    if (notes < 0 || !is_watched_path(path)) return real_unlink(path);
    pthread_mutex_lock(&lock);
    int done = real_unlink(path);
    if (done == 0) note(UNLINK, path, 0, 0, 0, "", 0);
    pthread_mutex_unlock(&lock);
    return done;
}

int rename(const char *from, const char *to) {
    find();
    if (notes >= 0 && (is_watched_path(from) || is_watched_path(to))) end("renamed");
    return real_rename(from, to);
}
