/*
 * What the generic plugins share: the time zones of the system's tz database by their names, "Europe/Berlin". Each is read
 * from its file once, when it is first asked for, and is kept until the end: so an instance judges by one version of the
 * database from its `open` on, as far as it has met a zone.
 *
 * The machine's own time zone does not matter, and cannot be asked for.
 */
#ifndef SHARED_TZDB_H
#define SHARED_TZDB_H

#include "tzif.h"

enum { TZDB_NAME_MOST = 100, TZDB_ZONES_MOST = 1000 }; /* the database of 2025 has 600 names */

typedef struct tzdb tzdb;

/*
 * `folder` NULL: that of the environment's TZDIR, where it is an absolute path, else /usr/share/zoneinfo. Reads no file. NULL
 * when there is no memory.
 */
tzdb *tzdb_open(const char *folder);
void tzdb_close(tzdb *zones);

const char *tzdb_folder(const tzdb *zones);

/* Whether there is a database at all: it has "Etc/UTC". */
int tzdb_is_there(const tzdb *zones);

/*
 * The zone of a name, which lives as long as `zones`. A name is of letters, digits, "_", "+", "-" and single "/", and begins
 * with a capital letter: what is not of this form is TZ_UNKNOWN, and no file is looked for.
 *
 * Threads: any, also at once. No lock is held: two threads may read a file at the same time, and one zone is kept.
 * Errors:  see tz_status; `zone` is left alone.
 */
tz_status tzdb_find(tzdb *zones, const char *name, const tzif **zone);

#endif
