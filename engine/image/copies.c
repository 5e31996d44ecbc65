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
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "image/folder.h"

#define BEGINNING "brabeion-"
#define LOCK_NAME "lock"
#define TRIES_MOST 16
#define RANDOM_LETTERS 6

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

/* `path` is that of `parent`, for the log. */
static void sweep(int parent, const char *path, const brb_log *log)
{
	DIR *list = list_folder(parent);
	const struct dirent *entry;
	while (list && (entry = readdir(list)) != NULL) {
		if (is_folder_name(entry->d_name) && sweep_one(parent, entry->d_name) && log)
			brb_log_write(log, BRABEION_LOG_DEBUG, "removed %s/%s, left behind by a dead process", path,
				      entry->d_name);
	}
	if (list)
		closedir(list);
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

/* Off the numbers of the standard streams, which a program that is started gets anew. -1 with errno. */
static int lift(int file)
{
	if (file < 0 || file > STDERR_FILENO)
		return file;
	int lifted = fcntl(file, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	int why = errno;
	close(file);
	errno = why;
	return lifted;
}

/* Nobody else can have put it there (image/folder); it is looked at all the same. */
static bool is_private(int folder)
{
	struct stat status;
	return is_ours(folder, S_IFDIR) && fstat(folder, &status) == 0 && (status.st_mode & 0777) == 0700;
}

/* Locks a new folder; false with errno, EAGAIN when another process has removed it. */
static bool take_lock(brb_copies *copies, int parent, const char *name)
{
	struct stat status;
	copies->folder = lift(open_folder(parent, name));
	if (copies->folder < 0)
		goto fail;
	errno = EPERM;
	if (!is_private(copies->folder))
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

/* "brabeion-4711-aB3dE9" */
static bool make_name(char name[64])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	unsigned char random[RANDOM_LETTERS];
	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return false;
	int length = snprintf(name, 64, BEGINNING "%ld-", (long)getpid());
	for (size_t i = 0; i < RANDOM_LETTERS; i++)
		name[length++] = letters[random[i] % (sizeof letters - 1)];
	name[length] = '\0';
	return true;
}

/* Makes the folder in `parent`, whose absolute path is `path`; false with errno. */
static bool make_folder(brb_copies *copies, int parent, const char *path)
{
	char name[64];
	for (int i = 0; i < TRIES_MOST; i++) {
		brb_builder made = { 0 };
		if (!make_name(name))
			return false;
		if (mkdirat(parent, name, 0700) != 0) {
			if (errno == EEXIST)
				continue;
			return false;
		}
		brb_builder_printf(&made, "%s/%s", strcmp(path, "/") ? path : "", name);
		copies->path = brb_builder_take(&made);
		if (copies->path && take_lock(copies, parent, name))
			return true;
		int why = copies->path ? errno : ENOMEM;
		brb_memory_release(copies->path);
		copies->path = NULL;
		unlinkat(parent, name, AT_REMOVEDIR);
		errno = why;
		if (why != EAGAIN)
			return false;
	}
	return false;
}

/* Opens a candidate that is fit for copies. -1: `why` says why it is not. `real` becomes its path. */
static int open_candidate(const char *candidate, char real[PATH_MAX], char why[BRB_FOLDER_TEXT_BYTES])
{
	struct statvfs system;
	const char *words = NULL;
	if (!realpath(candidate, real)) {
		snprintf(why, BRB_FOLDER_TEXT_BYTES, "%s", strerror(errno));
		return -1;
	}
	int folder = brb_folder_open(real, geteuid(), why);
	if (folder < 0)
		return -1;
	if (strchr(real, '$'))
		words = "has a $ in its path, which the dynamic linker would expand";
	else if (fstatvfs(folder, &system) == 0 && system.f_flag & ST_NOEXEC)
		words = "is mounted noexec, so no plugin can be loaded from there";
	else if (faccessat(folder, ".", W_OK | X_OK, AT_EACCESS) != 0)
		words = strerror(errno);
	if (!words)
		return folder;
	snprintf(why, BRB_FOLDER_TEXT_BYTES, "%s", words);
	close(folder);
	return -1;
}

/* False: `why` says why not. */
static bool try_candidate(brb_copies *copies, const char *candidate, const brb_log *log,
			  char why[BRB_FOLDER_TEXT_BYTES])
{
	char real[PATH_MAX];
	int parent = open_candidate(candidate, real, why);
	if (parent < 0)
		return false;
	sweep(parent, real, log);
	bool made = make_folder(copies, parent, real);
	if (!made)
		snprintf(why, BRB_FOLDER_TEXT_BYTES, "%s", strerror(errno));
	close(parent);
	return made;
}

static brabeion_status refuse_all(const brb_builder *reasons, brabeion_error *error)
{
	return brb_status_set(error, BRABEION_SYSTEM, "there is no folder for private copies of plugins (%s)",
			      reasons->text && !reasons->failed ? reasons->text : "none was given");
}

static void add_reason(brb_builder *reasons, const char *candidate, const char *why)
{
	brb_builder_printf(reasons, "%s%s: %s", reasons->length > 0 ? "; " : "", candidate, why);
}

brabeion_status brb_copies_check(const char *const *candidates, size_t count, brabeion_error *error)
{
	brb_builder reasons = { .text = NULL };
	char real[PATH_MAX], why[BRB_FOLDER_TEXT_BYTES];
	for (size_t i = 0; i < count; i++) {
		int folder = candidates[i] ? open_candidate(candidates[i], real, why) : -1;
		if (folder >= 0) {
			close(folder);
			brb_builder_finish(&reasons);
			return BRABEION_OK;
		}
		if (candidates[i])
			add_reason(&reasons, candidates[i], why);
	}
	refuse_all(&reasons, error);
	brb_builder_finish(&reasons);
	return error->status;
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
		char why[BRB_FOLDER_TEXT_BYTES];
		if (try_candidate(copies, candidates[i], log, why)) {
			brb_builder_finish(&reasons);
			pthread_mutex_init(&copies->moving, NULL);
			*out = copies;
			return BRABEION_OK;
		}
		add_reason(&reasons, candidates[i], why);
	}
	brb_memory_release(copies);
	refuse_all(&reasons, error);
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
	char ignored[BRB_FOLDER_TEXT_BYTES];
	errno = ENOMEM;
	int folder = parent ? brb_folder_open(parent, geteuid(), ignored) : -1;
	bool moved = folder >= 0 && make_folder(&moved_to, folder, parent);
	int why = errno;
	if (folder >= 0)
		close(folder);
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

/*
 * Unlike any other in the process, also of another engine: a path through a descriptor's number does not tell folders apart,
 * and the dynamic linker takes an object of the same path for the same.
 */
static void inner_name(brb_copies *copies, const char *tag, char name[64])
{
	snprintf(name, 64, "%.32s-%lu-%s", tag, ++copies->made, copies->path + strlen(copies->path) - RANDOM_LETTERS);
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
	inner_name(copies, tag, folder_name);

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
	inner_name(copies, tag, name);
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

/* Whether both are the same file. */
static bool is_same(int folder, const char *inside, const char *path)
{
	struct stat copy, named;
	return fstatat(folder, inside, &copy, AT_SYMLINK_NOFOLLOW) == 0 && stat(path, &named) == 0 &&
	       copy.st_dev == named.st_dev && copy.st_ino == named.st_ino;
}

const char *brb_copies_inside(const brb_copies *copies, const char *path)
{
	return path + strlen(copies->path) + 1;
}

int brb_copies_descriptor(const brb_copies *copies)
{
	return copies->folder;
}

brabeion_status brb_copies_through(const brb_copies *copies, const char *path, char **through, brabeion_error *error)
{
	const char *inside = brb_copies_inside(copies, path);
	brb_builder made = { 0 };
	brb_builder_printf(&made, "/proc/%ld/fd/%d/%s", (long)getpid(), copies->folder, inside);
	if (!made.failed && !is_same(copies->folder, inside, made.text)) {
		brb_builder_finish(&made); /* a /proc of another namespace, or none */
		made = (brb_builder){ 0 };
		brb_builder_printf(&made, "/proc/self/fd/%d/%s", copies->folder, inside);
	}
	if (!made.failed && !is_same(copies->folder, inside, made.text)) {
		brb_builder_finish(&made);
		made = (brb_builder){ 0 };
		brb_builder_add(&made, path);
	}
	if (made.failed) {
		brb_builder_finish(&made);
		return brb_status_no_memory(error);
	}
	*through = brb_builder_take(&made);
	return BRABEION_OK;
}

void brb_copies_remove(brb_copies *copies, const char *path)
{
	char folder_name[64];
	pthread_mutex_lock(&copies->moving);
	const char *inside = brb_copies_inside(copies, path);
	snprintf(folder_name, sizeof folder_name, "%.*s", (int)strcspn(inside, "/"), inside);
	remove_copy_folder(copies->folder, folder_name);
	pthread_mutex_unlock(&copies->moving);
}
