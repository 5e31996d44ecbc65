/*
 * folder: what several unit tests need of the file system: a folder of their own, what is in it, what is in a file.
 * Everything here asserts; a test that goes on has what it asked for.
 */
#ifndef BRB_TESTS_FOLDER_H
#define BRB_TESTS_FOLDER_H

#include <criterion/criterion.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096

/* A new, empty folder below $TMPDIR or /tmp. */
static inline void make_folder(char path[PATH_BYTES])
{
	const char *temporary = getenv("TMPDIR");
	snprintf(path, PATH_BYTES, "%s/brabeion-test-XXXXXX", temporary ? temporary : "/tmp");
	cr_assert_not_null(mkdtemp(path), "%s", path);
}

static inline void remove_folder(const char *path)
{
	char command[PATH_BYTES + 32];
	snprintf(command, sizeof command, "rm -rf '%s'", path);
	cr_assert_eq(system(command), 0);
}

static inline void join(char path[PATH_BYTES], const char *folder, const char *name)
{
	cr_assert_lt(snprintf(path, PATH_BYTES, "%s/%s", folder, name), PATH_BYTES);
}

static inline int by_name(const void *a, const void *b)
{
	return strcmp((const char *)a, (const char *)b);
}

/* The names in a folder, sorted, each followed by a blank. */
static inline const char *list_folder(const char *path)
{
	static char listing[4096];
	char names[32][128];
	size_t count = 0;
	DIR *folder = opendir(path);
	cr_assert_not_null(folder, "%s", path);
	for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		cr_assert_lt(count, 32);
		snprintf(names[count++], sizeof names[0], "%.127s", entry->d_name);
	}
	closedir(folder);
	qsort(names, count, sizeof names[0], by_name);
	listing[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		strcat(listing, names[i]);
		strcat(listing, " ");
	}
	return listing;
}

static inline void write_file(const char *path, const void *bytes, size_t length)
{
	FILE *file = fopen(path, "wb");
	cr_assert_not_null(file, "%s", path);
	cr_assert_eq(fwrite(bytes, 1, length, file), length);
	cr_assert_eq(fclose(file), 0);
}

/* The bytes of a file: free() them. */
static inline char *read_whole(const char *path, size_t *length)
{
	struct stat about;
	cr_assert_eq(stat(path, &about), 0, "%s", path);
	char *bytes = malloc((size_t)about.st_size + 1);
	FILE *file = fopen(path, "rb");
	cr_assert(bytes && file, "%s", path);
	*length = fread(bytes, 1, (size_t)about.st_size, file);
	cr_assert_eq(*length, (size_t)about.st_size);
	bytes[*length] = '\0';
	fclose(file);
	return bytes;
}

#endif
