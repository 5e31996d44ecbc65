#include "support/folder.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char folder[PATH_BYTES];
char folder[PATH_BYTES]; /* of the current test: fixtures declare and set it */

enum { NAMES_MOST = 32, NAME_BYTES = 128 };

static void must(bool well, const char *path)
{
	if (well)
		return;
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	exit(99);
}

void make_folder_in(char *path, size_t capacity)
{
	const char *temporary = getenv("TMPDIR");
	int length = snprintf(path, capacity, "%s/brabeion-test-XXXXXX", temporary ? temporary : "/tmp");
	must((size_t)length < capacity && mkdtemp(path), path);
}

void make_folder(char path[PATH_BYTES])
{
	make_folder_in(path, PATH_BYTES);
}

static int remove_entry(const char *path, const struct stat *about, int type, struct FTW *walk)
{
	(void)about, (void)type, (void)walk;
	return remove(path);
}

void remove_folder(const char *path)
{
	must(nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0, path);
}

void join(char path[PATH_BYTES], const char *in, const char *name)
{
	must(snprintf(path, PATH_BYTES, "%s/%s", in, name) < PATH_BYTES, in);
}

static int by_name(const void *a, const void *b)
{
	return strcmp((const char *)a, (const char *)b);
}

const char *list_folder(const char *path)
{
	static char listing[NAMES_MOST * (NAME_BYTES + 1)];
	char names[NAMES_MOST][NAME_BYTES];
	size_t count = 0, used = 0;
	DIR *stream = opendir(path);
	must(stream != NULL, path);
	for (const struct dirent *entry = readdir(stream); entry; entry = readdir(stream)) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		must(count < NAMES_MOST, path);
		snprintf(names[count++], NAME_BYTES, "%.127s", entry->d_name);
	}
	closedir(stream);
	qsort(names, count, sizeof names[0], by_name);
	listing[0] = '\0';
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(listing + used, sizeof listing - used, "%s ", names[i]);
	return listing;
}

void write_bytes(const char *path, const void *bytes, size_t length)
{
	FILE *file = fopen(path, "wb");
	must(file && fwrite(bytes, 1, length, file) == length && fclose(file) == 0, path);
}

void write_file(const char *path, const char *text)
{
	write_bytes(path, text, strlen(text));
}

char *read_whole(const char *path, size_t *length)
{
	struct stat about;
	must(stat(path, &about) == 0, path);
	char *bytes = malloc((size_t)about.st_size + 1);
	FILE *file = fopen(path, "rb");
	must(bytes && file, path);
	*length = fread(bytes, 1, (size_t)about.st_size, file);
	must(*length == (size_t)about.st_size, path);
	bytes[*length] = '\0';
	fclose(file);
	return bytes;
}

void copy_whole(const char *from, const char *to)
{
	size_t length;
	char *bytes = read_whole(from, &length);
	write_bytes(to, bytes, length);
	free(bytes);
}
