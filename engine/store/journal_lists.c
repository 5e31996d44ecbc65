/*
 * store/journal_lists: reading the journal, of what is committed. See journal.h.
 */
#include "store/codec/state.h"
#include "store/internal.h"
#include "store/journal.h"
#include "store/verdict_codec.h"

/* Leaves out a damaged state or verdict; reads the rest of the row. */
static brabeion_status read_state(const char *state, brb_arena *arena, brabeion_event *event, brabeion_error *error)
{
	brabeion_error wrong = BRABEION_NO_ERROR;
	const char *text = brb_arena_copy(arena, state);
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

/* Keeps the verdicts on one badge; 0: all. */
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

static brabeion_status name_of(void *context, int64_t number, brb_arena *arena, const char **user,
			       brabeion_error *error)
{
	brb_store *store = context;
	char name[BRB_SUBJECT_BYTES_MOST + 1];
	brabeion_status status = store->driver->journal->user_name(store->db, number, name, error);
	if (status != BRABEION_OK)
		return status;
	*user = brb_arena_copy(arena, name);
	return *user ? BRABEION_OK : brb_status_no_memory(error);
}

/* No name of a verdict that is not kept is asked for. */
static brabeion_status no_name(void *context, int64_t number, brb_arena *arena, const char **user,
			       brabeion_error *error)
{
	(void)context;
	(void)number;
	(void)arena;
	(void)error;
	*user = "";
	return BRABEION_OK;
}

/* With a store, badges and users are named. */
static brabeion_status read_verdicts(brb_store *store, const brb_journal_row *row, uint32_t badge, brb_arena *arena,
				     brabeion_entry *entry, brabeion_error *error)
{
	brabeion_verdict *verdicts = NULL;
	uint32_t *numbers = NULL;
	size_t count = 0;
	bool damaged = false;
	if (!row->verdict_bytes)
		return BRABEION_OK;
	brabeion_status status =
		brb_verdict_codec_read(row->verdicts, row->verdict_bytes, arena, store ? name_of : no_name, store,
				       &verdicts, &numbers, &count, &damaged, error);
	if (status != BRABEION_OK || damaged)
		return status;
	entry->verdicts = verdicts;
	entry->verdict_stride = sizeof *verdicts;
	entry->verdict_count = choose(badge, verdicts, numbers, count);
	for (size_t i = 0; store && i < entry->verdict_count && status == BRABEION_OK; i++)
		status = store->driver->journal->slug(store->db, numbers[i], arena, &verdicts[i].badge, error);
	return status;
}

static brabeion_status read_row(brb_store *store, const brb_journal_row *row, uint32_t badge, brb_arena *arena,
				brabeion_entry *entry, brabeion_error *error)
{
	entry->sequence = row->sequence;
	entry->cause = row->cause;
	entry->kind = row->kind;
	entry->arrived_us = row->arrived_us;
	brabeion_event *event = brb_arena_take(arena, sizeof *event);
	if (!event)
		return brb_status_no_memory(error);
	*event = (brabeion_event)BRABEION_EVENT(.name = brb_arena_copy(arena, row->event),
						.user = brb_arena_copy(arena, row->user),
						.id = brb_arena_copy(arena, row->event_id), .at_us = row->at_us,
						.has_at = true);
	entry->event = event;
	if (!event->user || !event->name || !event->id)
		return brb_status_no_memory(error);
	brabeion_status status = read_state(row->state, arena, event, error);
	return status == BRABEION_OK ? read_verdicts(store, row, badge, arena, entry, error) : status;
}

/* A range as it is read. */
typedef struct range_reading {
	brb_store *store;
	const brb_store_journal_range *range;
	brb_store_entry_reader read;
	void *context;
	brb_arena *arena;
	brb_arena scratch;
	size_t count;
} range_reading;

/* For one badge: whether the row has a verdict on it. */
static brabeion_status is_wanted(range_reading *reading, const brb_journal_row *row, bool *wanted,
				 brabeion_error *error)
{
	const brb_store_journal_range *range = reading->range;
	brabeion_entry entry = { .sequence = 0 };
	brb_arena_reset(&reading->scratch);
	brabeion_status status = read_verdicts(NULL, row, range->badge, &reading->scratch, &entry, error);
	*wanted = entry.verdict_count > 0;
	if (!*wanted || !range->limit || reading->count < range->limit)
		return status;
	++*range->left_out;
	*wanted = false;
	return status;
}

static brabeion_status take_row(void *context, const brb_journal_row *row, bool *stop, brabeion_error *error)
{
	bool wanted = true;
	range_reading *reading = context;
	brabeion_entry entry = { .sequence = 0 };
	brabeion_status status = reading->range->user ? is_wanted(reading, row, &wanted, error) : BRABEION_OK;
	if (status != BRABEION_OK || !wanted)
		return status;
	reading->count++;
	status = read_row(reading->store, row, reading->range->badge, reading->arena, &entry, error);
	if (status == BRABEION_OK)
		*stop = !reading->read(reading->context, &entry);
	return status;
}

brabeion_status brb_store_journal_read(brb_store *store, const brb_store_journal_range *range, brb_arena *arena,
				       brb_store_entry_reader read, void *context, brabeion_error *error)
{
	range_reading reading = { .store = store, .range = range, .read = read, .context = context, .arena = arena };
	brabeion_status status = store->driver->journal->read(store->db, range, take_row, &reading, error);
	brb_arena_finish(&reading.scratch);
	return status;
}

brabeion_status brb_store_journal_info(brb_store *store, brabeion_journal_info *info, brabeion_error *error)
{
	return store->driver->journal->info(store->db, info, error);
}

brabeion_status brb_store_journal_heard(brb_store *store, const char *user, brabeion_heard *heard,
					brabeion_error *error)
{
	return store->driver->journal->heard(store->db, user, heard, error);
}
