/*
 * store_fixture: a store in a temporary folder, calls that must succeed, and a second SQLite connection to look at the
 * tables.
 */
#ifndef BRB_TESTS_STORE_FIXTURE_H
#define BRB_TESTS_STORE_FIXTURE_H

#include <criterion/criterion.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/operator/user_change.h"
#include "store/store.h"
#include "support/folder.h"

extern char folder[PATH_BYTES]; /* of the current test */
extern char path[PATH_BYTES];   /* badges.db in it */

void make_store_folder(void);
void remove_store_folder(void);

/* ---- opening ---- */

brb_store_options default_options(void);
brb_store *open_with(const brb_store_options *options);
brb_store *open_store(void);

/* Opening fails with this status and the message "PATH" followed by `words`. */
void expect_no_opening(brabeion_status status, const char *words);

/* Asserts the status `answer` and the message `words`; frees the message. */
void expect_error(brabeion_status answer, brabeion_status status, brabeion_error *error, const char *words);

#define WELL(call)                                                                    \
	do {                                                                          \
		brabeion_error well_error = BRABEION_NO_ERROR, *error = &well_error;  \
		cr_assert_eq(call, BRABEION_OK, "%s: %s", #call, well_error.message); \
		cr_assert_null(well_error.message);                                   \
	} while (0)

/* Does all that forgetting and merging have left. */
void sweep_all(brb_store *store);

void begin(brb_store *store);
void commit(brb_store *store);

/* ---- memory, of plugin 1 by default ---- */

/* Memory of things, by text keys; by plugin, from 0. */
extern brb_store_memory numbers_of_things[2], texts_of_things[2];

/* A number and a text of a thing, "" being one of its own; `name` is the key. */
int64_t tally_of(brb_store *store, uint32_t plugin, const char *name, const char *thing);
void set_tally_of(brb_store *store, uint32_t plugin, const char *name, const char *thing, int64_t number);
const char *note_of(brb_store *store, uint32_t plugin, const char *name, const char *thing);
void set_note_of(brb_store *store, uint32_t plugin, const char *name, const char *thing, const char *text);
int64_t tally(brb_store *store, const char *name);
void set_tally(brb_store *store, const char *name, int64_t value);
const char *note(brb_store *store, const char *name);
void set_note(brb_store *store, const char *name, const char *text);

/* What is committed, read by another store. */
int64_t kept_tally(const char *name);
const char *kept_note(const char *name);

/* ---- awards ---- */

/* Registers two badges of 100 levels, "first" with number 1 and "second" with number 2. */
void register_badges(brb_store *store);

/* The sequence of the new award, 0 when it was held. */
int64_t award(brb_store *store, const char *user, uint32_t badge, uint32_t level, const char *reason);

/* "count, highest level" of what the user holds. */
const char *held(brb_store *store, const char *user, const char *slug);

/* ---- a second connection ---- */

sqlite3 *open_own(void);
void own_run(sqlite3 *own, const char *sql);

/* The first column of the first row, read by a new connection. */
int64_t own_number(const char *sql);

#endif
