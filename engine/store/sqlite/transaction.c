/*
 * store/sqlite/transaction: transactions, the effects that they write, and the single values that they read.
 */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "store/sqlite/internal.h"

/* ---- begin and end ---- */

static brabeion_status begin(brb_store_db *db, bool *foreign, brabeion_error *error)
{
	brabeion_status status = brb_database_run(&db->writer, BRB_STATEMENT_BEGIN, WITH_NOTHING, error);
	if (status != BRABEION_OK)
		return status;
	db->has_news = false;
	db->jobs_ready = false;
	*foreign = brb_database_data_version(&db->writer) != db->known_version;
	return BRABEION_OK;
}

static brabeion_status commit(brb_store_db *db, bool *jobs_ready, brabeion_error *error)
{
	brabeion_status status = brb_database_check_in_place(&db->writer, error);
	if (status == BRABEION_OK)
		status = brb_database_run(&db->writer, BRB_STATEMENT_COMMIT, WITH_NOTHING, error);
	if (status != BRABEION_OK)
		return status;
	if (db->has_news || db->jobs_ready)
		brb_sqlite_wake_watches(db);
	*jobs_ready = db->jobs_ready;
	db->known_version = brb_database_data_version(&db->writer);
	return BRABEION_OK;
}

static void rollback(brb_store_db *db)
{
	brb_database_roll_back(&db->writer);
	db->sweep.under_way = false;
}

/* ---- writing ---- */

static brabeion_status write_value(brb_store_db *db, const brb_effect_value *value, brabeion_error *error)
{
	brb_statement which = value->is_tally ? BRB_STATEMENT_TALLY_SET
			      : value->note   ? BRB_STATEMENT_NOTE_SET
					      : BRB_STATEMENT_NOTE_REMOVE;
	const brb_sql_value values[] = { INT(value->memory), TEXT(value->subject),
					 value->is_tally ? INT(value->tally) : TEXT(value->note) };
	return brb_database_run(&db->writer, which, values, which == BRB_STATEMENT_NOTE_REMOVE ? 2 : 3, error);
}

static brabeion_status write_award(brb_store_db *db, const brb_effect_award *award, brabeion_error *error)
{
	return brb_database_run(&db->writer, BRB_STATEMENT_AWARD_ADD,
				WITH(INT(award->sequence), INT(award->user), INT(award->badge), INT(award->level),
				     TEXT(award->reason), INT(award->event), TEXT(award->event_id), INT(award->at_us),
				     TEXT(award->note)),
				error);
}

static brabeion_status write_effects(brb_store_db *db, const brb_effects *effects, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < effects->value_count && status == BRABEION_OK; i++)
		status = write_value(db, &effects->values[i], error);
	for (size_t i = 0; i < effects->award_count && status == BRABEION_OK; i++)
		status = write_award(db, &effects->awards[i], error);
	db->has_news |= effects->award_count > 0;
	if (status == BRABEION_OK)
		status = brb_sqlite_write_jobs(db, effects->jobs, effects->job_count, error);
	for (size_t i = 0; i < effects->counter_count && status == BRABEION_OK; i++)
		status = brb_database_run(&db->writer, BRB_STATEMENT_COUNTER_SET,
					  WITH(TEXT(effects->counters[i].name), INT(effects->counters[i].value)),
					  error);
	return status;
}

/* ---- names ---- */

static brabeion_status create_number(brb_store_db *db, brb_name_kind kind, uint32_t plugin, const char *name,
				     int64_t *number, brabeion_error *error)
{
	static const brb_statement inserts[] = {
		[BRB_NAME_USER] = BRB_STATEMENT_USER_ADD,     [BRB_NAME_EVENT] = BRB_STATEMENT_EVENT_ADD,
		[BRB_NAME_BADGE] = BRB_STATEMENT_BADGE_ADD,   [BRB_NAME_PLUGIN] = BRB_STATEMENT_PLUGIN_ADD,
		[BRB_NAME_MEMORY] = BRB_STATEMENT_MEMORY_ADD,
	};
	/* of a badge, since when it is known: `doctor` does not report a new badge as one that never fires */
	int64_t second = kind == BRB_NAME_BADGE ? brb_clock_now_us(&db->options->clock) / 1000000 : plugin;
	size_t count = kind == BRB_NAME_BADGE || kind == BRB_NAME_MEMORY ? 2 : 1;
	const brb_sql_value values[] = { TEXT(name), INT(second) };
	brabeion_status status = brb_database_run(&db->writer, inserts[kind], values, count, error);
	if (status == BRABEION_OK)
		*number = sqlite3_last_insert_rowid(db->writer.handle);
	return status;
}

static brabeion_status number(brb_store_db *db, brb_name_kind kind, uint32_t plugin, const char *name, int64_t *out,
			      brabeion_error *error)
{
	static const brb_statement selects[] = {
		[BRB_NAME_USER] = BRB_STATEMENT_USER,     [BRB_NAME_EVENT] = BRB_STATEMENT_EVENT,
		[BRB_NAME_BADGE] = BRB_STATEMENT_BADGE,   [BRB_NAME_PLUGIN] = BRB_STATEMENT_PLUGIN,
		[BRB_NAME_MEMORY] = BRB_STATEMENT_MEMORY,
	};
	const brb_sql_value values[] = { TEXT(name), INT(plugin) };
	return brb_database_number(&db->writer, selects[kind], values, kind == BRB_NAME_MEMORY ? 2 : 1, NULL, out,
				   error);
}

static brabeion_status set_levels(brb_store_db *db, const brb_store_badge *badge, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (uint32_t i = 0; i < badge->level_count && status == BRABEION_OK; i++) {
		int64_t same = 0;
		const brb_sql_value level[] = { INT(badge->number), INT(i + 1), TEXT(badge->levels[i].name),
						TEXT(badge->levels[i].description) };
		status = brb_database_number(&db->writer, BRB_STATEMENT_LEVEL, level, 4, NULL, &same, error);
		if (status == BRABEION_OK && !same)
			status = brb_database_run(&db->writer, BRB_STATEMENT_LEVEL_SET, level, 4, error);
	}
	return status;
}

/* ---- single values ---- */

static brabeion_status counter(brb_store_db *db, const char *name, bool *found, int64_t *value, brabeion_error *error)
{
	return brb_database_number(&db->writer, BRB_STATEMENT_COUNTER, WITH(TEXT(name)), found, value, error);
}

static brabeion_status tally(brb_store_db *db, int64_t memory, const char *subject, int64_t *value,
			     brabeion_error *error)
{
	return brb_database_number(&db->writer, BRB_STATEMENT_TALLY, WITH(INT(memory), TEXT(subject)), NULL, value,
				   error);
}

static brabeion_status read_note(void *text, sqlite3_stmt *row, brabeion_error *error)
{
	char **note = text;
	const char *found = (const char *)sqlite3_column_text(row, 0);
	*note = found ? brb_memory_copy(found) : NULL;
	return *note ? BRABEION_OK : brb_status_no_memory(error);
}

static brabeion_status note(brb_store_db *db, int64_t memory, const char *subject, char **text, brabeion_error *error)
{
	char *found = NULL;
	brabeion_status status = brb_database_each(&db->writer, BRB_STATEMENT_NOTE, WITH(INT(memory), TEXT(subject)),
						   read_note, &found, error);
	if (status == BRABEION_OK)
		*text = found;
	else
		brb_memory_release(found);
	return status;
}

typedef struct held_visit {
	void (*visit)(void *context, const brb_held_row *row);
	void *context;
} held_visit;

static brabeion_status read_held(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	const held_visit *visit = context;
	brb_held_row held = { .level = sqlite3_column_int64(row, 0),
			      .has_reason = !sqlite3_column_int(row, 1),
			      .revoked = sqlite3_column_int(row, 2),
			      .lapsed = sqlite3_column_int(row, 3) };
	(void)error;
	visit->visit(visit->context, &held);
	return BRABEION_OK;
}

static brabeion_status held(brb_store_db *db, uint32_t badge, int64_t user,
			    void (*visit)(void *context, const brb_held_row *row), void *context,
			    brabeion_error *error)
{
	return brb_database_each(&db->writer, BRB_STATEMENT_HELD, WITH(INT(badge), INT(user)), read_held,
				 &(held_visit){ visit, context }, error);
}

static brabeion_status award_state(brb_store_db *db, uint32_t badge, int64_t user, uint32_t level, const char *reason,
				   brb_award_state *state, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_bind(&db->writer, BRB_STATEMENT_HELD_FOR,
						    WITH(INT(badge), INT(user), INT(level), TEXT(reason)), error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(&db->writer, statement, &row, error);
	if (status != BRABEION_OK)
		return status;
	*state = (brb_award_state){ .known = row };
	state->revoked = row && sqlite3_column_int(statement, 0);
	state->lapsed = row && sqlite3_column_int(statement, 1);
	sqlite3_reset(statement);
	return BRABEION_OK;
}

/* ---- seen ids ---- */

static brabeion_status see(brb_store_db *db, const char *id, int64_t event, int64_t user, int64_t arrived_s,
			   int64_t cutoff_s, bool *first, brabeion_error *error)
{
	brabeion_status status =
		brb_database_run(&db->writer, BRB_STATEMENT_SEE,
				 WITH(TEXT(id), INT(event), INT(user), INT(arrived_s), INT(cutoff_s)), error);
	if (status == BRABEION_OK)
		*first = sqlite3_changes(db->writer.handle) > 0;
	return status;
}

typedef struct sweep_step {
	brb_store_db *db;
	int64_t cutoff_s, rows;
} sweep_step;

/* Removing the row that the walk is at leaves the walk where it is. */
static brabeion_status sweep_row(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	sweep_step *step = context;
	brb_store_db *db = step->db;
	step->rows++;
	snprintf(db->sweep.id, sizeof db->sweep.id, "%s", brb_column_text(row, 0));
	db->sweep.event = sqlite3_column_int64(row, 1);
	db->sweep.user = sqlite3_column_int64(row, 2);
	if (sqlite3_column_int64(row, 3) >= step->cutoff_s)
		return BRABEION_OK;
	return brb_database_run(&db->writer, BRB_STATEMENT_SEEN_REMOVE,
				WITH(TEXT(db->sweep.id), INT(db->sweep.event), INT(db->sweep.user)), error);
}

/* A walk along the primary key, so that no index by time is needed. */
static brabeion_status sweep_seen(brb_store_db *db, int64_t cutoff_s, int64_t rows, bool *done, brabeion_error *error)
{
	char after[sizeof db->sweep.id] = "";
	sweep_step step = { .db = db, .cutoff_s = cutoff_s };
	if (!db->sweep.under_way)
		db->sweep.id[0] = '\0', db->sweep.event = 0, db->sweep.user = 0;
	memcpy(after, db->sweep.id, sizeof after);
	brabeion_status status = brb_database_each(
		&db->writer, BRB_STATEMENT_SEEN_AFTER,
		WITH(TEXT(after), INT(db->sweep.event), INT(db->sweep.user), INT(rows)), sweep_row, &step, error);
	if (status != BRABEION_OK)
		return status;
	*done = step.rows < rows;
	db->sweep.under_way = !*done;
	return BRABEION_OK;
}

const brb_driver_transaction brb_sqlite_transaction = {
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.write = write_effects,
	.counter = counter,
	.number = number,
	.create_number = create_number,
	.set_levels = set_levels,
	.tally = tally,
	.note = note,
	.held = held,
	.award_state = award_state,
	.see = see,
	.sweep_seen = sweep_seen,
	.revoke = brb_sqlite_revoke,
};
