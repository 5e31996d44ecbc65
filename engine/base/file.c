/*
 * base/file: see file.h.
 */
#include "base/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

char *brb_file_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	return !slash          ? brb_memory_copy(".")
	       : slash == path ? brb_memory_copy("/")
			       : brb_memory_copy_length(path, (size_t)(slash - path));
}

bool brb_file_write_all(int file, const void *bytes, size_t size_bytes)
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
