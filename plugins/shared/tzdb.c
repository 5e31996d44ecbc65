/*
 * The tz database and what was read of it. See tzdb.h.
 *
 * What was read is in lists to which entries are only ever prepended, by compare-and-swap: a reader needs no lock, and an entry
 * that it has found stays.
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "tzdb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYSTEM_FOLDER "/usr/share/zoneinfo"

enum { LISTS = 64, FOLDER_SIZE = 1024, PATH_SIZE = FOLDER_SIZE + 1 + TZDB_NAME_MOST };

typedef struct entry {
	struct entry *next;
	tzif *zone;
	char name[];
} entry;

struct tzdb {
	_Atomic(entry *) lists[LISTS]; /* by the hash of the name */
	atomic_uint count;
	char folder[FOLDER_SIZE];
};

tzdb *tzdb_open(const char *folder)
{
	tzdb *zones = calloc(1, sizeof *zones);
	if (!zones)
		return NULL;
	if (!folder)
		folder = getenv("TZDIR");
	int is_usable = folder && folder[0] == '/' && strlen(folder) < FOLDER_SIZE;
	snprintf(zones->folder, sizeof zones->folder, "%s", is_usable ? folder : SYSTEM_FOLDER);
	return zones;
}

static void free_list(entry *first)
{
	while (first) {
		entry *next = first->next;
		tzif_free(first->zone);
		free(first);
		first = next;
	}
}

void tzdb_close(tzdb *zones)
{
	if (!zones)
		return;
	for (size_t i = 0; i < LISTS; i++)
		free_list(atomic_load(&zones->lists[i]));
	free(zones);
}

const char *tzdb_folder(const tzdb *zones)
{
	return zones->folder;
}

int tzdb_is_there(const tzdb *zones)
{
	char path[PATH_SIZE];
	snprintf(path, sizeof path, "%s/Etc/UTC", zones->folder);
	return access(path, R_OK) == 0;
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static int is_capital(char byte)
{
	return byte >= 'A' && byte <= 'Z';
}

static int may_be_in_name(char byte)
{
	return is_capital(byte) || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_' ||
	       byte == '+' || byte == '-' || byte == '/';
}

/*
 * A path of one spelling that stays in the folder. All zones begin with a capital letter; other files of the database do not,
 * nor do "localtime", the machine's own zone, and the folders "posix" and "right".
 */
static int is_name(const char *text)
{
	size_t length = 0;
	for (; text[length] != '\0'; length++) {
		if (length == TZDB_NAME_MOST || !may_be_in_name(text[length]) ||
		    (text[length] == '/' && (text[length + 1] == '/' || text[length + 1] == '\0')))
			return 0;
	}
	return is_capital(text[0]);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static tz_status status_of_errno(void)
{
	return errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENAMETOOLONG ? TZ_UNKNOWN
											      : TZ_UNREADABLE;
}

/* Reads at most TZIF_BYTES_MOST + 1 bytes: one too many where the file has more. */
static tz_status read_bytes(int file, unsigned char *bytes, size_t *size)
{
	*size = 0;
	while (*size <= TZIF_BYTES_MOST) {
		ssize_t got = read(file, bytes + *size, TZIF_BYTES_MOST + 1 - *size);
		if (got == 0)
			break;
		if (got > 0)
			*size += (size_t)got;
		else if (errno != EINTR)
			return TZ_UNREADABLE;
	}
	return TZ_OK;
}

static tz_status read_zone(int file, tzif **zone)
{
	struct stat facts;
	size_t size;
	if (fstat(file, &facts) != 0)
		return TZ_UNREADABLE;
	if (!S_ISREG(facts.st_mode))
		return S_ISDIR(facts.st_mode) ? TZ_UNKNOWN : TZ_MALFORMED;
	unsigned char *bytes = malloc(TZIF_BYTES_MOST + 1);
	if (!bytes)
		return TZ_NO_MEMORY;
	tz_status status = read_bytes(file, bytes, &size);
	if (status == TZ_OK)
		status = tzif_read(bytes, size, zone);
	free(bytes);
	return status;
}

/* Not blocking: whatever the file is, opening it must not wait. */
static tz_status read_file(const tzdb *zones, const char *name, tzif **zone)
{
	char path[PATH_SIZE];
	snprintf(path, sizeof path, "%s/%s", zones->folder, name);
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file < 0)
		return status_of_errno();
	tz_status status = read_zone(file, zone);
	close(file);
	return status;
}

/* ---- what was read ----------------------------------------------------------------------------------------------- */

/* FNV-1a. Only names of the database get in, so nobody can choose names that collide. */
static size_t list_of(const char *name)
{
	uint32_t hash = 2166136261u;
	for (; *name != '\0'; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash % LISTS;
}

/* From `first` to the one before `end`. */
static const entry *find_between(const entry *first, const entry *end, const char *name)
{
	while (first != end && strcmp(first->name, name) != 0)
		first = first->next;
	return first != end ? first : NULL;
}

/* Keeps the zone, or frees it where another thread has kept one of this name since `seen` was the first. */
static const entry *keep(_Atomic(entry *) *list, entry *seen, entry *added)
{
	const entry *end = seen;
	added->next = seen;
	while (!atomic_compare_exchange_weak(list, &added->next, added)) {
		const entry *other = find_between(added->next, end, added->name);
		if (other) {
			tzif_free(added->zone);
			free(added);
			return other;
		}
		end = added->next;
	}
	return added;
}

static tz_status add(tzdb *zones, _Atomic(entry *) *list, entry *seen, const char *name, const tzif **zone)
{
	size_t size = strlen(name) + 1;
	entry *added = calloc(1, sizeof *added + size);
	if (!added)
		return TZ_NO_MEMORY;
	memcpy(added->name, name, size);
	tz_status status = read_file(zones, name, &added->zone);
	if (status == TZ_OK && atomic_fetch_add(&zones->count, 1) >= TZDB_ZONES_MOST) {
		tzif_free(added->zone);
		status = TZ_TOO_MANY;
	}
	if (status != TZ_OK) {
		free(added);
		return status;
	}
	*zone = keep(list, seen, added)->zone;
	return TZ_OK;
}

tz_status tzdb_find(tzdb *zones, const char *name, const tzif **zone)
{
	if (!is_name(name))
		return TZ_UNKNOWN;
	_Atomic(entry *) *list = &zones->lists[list_of(name)];
	entry *first = atomic_load(list);
	const entry *found = find_between(first, NULL, name);
	if (!found)
		return add(zones, list, first, name, zone);
	*zone = found->zone;
	return TZ_OK;
}
