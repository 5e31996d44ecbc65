/*
 * store/backfill: see backfill.h. Rows are read on the one side and written on the other, by names.
 */
#include "store/backfill.h"

#include "base/memory.h"
#include "store/internal.h"
#include "store/jobs.h"

/* ---- numbers ---- */

brabeion_status brb_store_number(brb_store *store, const char *name, bool *there, int64_t *number,
				 brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_COUNTER, error);
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	brabeion_status status = brb_database_step(&store->database, statement, &row, error);
	*number = row ? sqlite3_column_int64(statement, 0) : 0;
	if (there)
		*there = row;
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_store_number_set(brb_store *store, const char *name, int64_t number, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_COUNTER_SET, error);
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, number);
	return brb_database_run(&store->database, statement, error);
}

brabeion_status brb_store_held_so_far(brb_store *store, int64_t *sequence, brabeion_error *error)
{
	bool row = false;
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	sqlite3_stmt *statement = brb_database_statement(&store->reader, BRB_STATEMENT_COUNTER, error);
	status = statement ? BRABEION_OK : error->status;
	if (statement) {
		sqlite3_bind_text(statement, 1, "sequence", -1, SQLITE_STATIC);
		status = brb_database_step(&store->reader, statement, &row, error);
		*sequence = row ? sqlite3_column_int64(statement, 0) : 0;
		sqlite3_reset(statement);
	}
	brb_store_end_reading(store);
	return status;
}

/* ---- rows of one side ---- */

/* What is done with each row of the other side. */
typedef brabeion_status (*row_taker)(brb_store *store, sqlite3_stmt *row, int64_t context, brabeion_error *error);

static const char *text_of(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);
	return text ? text : "";
}

/* The statement on the reading connection, whose snapshot is begun, with its first parameter bound to a text. */
static sqlite3_stmt *named_statement(brb_database *database, brb_statement which, const char *name,
				     brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(database, which, error);
	if (statement)
		sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	return statement;
}

static brabeion_status take_rows(brb_store *store, brb_database *from, sqlite3_stmt *statement, row_taker take,
				 int64_t context, brabeion_error *error)
{
	bool row = false;
	brabeion_status status;
	if (!statement)
		return error->status;
	while ((status = brb_database_step(from, statement, &row, error)) == BRABEION_OK && row)
		if ((status = take(store, statement, context, error)) != BRABEION_OK)
			break;
	sqlite3_reset(statement);
	return status;
}

/* ---- seeds ---- */

static brabeion_status take_seed(brb_store *store, sqlite3_stmt *row, int64_t context, brabeion_error *error)
{
	int64_t badge = 0, sequence = 0;
	brb_store_award seed = { .user = text_of(row, 0),
				 .level = (uint32_t)sqlite3_column_int64(row, 2),
				 .reason = text_of(row, 3),
				 .event = text_of(row, 4),
				 .event_id = text_of(row, 5),
				 .at_us = sqlite3_column_int64(row, 6),
				 .note = text_of(row, 7) };
	(void)context;
	brabeion_status status = brb_store_slug(store, text_of(row, 1), true, &badge, error);
	seed.badge = (uint32_t)badge;
	if (status == BRABEION_OK)
		status = brb_store_award_add(store, &seed, &sequence, error);
	if (status == BRABEION_OK)
		brb_store_mark(store); /* what seeds is not undone by itself */
	return status;
}

brabeion_status brb_store_seed(brb_store *store, brb_store *from, int64_t before_us, brabeion_error *error)
{
	brabeion_status status = brb_store_begin_reading(from, error);
	if (status != BRABEION_OK)
		return status;
	sqlite3_stmt *statement = brb_database_statement(&from->reader, BRB_STATEMENT_SEEDS, error);
	if (statement)
		sqlite3_bind_int64(statement, 1, before_us);
	status = take_rows(store, &from->reader, statement, take_seed, 0, error);
	brb_store_end_reading(from);
	return status;
}

/* ---- settling ---- */

brabeion_status brb_store_settle(brb_store *store, brabeion_error *error)
{
	return brb_store_write_so_far(store, error);
}

/* ---- whether there is anything ---- */

static brabeion_status ask(brb_store *store, brb_statement which, const char *name, bool *yes, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = named_statement(&store->reader, which, name, error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(&store->reader, statement, &row, error);
	*yes = row && sqlite3_column_int(statement, 0);
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_store_has_plugin_state(brb_store *store, const brb_store_owner *plugin, bool *has,
					   brabeion_error *error)
{
	bool yes = false;
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	status = ask(store, BRB_STATEMENT_PLUGIN_HAS_MEMORY, plugin->id, &yes, error);
	for (size_t i = 0; i < plugin->slug_count && status == BRABEION_OK && !yes; i++)
		status = ask(store, BRB_STATEMENT_BADGE_HAS_JOBS, plugin->slugs[i], &yes, error);
	brb_store_end_reading(store);
	if (status == BRABEION_OK)
		*has = yes;
	return status;
}

/* ---- taking over ---- */

static brabeion_status remove_named(brb_store *store, brb_statement which, const char *name, brabeion_error *error)
{
	sqlite3_stmt *statement = named_statement(&store->database, which, name, error);
	return statement ? brb_database_run(&store->database, statement, error) : error->status;
}

/* A tally or note: the third column is its value, of whichever kind. `plugin` is a number. */
static brabeion_status take_memory(brb_store *store, sqlite3_stmt *row, int64_t plugin, brabeion_error *error)
{
	int64_t memory = 0;
	bool tally = sqlite3_column_type(row, 2) == SQLITE_INTEGER;
	brabeion_status status = brb_store_memory(store, (uint32_t)plugin, text_of(row, 0), true, &memory, error);
	if (status != BRABEION_OK)
		return status;
	sqlite3_stmt *statement = brb_database_statement(
		&store->database, tally ? BRB_STATEMENT_TALLY_SET : BRB_STATEMENT_NOTE_SET, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, memory);
	sqlite3_bind_text(statement, 2, text_of(row, 1), -1, SQLITE_STATIC);
	sqlite3_bind_value(statement, 3, sqlite3_column_value(row, 2));
	return brb_database_run(&store->database, statement, error);
}

static brabeion_status take_job(brb_store *store, sqlite3_stmt *row, int64_t badge, brabeion_error *error)
{
	brb_store_job job = { .badge = (uint32_t)badge,
			      .user = text_of(row, 0),
			      .event = text_of(row, 1),
			      .event_id = text_of(row, 2),
			      .at_us = sqlite3_column_int64(row, 3),
			      .due_us = sqlite3_column_int64(row, 4) };
	return brb_store_job_add_frozen(store, &job, text_of(row, 5), error);
}

static brabeion_status take_plugin_memory(brb_store *store, brb_store *from, const char *plugin,
					  brabeion_error *error)
{
	static const brb_statement kinds[] = { BRB_STATEMENT_TALLIES_OF_PLUGIN, BRB_STATEMENT_NOTES_OF_PLUGIN };
	bool row = false;
	int64_t number = 0;
	sqlite3_stmt *statement = named_statement(&store->database, BRB_STATEMENT_PLUGIN, plugin, error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(&store->database, statement, &row, error);
	number = row ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	if (status == BRABEION_OK && !number)
		return brb_status_set(error, BRABEION_INVALID, "the plugin \"%s\" was never loaded with %s", plugin,
				      store->path);
	if (status == BRABEION_OK)
		status = remove_named(store, BRB_STATEMENT_TALLIES_REMOVE, plugin, error);
	if (status == BRABEION_OK)
		status = remove_named(store, BRB_STATEMENT_NOTES_REMOVE, plugin, error);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && status == BRABEION_OK; i++)
		status = take_rows(store, &from->reader, named_statement(&from->reader, kinds[i], plugin, error),
				   take_memory, number, error);
	return status;
}

static brabeion_status take_badge_jobs(brb_store *store, brb_store *from, const char *slug, brabeion_error *error)
{
	int64_t badge = 0;
	brabeion_status status = brb_store_slug(store, slug, true, &badge, error);
	if (status == BRABEION_OK)
		status = remove_named(store, BRB_STATEMENT_ATTEMPTS_OF_BADGE_REMOVE, slug, error);
	if (status == BRABEION_OK)
		status = remove_named(store, BRB_STATEMENT_JOBS_OF_BADGE_REMOVE, slug, error);
	if (status != BRABEION_OK)
		return status;
	store->jobs.next_is_known = false;
	return take_rows(store, &from->reader,
			 named_statement(&from->reader, BRB_STATEMENT_JOBS_OF_HISTORY, slug, error), take_job, badge,
			 error);
}

brabeion_status brb_store_take_plugin_state(brb_store *store, brb_store *from, const brb_store_owner *plugin,
					    brabeion_error *error)
{
	brabeion_status status = brb_store_begin_reading(from, error);
	if (status != BRABEION_OK)
		return status;
	status = take_plugin_memory(store, from, plugin->id, error);
	for (size_t i = 0; i < plugin->slug_count && status == BRABEION_OK; i++)
		status = take_badge_jobs(store, from, plugin->slugs[i], error);
	brb_store_end_reading(from);
	return status;
}
