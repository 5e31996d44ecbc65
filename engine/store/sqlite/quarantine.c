/*
 * store/sqlite/quarantine: which badges are quarantined, since when and why: a row each. Rows come and go by the reading
 * connection, in no event's transaction, so that the outcome of none matters here.
 *
 * Adding and asking are done while an event waits: they wait for no long list, and hardly for another writer.
 */
#include "base/list.h"
#include "store/sqlite/internal.h"

enum { IMPATIENT_US = 20000 };

/* BRABEION_BUSY when the connection is in use and the caller impatient. */
static brabeion_status enter(brb_store_db *db, bool patient, brabeion_error *error)
{
	if (patient)
		pthread_mutex_lock(&db->reading);
	else if (pthread_mutex_trylock(&db->reading) != 0)
		return brb_status_set(error, BRABEION_BUSY, "%s: a list is being read", db->options->path);
	brabeion_status status = brb_sqlite_ready_reader_locked(db, error);
	if (status != BRABEION_OK)
		pthread_mutex_unlock(&db->reading);
	else if (!patient)
		db->reader.busy_timeout_us = IMPATIENT_US;
	return status;
}

static void leave(brb_store_db *db)
{
	db->reader.busy_timeout_us = db->options->busy_timeout_ms * 1000;
	pthread_mutex_unlock(&db->reading);
}

static brabeion_status add(brb_store_db *db, const brb_store_quarantined *badge, brabeion_error *error)
{
	brabeion_status status = enter(db, false, error);
	if (status != BRABEION_OK)
		return status;
	status = brb_database_run(&db->reader, BRB_STATEMENT_QUARANTINE_ADD,
				  WITH(INT(badge->badge), INT(badge->since_us), TEXT(badge->reason)), error);
	leave(db);
	return status;
}

static brabeion_status is_there_locked(brb_store_db *db, int64_t badge, bool *there, brabeion_error *error)
{
	int64_t one;
	return brb_database_number(&db->reader, BRB_STATEMENT_QUARANTINE, WITH(INT(badge)), there, &one, error);
}

static brabeion_status has(brb_store_db *db, uint32_t badge, bool *quarantined, brabeion_error *error)
{
	brabeion_status status = enter(db, false, error);
	if (status != BRABEION_OK)
		return status;
	status = is_there_locked(db, badge, quarantined, error);
	leave(db);
	return status;
}

/* Looks before it writes: mostly there is nothing to remove, and readers do not wait for writers. */
static brabeion_status remove_locked(brb_store_db *db, const char *slug, bool *removed, brabeion_error *error)
{
	int64_t badge = 0;
	bool there = false;
	brabeion_status status =
		brb_database_number(&db->reader, BRB_STATEMENT_BADGE, WITH(TEXT(slug)), NULL, &badge, error);
	if (status == BRABEION_OK && badge)
		status = is_there_locked(db, badge, &there, error);
	if (status == BRABEION_OK && there)
		status = brb_database_run(&db->reader, BRB_STATEMENT_QUARANTINE_REMOVE, WITH(INT(badge)), error);
	if (status == BRABEION_OK)
		*removed = there && sqlite3_changes(db->reader.handle) > 0;
	return status;
}

static brabeion_status remove_badge(brb_store_db *db, const char *slug, bool *removed, brabeion_error *error)
{
	brabeion_status status = enter(db, true, error);
	if (status != BRABEION_OK)
		return status;
	status = remove_locked(db, slug, removed, error);
	leave(db);
	return status;
}

typedef struct list_reading {
	brb_arena *arena;
	brb_store_quarantined **list;
	size_t *count, capacity;
} list_reading;

static brabeion_status read_row(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	list_reading *reading = context;
	brb_store_quarantined *badge = brb_list_add(reading->list, reading->count, &reading->capacity, sizeof *badge);
	if (!badge)
		return brb_status_no_memory(error);
	badge->badge = (uint32_t)sqlite3_column_int64(row, 0);
	badge->since_us = sqlite3_column_int64(row, 1);
	badge->reason = brb_column_copy(reading->arena, row, 2);
	badge->slug = brb_column_copy(reading->arena, row, 3);
	return badge->reason && badge->slug ? BRABEION_OK : brb_status_no_memory(error);
}

static brabeion_status list_badges(brb_store_db *db, brb_arena *arena, brb_store_quarantined **list, size_t *count,
				   brabeion_error *error)
{
	list_reading reading = { .arena = arena, .list = list, .count = count };
	brabeion_status status = enter(db, true, error);
	if (status != BRABEION_OK)
		return status;
	status = brb_database_each(&db->reader, BRB_STATEMENT_QUARANTINES, WITH_NOTHING, read_row, &reading, error);
	leave(db);
	return status;
}

typedef struct passed_reading {
	brb_store_passed **list;
	size_t *count, capacity;
} passed_reading;

static brabeion_status read_passed(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	passed_reading *reading = context;
	brb_store_passed *passed = brb_list_add(reading->list, reading->count, &reading->capacity, sizeof *passed);
	if (!passed)
		return brb_status_no_memory(error);
	*passed = (brb_store_passed){ .badge = (uint32_t)sqlite3_column_int64(row, 0),
				      .count = sqlite3_column_int64(row, 1),
				      .first_us = sqlite3_column_int64(row, 2),
				      .last_us = sqlite3_column_int64(row, 3) };
	return BRABEION_OK;
}

static brabeion_status list_passed(brb_store_db *db, brb_store_passed **list, size_t *count, brabeion_error *error)
{
	passed_reading reading = { .list = list, .count = count };
	brabeion_status status = enter(db, true, error);
	if (status != BRABEION_OK)
		return status;
	status = brb_database_each(&db->reader, BRB_STATEMENT_PASSED, WITH_NOTHING, read_passed, &reading, error);
	leave(db);
	return status;
}

const brb_driver_quarantine brb_sqlite_quarantine = {
	.add = add,
	.has = has,
	.remove = remove_badge,
	.list = list_badges,
	.list_passed = list_passed,
};
