/*
 * store/sqlite/neighbours: see neighbours.h.
 */
#include "store/sqlite/neighbours.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

enum { IS_OPEN, WAITS, IS_FED, BYTES };

static struct flock lock_of(const brb_neighbours *neighbours, int byte, short type)
{
	return (struct flock){
		.l_type = type, .l_whence = SEEK_SET, .l_start = neighbours->place + byte, .l_len = 1
	};
}

static bool set_lock(const brb_neighbours *neighbours, int byte, short type)
{
	struct flock lock = lock_of(neighbours, byte, type);
	return fcntl(neighbours->folder, F_OFD_SETLK, &lock) == 0;
}

/* Asks for a lock for writing, without taking it: that of any other connection is in its way. */
static bool is_locked(const brb_neighbours *neighbours, int byte)
{
	struct flock lock = lock_of(neighbours, byte, F_WRLCK);
	return fcntl(neighbours->folder, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

void brb_neighbours_open(brb_neighbours *neighbours, const char *path)
{
	struct stat about;
	char *folder = brb_file_folder(path);
	*neighbours = (brb_neighbours){ .folder = -1 };
	if (folder && stat(path, &about) == 0) {
		neighbours->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		neighbours->place = (int64_t)(about.st_ino % ((uint64_t)INT64_MAX / BYTES)) * BYTES;
	}
	brb_memory_release(folder);
	if (neighbours->folder >= 0 && !set_lock(neighbours, IS_OPEN, F_RDLCK))
		brb_neighbours_close(neighbours);
}

void brb_neighbours_close(brb_neighbours *neighbours)
{
	if (neighbours->folder >= 0)
		close(neighbours->folder);
	neighbours->folder = -1;
}

void brb_neighbours_set_waits(brb_neighbours *neighbours, bool waits)
{
	if (neighbours->folder >= 0 && neighbours->waits != waits)
		set_lock(neighbours, WAITS, waits ? F_RDLCK : F_UNLCK);
	neighbours->waits = waits;
}

bool brb_neighbours_are_there(const brb_neighbours *neighbours)
{
	return neighbours->folder < 0 || is_locked(neighbours, IS_OPEN);
}

bool brb_neighbours_wait(const brb_neighbours *neighbours)
{
	return neighbours->folder >= 0 && is_locked(neighbours, WAITS);
}

void brb_neighbours_set_fed(const brb_neighbours *neighbours, bool fed)
{
	if (neighbours->folder >= 0)
		set_lock(neighbours, IS_FED, fed ? F_RDLCK : F_UNLCK);
}

bool brb_neighbours_are_fed(const brb_neighbours *neighbours)
{
	return neighbours->folder >= 0 && is_locked(neighbours, IS_FED);
}
