/*
 * folder: temporary folders and whole files, for tests with and without Criterion. A call that fails ends the test with a
 * message.
 */
#ifndef BRB_TESTS_FOLDER_H
#define BRB_TESTS_FOLDER_H

#include <stddef.h>

#define PATH_BYTES 4096

/* A new, empty folder below $TMPDIR or /tmp. */
void make_folder(char path[PATH_BYTES]);
void make_folder_in(char *path, size_t capacity); /* in a shorter buffer */
void remove_folder(const char *path);             /* and all in it */

void join(char path[PATH_BYTES], const char *in, const char *name);

/* The names in a folder, sorted, each followed by a blank. */
const char *list_folder(const char *path);

void write_file(const char *path, const char *text);
void write_bytes(const char *path, const void *bytes, size_t length);
void copy_whole(const char *from, const char *to);

/* The bytes of a file and a NUL: free() them. */
char *read_whole(const char *path, size_t *length);

#endif
