/*
 * store/journal: writing and sweeping. See journal.h; reading is in journal_lists.c, what becomes of names in
 * journal_names.c.
 *
 * What the rows take is counted as they come and go, so that no commit has to add it up. The counts live in the table
 * of counters, and here for as long as nobody else commits.
 */
#include "store/journal.h"

#include "store/internal.h"
#include "store/state.h"

enum { ROW_BYTES = 80, ROWS_PER_ROW = 2, ROWS_AT_LEAST = 16 };

/* A journal that is written no more is looked after as rarely as that. */
#define IDLE_LOOK_US (INT64_C(60) * 1000000)

static const char *const counter_names[BRB_JOURNAL_COUNTERS] = { "journal_sequence", "journal_bytes",
								 "journal_keep_us", "journal_max_bytes" };

/* ---- counters ---------------------------------------------------------------------------------------------------- */

static brabeion_status read_counter(brb_database *database, const char *name, int64_t *value, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_statement(database, BRB_STATEMENT_COUNTER, error);
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	brabeion_status status = brb_database_step(database, statement, &row, error);
	*value = row ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_journal_read_counters(brb_database *database, int64_t values[BRB_JOURNAL_COUNTERS],
					  brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (int i = 0; i < BRB_JOURNAL_COUNTERS && status == BRABEION_OK; i++)
		status = read_counter(database, counter_names[i], &values[i], error);
	return status;
}

static brabeion_status know(brb_store *store, brabeion_error *error)
{
	if (store->journal.is_known)
		return BRABEION_OK;
	brabeion_status status = brb_journal_read_counters(&store->database, store->journal.written, error);
	memcpy(store->journal.now, store->journal.written, sizeof store->journal.now);
	store->journal.is_known = status == BRABEION_OK;
	store->journal.oldest_us = INT64_MIN;
	return status;
}

brabeion_status brb_journal_write_counters(brb_store *store, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (int i = 0; store->journal.is_known && i < BRB_JOURNAL_COUNTERS && status == BRABEION_OK; i++) {
		if (store->journal.now[i] == store->journal.written[i])
			continue;
		sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_COUNTER_SET, error);
		if (!statement)
			return error->status;
		sqlite3_bind_text(statement, 1, counter_names[i], -1, SQLITE_STATIC);
		sqlite3_bind_int64(statement, 2, store->journal.now[i]);
		status = brb_database_run(&store->database, statement, error);
		store->journal.written[i] = store->journal.now[i]; /* a rollback forgets all of it */
	}
	return status;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

brabeion_status brb_store_journal_next(brb_store *store, int64_t *sequence, brabeion_error *error)
{
	brabeion_status status = know(store, error);
	if (status == BRABEION_OK)
		*sequence = ++store->journal.now[BRB_JOURNAL_SEQUENCE];
	return status;
}

/* The fields that are JSON, when some are not: an event may hold what its journal cannot. */
static brabeion_status write_what_can_be(brb_builder *state, const brabeion_field *fields, size_t count,
					 brabeion_error *error)
{
	brb_arena arena = { 0 };
	brb_builder one = { 0 };
	size_t kept = 0;
	brabeion_field *good = brb_arena_take(&arena, (count + 1) * sizeof *good);
	brabeion_status status = good ? BRABEION_OK : brb_status_no_memory(error);
	for (size_t i = 0; good && i < count; i++) {
		brabeion_error ignored = BRABEION_NO_ERROR;
		brb_builder_reset(&one);
		if (brb_state_write(&one, &fields[i], 1, &ignored) == BRABEION_OK)
			good[kept++] = fields[i];
		brabeion_error_finish(&ignored);
	}
	brb_builder_reset(state);
	if (status == BRABEION_OK)
		status = brb_state_write(state, good, kept, error);
	brb_builder_finish(&one);
	brb_arena_finish(&arena);
	return status;
}

static brabeion_status write_state(brb_builder *state, const brb_store_entry *entry, brabeion_error *error)
{
	brabeion_error wrong = BRABEION_NO_ERROR;
	brb_builder_reset(state);
	brabeion_status status = brb_state_write(state, entry->fields, entry->field_count, &wrong);
	if (status == BRABEION_INVALID) {
		brabeion_error_finish(&wrong);
		status = write_what_can_be(state, entry->fields, entry->field_count, &wrong);
	}
	if (status == BRABEION_OK && state->failed)
		status = brb_status_no_memory(&wrong);
	return status == BRABEION_OK ? BRABEION_OK : brb_status_hand_over(error, &wrong);
}

static brabeion_status insert(brb_store *store, const brb_store_entry *entry, int64_t user, int64_t event,
			      brabeion_error *error)
{
	const brb_builder *state = &store->journal.state;
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_JOURNAL_ADD, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, entry->sequence);
	sqlite3_bind_int64(statement, 2, entry->cause);
	sqlite3_bind_int64(statement, 3, (int64_t)entry->kind);
	sqlite3_bind_int64(statement, 4, entry->arrived_us);
	sqlite3_bind_int64(statement, 5, entry->at_us);
	sqlite3_bind_int64(statement, 6, user);
	sqlite3_bind_int64(statement, 7, event);
	sqlite3_bind_text(statement, 8, entry->event_id, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 9, state->length ? state->text : "", (int)state->length, SQLITE_STATIC);
	if (entry->verdicts->length)
		sqlite3_bind_blob(statement, 10, entry->verdicts->text, (int)entry->verdicts->length, SQLITE_STATIC);
	else
		sqlite3_bind_zeroblob(statement, 10, 0);
	return brb_database_run(&store->database, statement, error);
}

brabeion_status brb_store_journal_add(brb_store *store, const brb_store_entry *entry,
				      const brb_store_journal_bounds *bounds, brabeion_error *error)
{
	int64_t user = 0, event = 0;
	brabeion_status status = know(store, error);
	if (status == BRABEION_OK && entry->verdicts->failed)
		status = brb_status_no_memory(error);
	brb_builder_reset(&store->journal.state);
	if (status == BRABEION_OK && entry->kind != BRABEION_ENTRY_GIVEN)
		status = write_state(&store->journal.state, entry, error);
	if (status == BRABEION_OK)
		status = brb_store_user(store, entry->user, true, &user, error);
	if (status == BRABEION_OK)
		status = brb_store_event(store, entry->event, &event, error);
	if (status == BRABEION_OK)
		status = insert(store, entry, user, event, error);
	if (status != BRABEION_OK)
		return status;
	store->journal.added++;
	store->journal.now[BRB_JOURNAL_BYTES] += ROW_BYTES + (int64_t)strlen(entry->event_id) +
						 (int64_t)store->journal.state.length +
						 (int64_t)entry->verdicts->length;
	store->journal.now[BRB_JOURNAL_KEEP] = bounds->keep_us;
	store->journal.now[BRB_JOURNAL_MAX] = bounds->max_bytes;
	return BRABEION_OK;
}

/* ---- sweeping ---------------------------------------------------------------------------------------------------- */

static int64_t cutoff_us(const brb_store *store)
{
	int64_t keep_us = store->journal.now[BRB_JOURNAL_KEEP];
	return keep_us == INT64_MAX ? INT64_MIN : brb_clock_now_us(&store->options.clock) - keep_us;
}

static bool is_too_much(const brb_store *store)
{
	return store->journal.now[BRB_JOURNAL_BYTES] > store->journal.now[BRB_JOURNAL_MAX];
}

/* Goes over the oldest rows: *last is the last one that has to go, 0: none; it counts them out. */
static brabeion_status choose(brb_store *store, int64_t rows, int64_t cutoff, int64_t *last, brabeion_error *error)
{
	bool row = true;
	brabeion_status status;
	sqlite3_stmt *walk = brb_database_statement(&store->database, BRB_STATEMENT_JOURNAL_OLDEST, error);
	if (!walk)
		return error->status;
	*last = 0;
	sqlite3_bind_int64(walk, 1, rows);
	while ((status = brb_database_step(&store->database, walk, &row, error)) == BRABEION_OK && row) {
		store->journal.oldest_us = sqlite3_column_int64(walk, 1);
		if (store->journal.oldest_us >= cutoff && !is_too_much(store))
			break;
		*last = sqlite3_column_int64(walk, 0);
		store->journal.now[BRB_JOURNAL_BYTES] -= ROW_BYTES + sqlite3_column_bytes(walk, 2) +
							 sqlite3_column_bytes(walk, 3) +
							 sqlite3_column_bytes(walk, 4);
	}
	sqlite3_reset(walk);
	return status;
}

/* What is there takes no room when nothing is there, whatever was counted. */
static brabeion_status remove_up_to(brb_store *store, int64_t last, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_JOURNAL_REMOVE, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, last);
	return brb_database_run(&store->database, statement, error);
}

static bool is_time_to_look(brb_store *store)
{
	if (store->journal.added)
		return true;
	int64_t now_us = brb_clock_monotonic_us();
	if (now_us < store->journal.next_look_us)
		return false;
	store->journal.next_look_us = now_us + IDLE_LOOK_US;
	return true;
}

brabeion_status brb_store_sweep_journal(brb_store *store, brabeion_error *error)
{
	int64_t last = 0;
	if (!is_time_to_look(store))
		return BRABEION_OK;
	brabeion_status status = know(store, error);
	if (status != BRABEION_OK || !store->journal.now[BRB_JOURNAL_BYTES])
		return status;
	int64_t cutoff = cutoff_us(store);
	if (store->journal.oldest_us < cutoff || is_too_much(store))
		status = choose(store, store->journal.added * ROWS_PER_ROW + ROWS_AT_LEAST, cutoff, &last, error);
	if (status == BRABEION_OK && last) {
		status = remove_up_to(store, last, error);
		store->journal.next_look_us = 0; /* there may be more to go */
	}
	return status == BRABEION_OK ? brb_journal_write_counters(store, error) : status;
}

void brb_store_forget_journal(brb_store *store)
{
	store->journal.added = 0;
}
