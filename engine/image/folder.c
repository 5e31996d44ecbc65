/*
 * folder: see folder.h. Each step opens a name in the descriptor of the step before and follows no link: a folder that is
 * exchanged meanwhile is another descriptor, which is checked itself.
 */
#include "image/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int fail_errno(char why[BRB_FOLDER_TEXT_BYTES])
{
	snprintf(why, BRB_FOLDER_TEXT_BYTES, "%s", strerror(errno));
	return -1;
}

/* The folder above, `at`, is closed. */
static int open_inside(int at, const char *name)
{
	int inside = openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int error = errno;
	if (at >= 0)
		close(at);
	errno = error;
	return inside;
}

/* `path` is the folder itself, `whole` what the caller asked for. */
static bool check(int folder, const char *path, const char *whole, uid_t user, char why[BRB_FOLDER_TEXT_BYTES])
{
	struct stat status;
	char words[BRB_PERMISSIONS_TEXT_BYTES];
	if (fstat(folder, &status) != 0) {
		fail_errno(why);
		return false;
	}
	if (brb_permissions_check_folder(path, &status, user, words))
		return true;
	if (strcmp(path, whole) == 0)
		snprintf(why, BRB_FOLDER_TEXT_BYTES, "%s", words);
	else
		snprintf(why, BRB_FOLDER_TEXT_BYTES, "lies in %.200s, which %s", path, words);
	return false;
}

int brb_folder_open(const char *path, uid_t user, char why[BRB_FOLDER_TEXT_BYTES])
{
	char passed[PATH_MAX] = "/", name[NAME_MAX + 1];
	size_t length = 0; /* of `passed`, without the / of the root */
	int folder = open_inside(-1, "/");
	const char *next = path;
	while (folder >= 0 && check(folder, passed, path, user, why)) {
		next += strspn(next, "/");
		size_t part = strcspn(next, "/");
		if (part == 0)
			return folder;
		if (part > NAME_MAX || length + part + 2 > sizeof passed) {
			close(folder);
			errno = ENAMETOOLONG;
			return fail_errno(why);
		}
		snprintf(name, sizeof name, "%.*s", (int)part, next);
		length += (size_t)snprintf(passed + length, sizeof passed - length, "/%s", name);
		folder = open_inside(folder, name);
		next += part;
	}
	if (folder < 0)
		return fail_errno(why);
	close(folder);
	return -1;
}
