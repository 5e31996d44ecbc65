/*
 * store/journal_lists: reading the journal, through the connection for lists: of what is committed, in a snapshot. See
 * journal.h.
 */
#include "store/internal.h"
#include "store/journal.h"
#include "store/state.h"

enum { SEQUENCE, CAUSE, KIND, ARRIVED, AT, USER, EVENT, EVENT_ID, STATE, VERDICTS };

/* What a damaged state or tape holds is not known; the rest of the row still is. */
static brabeion_status read_state(sqlite3_stmt *statement, brb_arena *arena, brabeion_event *event,
				  brabeion_error *error)
{
	brabeion_error wrong = BRABEION_NO_ERROR;
	const char *text = brb_store_copy_column(arena, statement, STATE);
	if (!text)
		return brb_status_no_memory(error);
	if (!text[0])
		return BRABEION_OK;
	brabeion_status status = brb_state_read(text, arena, &event->fields, &event->field_count, &wrong);
	if (status != BRABEION_INVALID)
		return brb_status_hand_over(error, &wrong);
	brabeion_error_finish(&wrong);
	event->fields = NULL;
	event->field_count = 0;
	return BRABEION_OK;
}

static brabeion_status name_badges(brb_store *store, brb_arena *arena, brabeion_verdict *verdicts,
				   const uint32_t *numbers, size_t count, brabeion_error *error)
{
	bool row = false;
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; numbers && i < count && status == BRABEION_OK; i++) {
		sqlite3_stmt *statement = brb_database_statement(&store->reader, BRB_STATEMENT_SLUG, error);
		if (!statement)
			return error->status;
		sqlite3_bind_int64(statement, 1, numbers[i]);
		status = brb_database_step(&store->reader, statement, &row, error);
		verdicts[i].badge = row ? brb_store_copy_column(arena, statement, 0) : "";
		sqlite3_reset(statement);
		if (status == BRABEION_OK && !verdicts[i].badge)
			status = brb_status_no_memory(error);
	}
	return status;
}

/* Leaves what tells of one badge. */
static size_t choose(uint32_t badge, brabeion_verdict *verdicts, uint32_t *numbers, size_t count)
{
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		if (badge && numbers[i] != badge)
			continue;
		verdicts[kept] = verdicts[i];
		numbers[kept++] = numbers[i];
	}
	return kept;
}

/* Without a store no badge is named: a first look. */
static brabeion_status read_verdicts(brb_store *store, sqlite3_stmt *statement, uint32_t badge, brb_arena *arena,
				     brabeion_entry *entry, brabeion_error *error)
{
	brabeion_verdict *verdicts = NULL;
	uint32_t *numbers = NULL;
	size_t count = 0;
	bool memory_short = false;
	const char *bytes = sqlite3_column_blob(statement, VERDICTS);
	size_t length = (size_t)sqlite3_column_bytes(statement, VERDICTS);
	if (length && !brb_verdict_codec_read(bytes, length, arena, &verdicts, &numbers, &count, &memory_short))
		return memory_short ? brb_status_no_memory(error) : BRABEION_OK;
	entry->verdicts = verdicts;
	entry->verdict_count = choose(badge, verdicts, numbers, count);
	return store ? name_badges(store, arena, verdicts, numbers, entry->verdict_count, error) : BRABEION_OK;
}

static brabeion_status read_row(brb_store *store, sqlite3_stmt *statement, uint32_t badge, brb_arena *arena,
				brabeion_entry *entry, brabeion_error *error)
{
	entry->sequence = sqlite3_column_int64(statement, SEQUENCE);
	entry->cause = sqlite3_column_int64(statement, CAUSE);
	entry->kind = (brabeion_entry_kind)sqlite3_column_int(statement, KIND);
	entry->arrived_us = sqlite3_column_int64(statement, ARRIVED);
	entry->event.has_at = true;
	entry->event.at_us = sqlite3_column_int64(statement, AT);
	entry->event.user = brb_store_copy_column(arena, statement, USER);
	entry->event.name = brb_store_copy_column(arena, statement, EVENT);
	entry->event.id = brb_store_copy_column(arena, statement, EVENT_ID);
	if (!entry->event.user || !entry->event.name || !entry->event.id)
		return brb_status_no_memory(error);
	brabeion_status status = read_state(statement, arena, &entry->event, error);
	return status == BRABEION_OK ? read_verdicts(store, statement, badge, arena, entry, error) : status;
}

static sqlite3_stmt *bind_range(brb_store *store, const brb_store_journal_range *range, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(
		&store->reader, range->user ? BRB_STATEMENT_JOURNAL_OF_USER : BRB_STATEMENT_JOURNAL_FORWARD, error);
	if (!statement)
		return NULL;
	if (range->user) {
		sqlite3_bind_text(statement, 1, range->user, -1, SQLITE_STATIC);
		sqlite3_bind_int64(statement, 2, range->since_us);
		return statement;
	}
	sqlite3_bind_int64(statement, 1, range->after);
	sqlite3_bind_int64(statement, 2, range->until ? range->until : INT64_MAX);
	sqlite3_bind_int(statement, 3, range->events_only);
	sqlite3_bind_int64(statement, 4, range->limit && range->limit < INT64_MAX ? (int64_t)range->limit : -1);
	return statement;
}

/* A range as it is read. */
typedef struct range_reading {
	const brb_store_journal_range *range;
	brb_arena *arena;
	brb_arena scratch;
	size_t count;
	bool ended;
} range_reading;

/* Of one badge: whether the row tells of it, and is to be handed on. */
static brabeion_status is_wanted(range_reading *reading, sqlite3_stmt *statement, bool *wanted, brabeion_error *error)
{
	const brb_store_journal_range *range = reading->range;
	brabeion_entry entry = { .sequence = 0 };
	brb_arena_reset(&reading->scratch);
	brabeion_status status = read_verdicts(NULL, statement, range->badge, &reading->scratch, &entry, error);
	*wanted = entry.verdict_count > 0;
	if (!*wanted || !range->limit || reading->count < range->limit)
		return status;
	++*range->left_out;
	*wanted = false;
	return status;
}

static brabeion_status take_row(brb_store *store, range_reading *reading, sqlite3_stmt *statement,
				brb_store_entry_reader read, void *context, brabeion_error *error)
{
	bool wanted = true;
	brabeion_entry entry = { .sequence = 0 };
	brabeion_status status = reading->range->user ? is_wanted(reading, statement, &wanted, error) : BRABEION_OK;
	if (status != BRABEION_OK || !wanted)
		return status;
	reading->count++;
	status = read_row(store, statement, reading->range->badge, reading->arena, &entry, error);
	if (status == BRABEION_OK)
		reading->ended = !read(context, &entry);
	return status;
}

brabeion_status brb_store_journal_read(brb_store *store, const brb_store_journal_range *range, brb_arena *arena,
				       brb_store_entry_reader read, void *context, brabeion_error *error)
{
	bool row = true;
	range_reading reading = { .range = range, .arena = arena };
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	sqlite3_stmt *statement = bind_range(store, range, error);
	status = statement ? BRABEION_OK : error->status;
	while (status == BRABEION_OK && !reading.ended) {
		status = brb_database_step(&store->reader, statement, &row, error);
		if (status != BRABEION_OK || !row)
			break;
		status = take_row(store, &reading, statement, read, context, error);
	}
	sqlite3_reset(statement);
	brb_store_end_reading(store);
	brb_arena_finish(&reading.scratch);
	return status;
}

/* ---- about the whole --------------------------------------------------------------------------------------------- */

static brabeion_status read_ends(brb_store *store, brabeion_journal_info *info, brabeion_error *error)
{
	bool row;
	brabeion_status status;
	sqlite3_stmt *statement = brb_database_statement(&store->reader, BRB_STATEMENT_JOURNAL_ENDS, error);
	if (!statement)
		return error->status;
	info->first = info->last = info->since_us = info->until_us = 0;
	while ((status = brb_database_step(&store->reader, statement, &row, error)) == BRABEION_OK && row) {
		info->last = sqlite3_column_int64(statement, 0);
		info->until_us = sqlite3_column_int64(statement, 1);
		if (!info->first) {
			info->first = info->last;
			info->since_us = info->until_us;
		}
	}
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_store_journal_info(brb_store *store, brabeion_journal_info *info, brabeion_error *error)
{
	int64_t counters[BRB_JOURNAL_COUNTERS];
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	status = brb_journal_read_counters(&store->reader, counters, error);
	if (status == BRABEION_OK)
		status = read_ends(store, info, error);
	if (status == BRABEION_OK)
		info->used_bytes = counters[BRB_JOURNAL_BYTES];
	brb_store_end_reading(store);
	return status;
}

static brabeion_status read_heard(brb_store *store, brb_statement which, const char *event, const char *user,
				  int64_t *arrived_us, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_statement(&store->reader, which, error);
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 1, event, -1, SQLITE_STATIC);
	if (user)
		sqlite3_bind_text(statement, 2, user, -1, SQLITE_STATIC);
	brabeion_status status = brb_database_step(&store->reader, statement, &row, error);
	*arrived_us = row ? sqlite3_column_int64(statement, 0) : INT64_MIN;
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_store_journal_heard(brb_store *store, const char *user, brabeion_heard *heard,
					brabeion_error *error)
{
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	status =
		read_heard(store, BRB_STATEMENT_JOURNAL_HEARD_OF_USER, heard->event, user, &heard->of_user_us, error);
	heard->of_anyone_us = heard->of_user_us;
	if (status == BRABEION_OK && heard->of_user_us == INT64_MIN)
		status = read_heard(store, BRB_STATEMENT_JOURNAL_HEARD, heard->event, NULL, &heard->of_anyone_us,
				    error);
	brb_store_end_reading(store);
	return status;
}
