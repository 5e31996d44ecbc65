/*
 * copies: see copies.h.
 *
 * One process may make a folder while another removes those of dead processes. The latter removes only folders whose
 * lock it holds, or that are empty. The former takes the lock without waiting, then checks that the lock file still
 * exists, and else makes another folder.
 */
#include "image/copies.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#define BEGINNING "brabeion-"
#define LOCK_NAME "lock"
#define TRIES_MOST 16

struct brb_copies {
	pthread_mutex_t moving; /* guards the next three against move_folder */
	char *path;
	int folder; /* descriptors, like the next */
	int lock;
	unsigned long made; /* so far; numbers their folders */
};

/* ---- removing ---------------------------------------------------------------------------------------------------- */

static int open_folder(int parent, const char *name)
{
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Lists a folder; the descriptor stays the caller's. */
static DIR *list_folder(int folder)
{
	int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = again < 0 ? NULL : fdopendir(again);
	if (!list && again >= 0)
		close(again);
	return list;
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* The folder of a copy, which has files only: unlinkat removes a link, not its target, and fails on folders. */
static void remove_copy_folder(int parent, const char *name)
{
	int folder = open_folder(parent, name);
	DIR *list = folder < 0 ? NULL : list_folder(folder);
	const struct dirent *entry;
	while (list && (entry = readdir(list)) != NULL) {
		if (!is_dots(entry->d_name))
			unlinkat(folder, entry->d_name, 0);
	}
	if (list)
		closedir(list);
	if (folder >= 0)
		close(folder);
	unlinkat(parent, name, AT_REMOVEDIR);
}

/* The lock goes last: a removal that is interrupted can be repeated. */
static void empty_folder(int folder)
{
	DIR *list = list_folder(folder);
	const struct dirent *entry;
	if (!list)
		return;
	while ((entry = readdir(list)) != NULL) {
		if (!is_dots(entry->d_name) && strcmp(entry->d_name, LOCK_NAME) != 0)
			remove_copy_folder(folder, entry->d_name);
	}
	closedir(list);
	unlinkat(folder, LOCK_NAME, 0);
}

/* brabeion-<digits>-<letters or digits> */
static bool is_folder_name(const char *name)
{
	static const char digits[] = "0123456789";
	if (strncmp(name, BEGINNING, strlen(BEGINNING)) != 0)
		return false;
	name += strlen(BEGINNING);
	size_t process = strspn(name, digits);
	if (process == 0 || name[process] != '-')
		return false;
	name += process + 1;
	return strlen(name) == 6 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == 6;
}

static bool is_ours(int descriptor, mode_t type)
{
	struct stat status;
	return fstat(descriptor, &status) == 0 && (status.st_mode & S_IFMT) == type && status.st_uid == geteuid();
}

/* Removes a folder whose owner is dead, or that has no lock yet. True when it is removed. */
static bool sweep_one(int parent, const char *name)
{
	int folder = open_folder(parent, name);
	if (folder < 0)
		return false;
	int lock = -1;
	bool removed = false;
	if (!is_ours(folder, S_IFDIR))
		goto done;
	lock = openat(folder, LOCK_NAME, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (lock < 0 && errno != ENOENT)
		goto done;
	if (lock >= 0) {
		if (!is_ours(lock, S_IFREG) || flock(lock, LOCK_EX | LOCK_NB) != 0)
			goto done;
		empty_folder(folder);
	}
	removed = unlinkat(parent, name, AT_REMOVEDIR) == 0;
done:
	if (lock >= 0)
		close(lock);
	close(folder);
	return removed;
}

static void sweep(const char *path, const brb_log *log)
{
	int parent = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = parent < 0 ? NULL : list_folder(parent);
	const struct dirent *entry;
	while (list && (entry = readdir(list)) != NULL) {
		if (is_folder_name(entry->d_name) && sweep_one(parent, entry->d_name) && log)
			brb_log_write(log, BRABEION_LOG_DEBUG, "removed %s/%s, left behind by a dead process", path,
				      entry->d_name);
	}
	if (list)
		closedir(list);
	if (parent >= 0)
		close(parent);
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

/* Locks a new folder; false with errno, EAGAIN when another process has removed it. */
static bool take_lock(brb_copies *copies)
{
	struct stat status;
	copies->folder = open(copies->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (copies->folder < 0)
		goto fail;
	copies->lock = openat(copies->folder, LOCK_NAME, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (copies->lock < 0 || flock(copies->lock, LOCK_EX | LOCK_NB) != 0 || fstat(copies->lock, &status) != 0)
		goto fail;
	if (status.st_nlink > 0)
		return true;
	errno = EAGAIN;
fail:;
	int why = errno == ENOENT || errno == EWOULDBLOCK ? EAGAIN : errno;
	if (copies->lock >= 0)
		close(copies->lock);
	if (copies->folder >= 0)
		close(copies->folder);
	copies->lock = copies->folder = -1;
	errno = why;
	return false;
}

/* Makes the folder below an absolute path; false with errno. */
static bool make_folder(brb_copies *copies, const char *parent)
{
	char path[PATH_MAX];
	for (int i = 0; i < TRIES_MOST; i++) {
		int length = snprintf(path, sizeof path, "%s/" BEGINNING "%ld-XXXXXX",
				      strcmp(parent, "/") ? parent : "", (long)getpid());
		if (length < 0 || (size_t)length >= sizeof path) {
			errno = ENAMETOOLONG;
			return false;
		}
		if (!mkdtemp(path))
			return false;
		copies->path = brb_memory_copy(path);
		if (copies->path && take_lock(copies))
			return true;
		int why = copies->path ? errno : ENOMEM;
		brb_memory_release(copies->path);
		copies->path = NULL;
		rmdir(path);
		errno = why;
		if (why != EAGAIN)
			return false;
	}
	return false;
}

/* NULL when the folder was made in the candidate; else why not. */
static const char *try_candidate(brb_copies *copies, const char *candidate, const brb_log *log)
{
	char real[PATH_MAX];
	struct statvfs system;
	if (!realpath(candidate, real))
		return strerror(errno);
	if (strchr(real, '$'))
		return "has a $ in its path, which the dynamic linker would expand";
	if (statvfs(real, &system) == 0 && system.f_flag & ST_NOEXEC)
		return "is mounted noexec, so no plugin can be loaded from there";
	sweep(real, log);
	return make_folder(copies, real) ? NULL : strerror(errno);
}

brabeion_status brb_copies_open(const char *const *candidates, size_t count, const brb_log *log, brb_copies **out,
				brabeion_error *error)
{
	brb_builder reasons = { .text = NULL };
	brb_copies *copies = brb_memory_take_zeroed(1, sizeof *copies);
	if (!copies)
		return brb_status_no_memory(error);
	copies->folder = copies->lock = -1;
	for (size_t i = 0; i < count; i++) {
		if (!candidates[i])
			continue;
		const char *why = try_candidate(copies, candidates[i], log);
		if (!why) {
			brb_builder_finish(&reasons);
			pthread_mutex_init(&copies->moving, NULL);
			*out = copies;
			return BRABEION_OK;
		}
		brb_builder_printf(&reasons, "%s%s: %s", reasons.length > 0 ? "; " : "", candidates[i], why);
	}
	brb_memory_release(copies);
	brb_status_set(error, BRABEION_SYSTEM, "there is no folder for private copies of plugins (%s)",
		       reasons.text && !reasons.failed ? reasons.text : "none was given");
	brb_builder_finish(&reasons);
	return error->status;
}

void brb_copies_close(brb_copies *copies, bool forked)
{
	if (!copies)
		return;
	if (!forked) {
		empty_folder(copies->folder);
		rmdir(copies->path);
	}
	/* A lock of flock(2) lasts until its last descriptor is closed: that of a parent survives this. */
	close(copies->lock);
	close(copies->folder);
	brb_memory_release(copies->path);
	pthread_mutex_destroy(&copies->moving);
	brb_memory_release(copies);
}

/* ---- when the folder is gone ------------------------------------------------------------------------------------- */

/*
 * Makes another folder beside the one that was removed. Its path has the same length, on which brb_copies_remove relies
 * for copies of the old one. False with errno.
 */
static bool move_folder(brb_copies *copies)
{
	brb_copies moved_to = { .folder = -1, .lock = -1 };
	char *slash = strrchr(copies->path, '/');
	char *parent = slash == copies->path ? brb_memory_copy("/")
					     : brb_memory_copy_length(copies->path, (size_t)(slash - copies->path));
	errno = ENOMEM;
	bool moved = parent && make_folder(&moved_to, parent);
	int why = errno;
	brb_memory_release(parent);
	if (!moved) {
		errno = why;
		return false;
	}
	close(copies->lock);
	pthread_mutex_lock(&copies->moving);
	close(copies->folder);
	brb_memory_release(copies->path);
	copies->path = moved_to.path;
	copies->folder = moved_to.folder;
	copies->lock = moved_to.lock;
	pthread_mutex_unlock(&copies->moving);
	return true;
}

/* Makes a folder inside; false with errno. ENOENT: the outer one has been removed. */
static bool add_inside(brb_copies *copies, const char *name)
{
	if (mkdirat(copies->folder, name, 0700) == 0)
		return true;
	return errno == ENOENT && move_folder(copies) && mkdirat(copies->folder, name, 0700) == 0;
}

/* ---- copies ------------------------------------------------------------------------------------------------------ */

/* Writes a new file; false with errno. */
static bool write_file(int folder, const char *name, const void *bytes, size_t size_bytes)
{
	int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0500);
	if (file < 0)
		return false;
	bool written = brb_file_write_all(file, bytes, size_bytes);
	int why = errno;
	if (close(file) != 0 && written) {
		why = errno;
		written = false;
	}
	errno = why;
	return written;
}

/* Replaces each $: the dynamic linker expands $ORIGIN, $LIB and $PLATFORM in paths. */
static void plain_name(char name[NAME_MAX + 1], const char *file_name)
{
	snprintf(name, NAME_MAX + 1, "%s", file_name);
	for (char *dollar = strchr(name, '$'); dollar; dollar = strchr(dollar, '$'))
		*dollar = '_';
}

static brabeion_status refuse_copy(const brb_copies *copies, brabeion_error *error)
{
	return brb_status_set(error, BRABEION_SYSTEM, "could not be copied to %s: %s", copies->path, strerror(errno));
}

brabeion_status brb_copies_add(brb_copies *copies, const char *tag, const char *file_name, const void *bytes,
			       size_t size_bytes, char **path, brabeion_error *error)
{
	char name[NAME_MAX + 1];
	char folder_name[64];
	plain_name(name, file_name);
	snprintf(folder_name, sizeof folder_name, "%.32s-%lu", tag, ++copies->made);

	int folder = -1;
	if (!add_inside(copies, folder_name))
		return refuse_copy(copies, error);
	size_t path_size = strlen(copies->path) + strlen(folder_name) + strlen(name) + 3;
	char *made = brb_memory_take(path_size);
	if (!made) {
		remove_copy_folder(copies->folder, folder_name);
		return brb_status_no_memory(error);
	}
	snprintf(made, path_size, "%s/%s/%s", copies->path, folder_name, name);
	folder = open_folder(copies->folder, folder_name);
	if (folder < 0 || !write_file(folder, name, bytes, size_bytes))
		goto fail;
	close(folder);
	*path = made;
	return BRABEION_OK;
fail:
	refuse_copy(copies, error);
	if (folder >= 0)
		close(folder);
	remove_copy_folder(copies->folder, folder_name);
	brb_memory_release(made);
	return error->status;
}

brabeion_status brb_copies_add_folder(brb_copies *copies, const char *tag, char **path, brabeion_error *error)
{
	char name[64];
	brb_builder made = { 0 };
	snprintf(name, sizeof name, "%.32s-%lu", tag, ++copies->made);
	if (!add_inside(copies, name))
		return brb_status_set(error, BRABEION_SYSTEM, "%s: %s", copies->path, strerror(errno));
	brb_builder_printf(&made, "%s/%s", copies->path, name);
	if (made.failed) {
		remove_copy_folder(copies->folder, name);
		brb_builder_finish(&made);
		return brb_status_no_memory(error);
	}
	*path = brb_builder_take(&made);
	return BRABEION_OK;
}

void brb_copies_remove(brb_copies *copies, const char *path)
{
	char folder_name[64];
	pthread_mutex_lock(&copies->moving);
	const char *inside = path + strlen(copies->path) + 1;
	snprintf(folder_name, sizeof folder_name, "%.*s", (int)strcspn(inside, "/"), inside);
	remove_copy_folder(copies->folder, folder_name);
	pthread_mutex_unlock(&copies->moving);
}
