/*
 * home: see home.h.
 *
 * A new folder and a sweeper can meet. The sweeper removes only folders whose lock it holds, or that are empty; the
 * maker of a folder takes its lock without waiting and then looks whether the lock file is still there. Who finds
 * that a sweeper was faster makes another folder.
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

#include "base/memory.h"
#include "base/text.h"

#define BEGINNING "brabeion-"
#define LOCK_NAME "lock"
#define TRIES_MOST 16

struct brb_copies {
	pthread_mutex_t moving; /* held to change the next three, and to read them where others may */
	char *path;
	int folder; /* descriptors */
	int lock;
	unsigned long copies; /* made so far: numbers their folders */
};

/* ---- removing ---------------------------------------------------------------------------------------------------- */

static int open_folder(int parent, const char *name)
{
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Reads a folder's names; the descriptor stays the caller's. */
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

/* A copy's folder: files only. unlinkat removes a link, never what it leads to, and fails on folders. */
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

/*
 * All copies of a home, then its lock: who is interrupted in between, or cannot read the folder, leaves one that can be
 * swept again.
 */
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
static bool is_home_name(const char *name)
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

/* True when its owner is dead, or it never got as far as to have a lock, and it is removed. */
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
		if (is_home_name(entry->d_name) && sweep_one(parent, entry->d_name) && log)
			brb_log_write(log, BRABEION_LOG_DEBUG, "removed %s/%s, left behind by a dead process", path,
				      entry->d_name);
	}
	if (list)
		closedir(list);
	if (parent >= 0)
		close(parent);
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

/* Takes the lock of a new folder; false with errno EAGAIN when a sweeper was faster. */
static bool take_lock(brb_copies *home)
{
	struct stat status;
	home->folder = open(home->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (home->folder < 0)
		goto fail;
	home->lock = openat(home->folder, LOCK_NAME, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (home->lock < 0 || flock(home->lock, LOCK_EX | LOCK_NB) != 0 || fstat(home->lock, &status) != 0)
		goto fail;
	if (status.st_nlink > 0)
		return true;
	errno = EAGAIN;
fail:;
	int why = errno == ENOENT || errno == EWOULDBLOCK ? EAGAIN : errno;
	if (home->lock >= 0)
		close(home->lock);
	if (home->folder >= 0)
		close(home->folder);
	home->lock = home->folder = -1;
	errno = why;
	return false;
}

/* Makes the folder under an absolute path; false with errno. */
static bool make_folder(brb_copies *home, const char *parent)
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
		home->path = brb_memory_copy(path);
		if (home->path && take_lock(home))
			return true;
		int why = home->path ? errno : ENOMEM;
		brb_memory_release(home->path);
		home->path = NULL;
		rmdir(path);
		errno = why;
		if (why != EAGAIN)
			return false;
	}
	return false;
}

/* NULL when the folder is made in the candidate; else why not. */
static const char *try_candidate(brb_copies *home, const char *candidate, const brb_log *log)
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
	return make_folder(home, real) ? NULL : strerror(errno);
}

brabeion_status brb_copies_open(const char *const *candidates, size_t count, const brb_log *log, brb_copies **out,
				brabeion_error *error)
{
	brb_builder reasons = { .text = NULL };
	brb_copies *home = brb_memory_take_zeroed(1, sizeof *home);
	if (!home)
		return brb_status_no_memory(error);
	home->folder = home->lock = -1;
	for (size_t i = 0; i < count; i++) {
		if (!candidates[i])
			continue;
		const char *why = try_candidate(home, candidates[i], log);
		if (!why) {
			brb_builder_finish(&reasons);
			pthread_mutex_init(&home->moving, NULL);
			*out = home;
			return BRABEION_OK;
		}
		brb_builder_printf(&reasons, "%s%s: %s", reasons.length > 0 ? "; " : "", candidates[i], why);
	}
	brb_memory_release(home);
	brb_status_set(error, BRABEION_SYSTEM, "there is no folder for private copies of plugins (%s)",
		       reasons.text && !reasons.failed ? reasons.text : "none was given");
	brb_builder_finish(&reasons);
	return error->status;
}

void brb_copies_close(brb_copies *home, bool forked)
{
	if (!home)
		return;
	if (!forked) {
		empty_folder(home->folder);
		rmdir(home->path);
	}
	/* Closing releases the lock with the last descriptor only: a child closes its own, the parent's holds. */
	close(home->lock);
	close(home->folder);
	brb_memory_release(home->path);
	pthread_mutex_destroy(&home->moving);
	brb_memory_release(home);
}

/* ---- when it is gone --------------------------------------------------------------------------------------------- */

/*
 * Somebody has removed the folder (those who clean /tmp do): another beside it takes its place. Its path is as long, so
 * that copies in the old one can be told by theirs. False with errno.
 */
static bool move_house(brb_copies *home)
{
	brb_copies made = { .folder = -1, .lock = -1 };
	char *slash = strrchr(home->path, '/');
	char *parent = slash == home->path ? brb_memory_copy("/")
					   : brb_memory_copy_length(home->path, (size_t)(slash - home->path));
	errno = ENOMEM;
	bool moved = parent && make_folder(&made, parent);
	int why = errno;
	brb_memory_release(parent);
	if (!moved) {
		errno = why;
		return false;
	}
	close(home->lock);
	pthread_mutex_lock(&home->moving);
	close(home->folder);
	brb_memory_release(home->path);
	home->path = made.path;
	home->folder = made.folder;
	home->lock = made.lock;
	pthread_mutex_unlock(&home->moving);
	return true;
}

/* A folder in the home; false with errno. In one that is removed the kernel makes none (ENOENT). */
static bool add_inside(brb_copies *home, const char *name)
{
	if (mkdirat(home->folder, name, 0700) == 0)
		return true;
	return errno == ENOENT && move_house(home) && mkdirat(home->folder, name, 0700) == 0;
}

/* ---- copies ------------------------------------------------------------------------------------------------------ */

static bool write_all(int file, const void *bytes, size_t size_bytes)
{
	const char *next = bytes;
	while (size_bytes > 0) {
		ssize_t written = write(file, next, size_bytes);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		next += written;
		size_bytes -= (size_t)written;
	}
	return true;
}

/* Writes a new file; false with errno. */
static bool write_file(int folder, const char *name, const void *bytes, size_t size_bytes)
{
	int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0500);
	if (file < 0)
		return false;
	bool written = write_all(file, bytes, size_bytes);
	int why = errno;
	if (close(file) != 0 && written) {
		why = errno;
		written = false;
	}
	errno = why;
	return written;
}

/* The file name as the dynamic linker leaves it alone: it expands $ORIGIN, $LIB and $PLATFORM in paths. */
static void plain_name(char name[NAME_MAX + 1], const char *file_name)
{
	snprintf(name, NAME_MAX + 1, "%s", file_name);
	for (char *dollar = strchr(name, '$'); dollar; dollar = strchr(dollar, '$'))
		*dollar = '_';
}

static brabeion_status refuse_copy(const brb_copies *home, brabeion_error *error)
{
	return brb_status_set(error, BRABEION_SYSTEM, "could not be copied to %s: %s", home->path, strerror(errno));
}

brabeion_status brb_copies_add(brb_copies *home, const char *tag, const char *file_name, const void *bytes,
			       size_t size_bytes, char **path, brabeion_error *error)
{
	char name[NAME_MAX + 1];
	char folder_name[64];
	plain_name(name, file_name);
	snprintf(folder_name, sizeof folder_name, "%.32s-%lu", tag, ++home->copies);

	int folder = -1;
	if (!add_inside(home, folder_name))
		return refuse_copy(home, error);
	size_t path_size = strlen(home->path) + strlen(folder_name) + strlen(name) + 3;
	char *made = brb_memory_take(path_size);
	if (!made) {
		remove_copy_folder(home->folder, folder_name);
		return brb_status_no_memory(error);
	}
	snprintf(made, path_size, "%s/%s/%s", home->path, folder_name, name);
	folder = open_folder(home->folder, folder_name);
	if (folder < 0 || !write_file(folder, name, bytes, size_bytes))
		goto fail;
	close(folder);
	*path = made;
	return BRABEION_OK;
fail:
	refuse_copy(home, error);
	if (folder >= 0)
		close(folder);
	remove_copy_folder(home->folder, folder_name);
	brb_memory_release(made);
	return error->status;
}

brabeion_status brb_copies_add_folder(brb_copies *home, const char *tag, char **path, brabeion_error *error)
{
	char name[64];
	brb_builder made = { 0 };
	snprintf(name, sizeof name, "%.32s-%lu", tag, ++home->copies);
	if (!add_inside(home, name))
		return brb_status_set(error, BRABEION_SYSTEM, "%s: %s", home->path, strerror(errno));
	brb_builder_printf(&made, "%s/%s", home->path, name);
	if (made.failed) {
		remove_copy_folder(home->folder, name);
		brb_builder_finish(&made);
		return brb_status_no_memory(error);
	}
	*path = brb_builder_take(&made);
	return BRABEION_OK;
}

void brb_copies_remove(brb_copies *home, const char *path)
{
	char folder_name[64];
	pthread_mutex_lock(&home->moving);
	const char *inside = path + strlen(home->path) + 1;
	snprintf(folder_name, sizeof folder_name, "%.*s", (int)strcspn(inside, "/"), inside);
	remove_copy_folder(home->folder, folder_name);
	pthread_mutex_unlock(&home->moving);
}
