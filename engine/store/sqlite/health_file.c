/*
 * store/sqlite/health_file: the database as a file, without opening it: a process that closes any descriptor of it loses the
 * locks that SQLite holds there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "store/sqlite/internal.h"

static int64_t size_beside(const char *path, const char *ending)
{
	struct stat about;
	brb_builder name = { 0 };
	brb_builder_printf(&name, "%s%s", path, ending);
	bool is_there = !name.failed && stat(name.text, &about) == 0;
	brb_builder_finish(&name);
	return is_there ? about.st_size : 0;
}

/* A line of /proc/locks: "1: POSIX  ADVISORY  READ 1234 08:01:5678 1073741826 1073742335". Returns the pid, or 0. */
static pid_t holder_of(char *line, const struct stat *about)
{
	char *words[6] = { NULL }, *rest = line;
	for (size_t i = 0; i < 6 && (words[i] = strtok_r(NULL, " ", &rest)); i++)
		;
	if (!words[5] || strcmp(words[1], "POSIX") != 0)
		return 0;
	char *at = words[5];
	unsigned long of_major = strtoul(at, &at, 16);
	unsigned long of_minor = *at == ':' ? strtoul(at + 1, &at, 16) : 0;
	uint64_t inode = *at == ':' ? strtoull(at + 1, &at, 10) : 0;
	bool is_this = inode == about->st_ino && of_major == major(about->st_dev) && of_minor == minor(about->st_dev);
	return is_this ? (pid_t)strtol(words[4], NULL, 10) : 0;
}

/*
 * Finds other processes that have the database open: in WAL mode each connection holds a lock on the file, and
 * /proc/locks lists the locks that this process may see. A hint: other containers, and file systems that give their
 * files another device, are not seen.
 */
static void count_users(const struct stat *about, brb_health_file *file)
{
	char line[256];
	FILE *locks = fopen("/proc/locks", "re");
	while (locks && fgets(line, sizeof line, locks)) {
		pid_t pid = holder_of(line, about);
		if (pid <= 0 || pid == getpid() || pid == file->user)
			continue;
		file->user_count++;
		if (!file->user)
			file->user = pid;
	}
	if (locks)
		fclose(locks);
}

static void look_at_folder(const char *path, brb_health_file *file)
{
	struct stat about;
	struct statvfs disk;
	char *folder = brb_file_folder(path);
	file->disk_free_bytes = -1;
	if (folder && stat(folder, &about) == 0)
		file->folder_mode = about.st_mode;
	if (folder && statvfs(folder, &disk) == 0)
		file->disk_free_bytes = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
	brb_memory_release(folder);
}

brabeion_status brb_sqlite_read_file(const char *path, brb_health_file *file, brabeion_error *error)
{
	struct stat about;
	if (stat(path, &about) != 0)
		return brb_status_set(error, errno == ENOENT ? BRABEION_ABSENT : BRABEION_STORE, "%s: %s", path,
				      strerror(errno));
	*file = (brb_health_file){ .bytes = about.st_size,
				   .wal_bytes = size_beside(path, "-wal"),
				   .mode = about.st_mode,
				   .owner = about.st_uid };
	look_at_folder(path, file);
	count_users(&about, file);
	return BRABEION_OK;
}
