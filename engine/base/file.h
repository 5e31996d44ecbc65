/*
 * base/file: paths and file descriptors.
 */
#ifndef BRB_BASE_FILE_H
#define BRB_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* The folder of a path, "." when it names none, for brb_memory_release(); NULL when memory is short. */
char *brb_file_folder(const char *path);

/* Writes all bytes, whatever signals come. False: errno says why. */
bool brb_file_write_all(int file, const void *bytes, size_t size_bytes);

#endif
