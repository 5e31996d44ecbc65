/*
 * store/sqlite/health: examines a database through a connection of its own that only looks. See store/health.h.
 */

#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "store/sqlite/health_sql.h"
#include "store/sqlite/internal.h"
#include "store/sqlite/schema/compare.h"

enum { PATIENCE_MS = 1000 };

static const struct {
	int version;
	const char *sql;
} questions[] = {
#define ROW_OF(name, version, sql) { version, sql },
	BRB_HEALTH_QUESTIONS(ROW_OF)
#undef ROW_OF
};

typedef struct examiner {
	const brb_health_options *options;
	brb_health *health;
	brb_looking looking;
	sqlite3 *handle;
	brabeion_error *error;
} examiner;

/* ---- faults ---- */

static brabeion_status no_memory(examiner *self)
{
	return brb_status_no_memory(self->error);
}

/* Stops reading; keeps the first reason. */
static brabeion_status give_up(examiner *self, const char *why)
{
	if (!self->health->fault)
		self->health->fault = brb_arena_copy(&self->health->arena, why);
	return self->health->fault ? BRABEION_STORE : no_memory(self);
}

static brabeion_status fault(examiner *self)
{
	int code = sqlite3_errcode(self->handle) & 0xff;
	bool short_of_memory = code == SQLITE_NOMEM;
	if (!self->health->fault)
		self->health->refused = code == SQLITE_READONLY || code == SQLITE_CANTOPEN || code == SQLITE_PERM;
	return short_of_memory ? no_memory(self) : give_up(self, sqlite3_errmsg(self->handle));
}

/* A finding names the database itself. */
static const char *without_path(examiner *self, const char *message)
{
	size_t length = strlen(self->options->path);
	bool has_path = strncmp(message, self->options->path, length) == 0 && strncmp(message + length, ": ", 2) == 0;
	return has_path ? message + length + 2 : message;
}

/* ---- queries ---- */

/* Reads one row. False: memory is short. */
typedef bool (*row_taker)(examiner *self, sqlite3_stmt *row);

static brabeion_status take_rows(examiner *self, sqlite3_stmt *statement, row_taker take)
{
	int code;
	brb_columns columns;
	brabeion_error refusal = BRABEION_NO_ERROR;
	brb_columns_of(statement, &columns);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		if (brb_columns_check(&columns, statement, &refusal) != BRABEION_OK) {
			brabeion_status status = give_up(self, without_path(self, refusal.message));
			brabeion_error_finish(&refusal);
			return status;
		}
		if (!take(self, statement))
			return no_memory(self);
	}
	return code == SQLITE_DONE ? BRABEION_OK : fault(self);
}

static brabeion_status ask_sql(examiner *self, const char *sql, row_taker take)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(self->handle, sql, -1, &statement, NULL) != SQLITE_OK)
		return fault(self);
	int parameters = sqlite3_bind_parameter_count(statement);
	if (parameters >= 1)
		sqlite3_bind_int64(statement, 1, self->options->now_us);
	if (parameters >= 2)
		sqlite3_bind_int64(statement, 2, self->options->crowd);
	brabeion_status status = take_rows(self, statement, take);
	sqlite3_finalize(statement);
	return status;
}

static const char *text_of(examiner *self, sqlite3_stmt *row, int column)
{
	return brb_column_copy(&self->health->arena, row, column);
}

/* ---- rows ---- */

static bool take_pages(examiner *self, sqlite3_stmt *row)
{
	self->health->pages = sqlite3_column_int64(row, 0);
	self->health->free_pages = sqlite3_column_int64(row, 1);
	self->health->page_bytes = sqlite3_column_int64(row, 2);
	return true;
}

static bool take_seen(examiner *self, sqlite3_stmt *row)
{
	self->health->seen = sqlite3_column_int64(row, 0);
	self->health->seen_since_us = sqlite3_column_int64(row, 1) * 1000000;
	return true;
}

static bool take_clock(examiner *self, sqlite3_stmt *row)
{
	self->health->newest_us = sqlite3_column_int64(row, 0);
	self->health->seen_until_us = sqlite3_column_int64(row, 1) * 1000000;
	self->health->jobs_ahead = sqlite3_column_int64(row, 2);
	return true;
}

static bool take_future(examiner *self, sqlite3_stmt *row)
{
	self->health->awards_ahead = sqlite3_column_int64(row, 0);
	self->health->events_ahead = sqlite3_column_int64(row, 1);
	return true;
}

static bool take_chores(examiner *self, sqlite3_stmt *row)
{
	self->health->forgotten_us = sqlite3_column_int64(row, 0);
	self->health->chores = sqlite3_column_int64(row, 1);
	return true;
}

/* The arrays double as they grow: see brb_list_add. */
static bool take_badge(examiner *self, sqlite3_stmt *row)
{
	brb_health *health = self->health;
	brb_health_badge *badge =
		brb_list_add(&health->badges, &health->badge_count, &health->badge_capacity, sizeof *badge);
	if (!badge)
		return false;
	badge->slug = text_of(self, row, 1);
	badge->known_us = sqlite3_column_int64(row, 2) * 1000000;
	badge->has_awards = sqlite3_column_int(row, 3);
	badge->name = text_of(self, row, 4);
	return badge->slug && badge->name;
}

static bool take_level(examiner *self, sqlite3_stmt *row)
{
	brb_health *health = self->health;
	brb_health_level *level =
		brb_list_add(&health->levels, &health->level_count, &health->level_capacity, sizeof *level);
	if (!level)
		return false;
	level->slug = text_of(self, row, 0);
	level->level = (uint32_t)sqlite3_column_int64(row, 1);
	level->name = text_of(self, row, 2);
	return level->slug && level->name;
}

static bool take_quarantined(examiner *self, sqlite3_stmt *row)
{
	brb_health *health = self->health;
	brb_health_quarantined *badge = brb_list_add(&health->quarantined, &health->quarantined_count,
						     &health->quarantined_capacity, sizeof *badge);
	if (!badge)
		return false;
	badge->slug = text_of(self, row, 0);
	badge->since_us = sqlite3_column_int64(row, 1);
	badge->reason = text_of(self, row, 2);
	return badge->slug && badge->reason;
}

static bool take_failing(examiner *self, sqlite3_stmt *row)
{
	brb_health *health = self->health;
	brb_health_failing *failing =
		brb_list_add(&health->failing, &health->failing_count, &health->failing_capacity, sizeof *failing);
	if (!failing)
		return false;
	failing->slug = text_of(self, row, 0);
	failing->count = sqlite3_column_int64(row, 1);
	failing->first_us = sqlite3_column_int64(row, 2);
	failing->last_us = sqlite3_column_int64(row, 3);
	failing->event = text_of(self, row, 4);
	failing->error = text_of(self, row, 5);
	failing->kind = (brb_trouble_kind)sqlite3_column_int(row, 6);
	return failing->slug && failing->event && failing->error;
}

static bool take_unhandled(examiner *self, sqlite3_stmt *row)
{
	brb_health *health = self->health;
	brb_store_unhandled *name =
		brb_list_add(&health->unhandled, &health->unhandled_count, &health->unhandled_capacity, sizeof *name);
	if (!name)
		return false;
	name->name = text_of(self, row, 0);
	name->count = sqlite3_column_int64(row, 1);
	name->first_us = sqlite3_column_int64(row, 2);
	name->last_us = sqlite3_column_int64(row, 3);
	return name->name;
}

static bool take_parked(examiner *self, sqlite3_stmt *row)
{
	self->health->jobs.parked = sqlite3_column_int64(row, 0);
	self->health->jobs.parked_since_us = sqlite3_column_int64(row, 1);
	return true;
}

static bool take_unloaded(examiner *self, sqlite3_stmt *row)
{
	self->health->jobs.unloaded = sqlite3_column_int64(row, 0);
	return true;
}

static bool take_error(examiner *self, sqlite3_stmt *row)
{
	self->health->jobs.error = text_of(self, row, 0);
	self->health->jobs.error_times = sqlite3_column_int64(row, 1);
	return self->health->jobs.error;
}

static bool take_ready(examiner *self, sqlite3_stmt *row)
{
	self->health->jobs.ready = sqlite3_column_int64(row, 0);
	self->health->jobs.ready_since_us = sqlite3_column_int64(row, 1);
	return true;
}

static bool take_leased(examiner *self, sqlite3_stmt *row)
{
	self->health->jobs.leased = sqlite3_column_int64(row, 0);
	return true;
}

static bool take_waiting(examiner *self, sqlite3_stmt *row)
{
	self->health->jobs.waiting = sqlite3_column_int64(row, 0);
	return true;
}

static bool take_crowd(examiner *self, sqlite3_stmt *row)
{
	brb_health_jobs *jobs = &self->health->jobs;
	const char *user = text_of(self, row, 0);
	jobs->crowd[jobs->crowd_count].user = user;
	jobs->crowd[jobs->crowd_count++].jobs = sqlite3_column_int64(row, 1);
	return user;
}

/* By query. */
static const row_taker takers[] = { take_pages,     take_seen,   take_clock,       take_future,  take_chores,
				    take_badge,     take_level,  take_quarantined, take_parked,  take_unloaded,
				    take_error,     take_ready,  take_leased,      take_waiting, take_crowd,
				    take_unhandled, take_failing };

_Static_assert(sizeof takers / sizeof *takers == sizeof questions / sizeof *questions, "each question has its taker");

/* The queries whose tables this database has. */
static brabeion_status ask_all(examiner *self)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < sizeof questions / sizeof *questions && status == BRABEION_OK; i++)
		if (self->health->version >= questions[i].version &&
		    (!self->options->only_levels || takers[i] == take_level))
			status = ask_sql(self, questions[i].sql, takers[i]);
	return status;
}

/* ---- the WAL ---- */

/* Positions in the WAL's shared index (sqlite.org/walformat.html, section 2.1), as 32-bit numbers. */
enum { INDEX_BYTES = 32768, LAST_FRAME_AT = 4, TAKEN_IN_AT = 24 };

/*
 * How much of the WAL is not checkpointed. Reads without a lock, through SQLite's own mapping, since closing another
 * descriptor would drop its locks: numbers that change meanwhile may be inconsistent.
 */
static void look_at_journal(examiner *self)
{
	brb_health *health = self->health;
	sqlite3_file *file = NULL;
	void volatile *mapped = NULL;
	health->wal_pages = -1;
	sqlite3_file_control(self->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (!file || !file->pMethods || file->pMethods->iVersion < 2 || !file->pMethods->xShmMap ||
	    !health->file.wal_bytes || file->pMethods->xShmMap(file, 0, INDEX_BYTES, 0, &mapped) != SQLITE_OK ||
	    !mapped)
		return;
	const volatile uint32_t *words = mapped;
	uint32_t last = words[LAST_FRAME_AT], taken_in = words[TAKEN_IN_AT];
	health->wal_pages = last;
	health->wal_behind = taken_in < last ? (int64_t)last - taken_in : 0;
}

/* ---- each page ---- */

/* "ok", or the first fault. */
static bool take_check(examiner *self, sqlite3_stmt *row)
{
	brb_health *health = self->health;
	const char *text = text_of(self, row, 0);
	if (text && !health->damage && strcmp(text, "ok") != 0)
		health->damage = text;
	return text;
}

/* ---- the whole ---- */

static bool take_version(examiner *self, sqlite3_stmt *row)
{
	self->health->version = sqlite3_column_int64(row, 0);
	return true;
}

static bool take_nothing(examiner *self, sqlite3_stmt *row)
{
	(void)self;
	(void)row;
	return true;
}

static brabeion_status compare_schema(examiner *self)
{
	brabeion_error refusal = BRABEION_NO_ERROR;
	brabeion_status status = brb_schema_compare(self->handle, &brb_schema_ours, &refusal);
	if (status != BRABEION_OK)
		status = status == BRABEION_NO_MEMORY ? no_memory(self) : give_up(self, refusal.message);
	brabeion_error_finish(&refusal);
	return status;
}

static brabeion_status look(examiner *self)
{
	brabeion_status status = ask_sql(self, "PRAGMA cell_size_check = ON", take_nothing);
	if (status == BRABEION_OK)
		status = ask_sql(self, "BEGIN", take_nothing);
	if (status == BRABEION_OK)
		status = ask_sql(self, "PRAGMA user_version", take_version);
	if (status == BRABEION_OK && !self->health->version)
		return give_up(self, "is empty");
	if (status == BRABEION_OK && self->health->version < 0)
		return give_up(self,
			       "is being migrated, or was when the process that did it ended: open it to go on");
	if (status == BRABEION_OK && self->health->version == self->health->knows)
		status = compare_schema(self);
	if (status == BRABEION_OK)
		status = ask_all(self);
	if (status == BRABEION_OK)
		look_at_journal(self);
	if (status == BRABEION_OK && self->options->thorough)
		status = ask_sql(self, "PRAGMA quick_check(1)", take_check);
	return status;
}

/* What keeps the database from being looked at at all is a finding. */
static brabeion_status connect(examiner *self)
{
	brabeion_error refusal = BRABEION_NO_ERROR;
	brabeion_status status = brb_looking_open(&self->looking, self->options->path, &self->handle, &refusal);
	if (status == BRABEION_NO_MEMORY)
		no_memory(self);
	else if (status != BRABEION_OK)
		give_up(self, without_path(self, refusal.message));
	else
		sqlite3_busy_timeout(self->handle, PATIENCE_MS);
	self->health->refused = self->looking.refused;
	brabeion_error_finish(&refusal);
	return status;
}

brabeion_status brb_sqlite_health(const brb_health_options *options, brb_health *health, brabeion_error *error)
{
	examiner self = { .options = options, .health = health, .error = error };
	health->knows = brb_schema_ours.version;
	brabeion_status status = brb_sqlite_read_file(options->path, &health->file, error);
	if (status == BRABEION_ABSENT || status == BRABEION_NO_MEMORY)
		return status;
	if (status != BRABEION_OK) {
		give_up(&self, error->message);
		brabeion_error_finish(error);
	} else if (connect(&self) == BRABEION_OK) {
		look(&self);
	}
	brb_looking_end(&self.looking, self.handle);
	sqlite3_close(self.handle);
	return error->status;
}
