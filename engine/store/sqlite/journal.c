/*
 * store/sqlite/journal: the rows of the events' journal.
 */
#include "store/sqlite/internal.h"
#include "store/sqlite/owners.h"

static brabeion_status add(brb_store_db *db, const brb_journal_row *row, brabeion_error *error)
{
	return brb_database_run(&db->writer, BRB_STATEMENT_JOURNAL_ADD,
				WITH(INT(row->sequence), INT(row->cause), INT(row->kind), INT(row->arrived_us),
				     INT(row->at_us), INT(row->user_number), INT(row->event_number),
				     TEXT(row->event_id), TEXT(row->state), BLOB(row->verdicts, row->verdict_bytes),
				     row->has_offset ? INT(row->offset_minutes) : TEXT(NULL)),
				error);
}

static brabeion_status sweep(brb_store_db *db, int64_t cutoff_us, int64_t excess_bytes, int64_t rows,
			     int64_t *freed_bytes, int64_t *oldest_us, brabeion_error *error)
{
	bool row;
	int64_t last = 0, freed = 0;
	brabeion_status status;
	sqlite3_stmt *walk = brb_database_bind(&db->writer, BRB_STATEMENT_JOURNAL_OLDEST, WITH(INT(rows)), error);
	if (!walk)
		return error->status;
	while ((status = brb_database_step(&db->writer, walk, &row, error)) == BRABEION_OK && row) {
		*oldest_us = sqlite3_column_int64(walk, 1);
		if (*oldest_us >= cutoff_us && freed >= excess_bytes)
			break;
		last = sqlite3_column_int64(walk, 0);
		freed += BRB_JOURNAL_ROW_BYTES + sqlite3_column_bytes(walk, 2) + sqlite3_column_bytes(walk, 3) +
			 sqlite3_column_bytes(walk, 4);
	}
	sqlite3_reset(walk);
	if (status == BRABEION_OK && last)
		status = brb_database_run(&db->writer, BRB_STATEMENT_JOURNAL_REMOVE, WITH(INT(last)), error);
	if (status == BRABEION_OK)
		*freed_bytes = freed;
	return status;
}

/* ---- reading ---- */

/* False: memory is short. */
static bool read_row(sqlite3_stmt *row, brb_journal_row *out)
{
	enum { SEQUENCE, CAUSE, KIND, ARRIVED, AT, USER, EVENT, EVENT_ID, STATE, VERDICTS, CLOCK };
	*out = (brb_journal_row){ .sequence = sqlite3_column_int64(row, SEQUENCE),
				  .cause = sqlite3_column_int64(row, CAUSE),
				  .kind = (brabeion_entry_kind)sqlite3_column_int(row, KIND),
				  .arrived_us = sqlite3_column_int64(row, ARRIVED),
				  .at_us = sqlite3_column_int64(row, AT),
				  .user = (const char *)sqlite3_column_text(row, USER),
				  .event = (const char *)sqlite3_column_text(row, EVENT),
				  .event_id = (const char *)sqlite3_column_text(row, EVENT_ID),
				  .state = brb_column_text(row, STATE),
				  .verdicts = sqlite3_column_blob(row, VERDICTS),
				  .verdict_bytes = (size_t)sqlite3_column_bytes(row, VERDICTS),
				  .has_offset = sqlite3_column_type(row, CLOCK) != SQLITE_NULL,
				  .offset_minutes = sqlite3_column_int(row, CLOCK) };
	return out->user && out->event && out->event_id;
}

static sqlite3_stmt *bind_range(brb_store_db *db, const brb_store_journal_range *range, brabeion_error *error)
{
	if (range->user)
		return brb_database_bind(&db->reader, BRB_STATEMENT_JOURNAL_OF_USER,
					 WITH(TEXT(range->user), INT(range->since_us)), error);
	return brb_database_bind(&db->reader, BRB_STATEMENT_JOURNAL_FORWARD,
				 WITH(INT(range->after), INT(range->until ? range->until : INT64_MAX),
				      INT(range->events_only), INT(brb_sql_limit(range->limit))),
				 error);
}

static brabeion_status read_range(brb_store_db *db, const brb_store_journal_range *range, brb_journal_visit visit,
				  void *context, brabeion_error *error)
{
	bool row, stop = false;
	brabeion_status status = BRABEION_OK;
	sqlite3_stmt *statement = bind_range(db, range, error);
	if (!statement)
		return error->status;
	while (!stop && (status = brb_database_step(&db->reader, statement, &row, error)) == BRABEION_OK && row) {
		brb_journal_row journal;
		status = read_row(statement, &journal) ? visit(context, &journal, &stop, error)
						       : brb_status_no_memory(error);
		if (status != BRABEION_OK)
			break;
	}
	sqlite3_reset(statement);
	return status;
}

static brabeion_status read_journal(brb_store_db *db, const brb_store_journal_range *range, brb_journal_visit visit,
				    void *context, brabeion_error *error)
{
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = read_range(db, range, visit, context, error);
	brb_sqlite_end_reading(db);
	return status;
}

static brabeion_status slug(brb_store_db *db, uint32_t badge, brb_arena *arena, const char **out,
			    brabeion_error *error)
{
	brabeion_status status =
		brb_database_text(&db->reader, BRB_STATEMENT_SLUG, WITH(INT(badge)), arena, out, error);
	if (status == BRABEION_OK && !*out)
		*out = "";
	return status;
}

static brabeion_status user_name(brb_store_db *db, int64_t number, char name[BRB_SUBJECT_BYTES_MOST + 1],
				 brabeion_error *error)
{
	return brb_owners_user_name(&db->reader, number, name, error);
}

/* The first row and the last, which may be one. */
static brabeion_status read_end(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	brabeion_journal_info *info = context;
	(void)error;
	info->last = sqlite3_column_int64(row, 0);
	info->until_us = sqlite3_column_int64(row, 1);
	if (!info->first) {
		info->first = info->last;
		info->since_us = info->until_us;
	}
	return BRABEION_OK;
}

static brabeion_status info(brb_store_db *db, brabeion_journal_info *out, brabeion_error *error)
{
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	out->first = out->last = out->since_us = out->until_us = 0;
	status = brb_database_each(&db->reader, BRB_STATEMENT_JOURNAL_ENDS, WITH_NOTHING, read_end, out, error);
	if (status == BRABEION_OK)
		status = brb_database_number(&db->reader, BRB_STATEMENT_COUNTER, WITH(TEXT("journal_bytes")), NULL,
					     &out->used_bytes, error);
	brb_sqlite_end_reading(db);
	return status;
}

static brabeion_status read_heard(brb_store_db *db, brb_statement which, const char *event, const char *user,
				  int64_t *arrived_us, brabeion_error *error)
{
	bool found = false;
	const brb_sql_value names[] = { TEXT(event), TEXT(user) };
	brabeion_status status =
		brb_database_number(&db->reader, which, names, user ? 2 : 1, &found, arrived_us, error);
	if (status == BRABEION_OK && !found)
		*arrived_us = INT64_MIN;
	return status;
}

static brabeion_status heard(brb_store_db *db, const char *user, brabeion_heard *out, brabeion_error *error)
{
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = read_heard(db, BRB_STATEMENT_JOURNAL_HEARD_OF_USER, out->event, user, &out->of_user_us, error);
	out->of_anyone_us = out->of_user_us;
	if (status == BRABEION_OK && out->of_user_us == INT64_MIN)
		status = read_heard(db, BRB_STATEMENT_JOURNAL_HEARD, out->event, NULL, &out->of_anyone_us, error);
	brb_sqlite_end_reading(db);
	return status;
}

const brb_driver_journal brb_sqlite_journal = {
	.add = add,
	.sweep = sweep,
	.read = read_journal,
	.slug = slug,
	.user_name = user_name,
	.info = info,
	.heard = heard,
};
