/*
 * store/journal: writing and sweeping. See journal.h; reading is in journal_lists.c.
 *
 * The bytes that the rows take are counted as rows come and go, so that no commit has to add them up. The counts are
 * stored among the database's counters, and cached here until another connection commits.
 */
#include "store/journal.h"

#include <string.h>

#include "store/codec/state.h"
#include "store/internal.h"

enum { ROWS_PER_ROW = 2, ROWS_AT_LEAST = 16 };

/* How often other transactions sweep a journal that is not written any more. */
#define IDLE_LOOK_US (INT64_C(60) * 1000000)

static const char *const counter_names[BRB_JOURNAL_COUNTERS] = { "journal_sequence", "journal_bytes",
								 "journal_keep_us", "journal_max_bytes" };

/* ---- counters ---- */

static brabeion_status know(brb_store *store, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	if (store->journal.is_known)
		return BRABEION_OK;
	for (int i = 0; i < BRB_JOURNAL_COUNTERS && status == BRABEION_OK; i++)
		status = store->driver->transaction->counter(store->db, counter_names[i], NULL,
							     &store->journal.written[i], error);
	memcpy(store->journal.now, store->journal.written, sizeof store->journal.now);
	store->journal.is_known = status == BRABEION_OK;
	store->journal.oldest_us = INT64_MIN;
	return status;
}

static brabeion_status reload(brb_store *store, brabeion_error *error)
{
	(void)error;
	store->journal.is_known = false;
	return BRABEION_OK;
}

static brabeion_status write_counters(brb_store *store, brb_effects *effects, brabeion_error *error)
{
	(void)error;
	for (int i = 0; store->journal.is_known && i < BRB_JOURNAL_COUNTERS; i++) {
		if (store->journal.now[i] == store->journal.written[i])
			continue;
		effects->counters[effects->counter_count++] =
			(brb_effect_counter){ counter_names[i], store->journal.now[i] };
		store->journal.written[i] = store->journal.now[i]; /* a rollback drops all of it */
	}
	return BRABEION_OK;
}

/* ---- writing ---- */

brabeion_status brb_store_journal_next(brb_store *store, int64_t *sequence, brabeion_error *error)
{
	brabeion_status status = know(store, error);
	if (status == BRABEION_OK)
		*sequence = ++store->journal.now[BRB_JOURNAL_SEQUENCE];
	return status;
}

/* The fields that JSON can hold, when some cannot be held. */
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

static brabeion_status number_of(void *store, const char *user, int64_t *number, brabeion_error *error)
{
	return brb_store_user(store, user, true, number, error);
}

/* The verdicts with users by number. */
static brabeion_status number_users(brb_store *store, const brb_store_entry *entry, brabeion_error *error)
{
	brb_builder *verdicts = &store->journal.verdicts;
	brb_builder_reset(verdicts);
	brabeion_status status = brb_verdict_codec_number(entry->verdicts->text, entry->verdicts->length, number_of,
							  store, verdicts, error);
	return status == BRABEION_OK && verdicts->failed ? brb_status_no_memory(error) : status;
}

static brabeion_status write_row(brb_store *store, const brb_store_entry *entry, brabeion_error *error)
{
	const brb_builder *state = &store->journal.state, *verdicts = &store->journal.verdicts;
	brb_journal_row row = { .sequence = entry->sequence,
				.cause = entry->cause,
				.kind = entry->kind,
				.arrived_us = entry->arrived_us,
				.at_us = entry->at_us,
				.event_id = entry->event_id,
				.state = state->length ? state->text : "",
				.has_offset = entry->has_offset,
				.offset_minutes = entry->offset_minutes,
				.verdicts = verdicts->text,
				.verdict_bytes = verdicts->length };
	brabeion_status status = brb_store_user(store, entry->user, true, &row.user_number, error);
	if (status == BRABEION_OK)
		status = brb_store_event(store, entry->event, &row.event_number, error);
	return status == BRABEION_OK ? store->driver->journal->add(store->db, &row, error) : status;
}

brabeion_status brb_store_journal_add(brb_store *store, const brb_store_entry *entry,
				      const brb_store_journal_bounds *bounds, brabeion_error *error)
{
	brabeion_status status = know(store, error);
	if (status == BRABEION_OK && entry->verdicts->failed)
		status = brb_status_no_memory(error);
	brb_builder_reset(&store->journal.state);
	if (status == BRABEION_OK && entry->kind != BRABEION_ENTRY_GIVEN)
		status = write_state(&store->journal.state, entry, error);
	if (status == BRABEION_OK)
		status = number_users(store, entry, error);
	if (status == BRABEION_OK)
		status = write_row(store, entry, error);
	if (status != BRABEION_OK)
		return status;
	store->journal.added++;
	store->journal.now[BRB_JOURNAL_BYTES] += BRB_JOURNAL_ROW_BYTES + (int64_t)strlen(entry->event_id) +
						 (int64_t)store->journal.state.length +
						 (int64_t)store->journal.verdicts.length;
	store->journal.now[BRB_JOURNAL_KEEP] = bounds->keep_us;
	store->journal.now[BRB_JOURNAL_MAX] = bounds->max_bytes;
	return BRABEION_OK;
}

static void forget(brb_store *store)
{
	store->journal.added = 0;
}

/* ---- sweeping ---- */

static int64_t cutoff_us(const brb_store *store)
{
	int64_t keep_us = store->journal.now[BRB_JOURNAL_KEEP];
	return keep_us == INT64_MAX ? INT64_MIN : brb_clock_now_us(&store->options.clock) - keep_us;
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

static brabeion_status remove_rows(brb_store *store, int64_t cutoff, int64_t excess, brabeion_error *error)
{
	int64_t freed = 0;
	brb_effects effects = { .counter_count = 0 };
	brabeion_status status = store->driver->journal->sweep(store->db, cutoff, excess,
							       store->journal.added * ROWS_PER_ROW + ROWS_AT_LEAST,
							       &freed, &store->journal.oldest_us, error);
	if (status != BRABEION_OK || !freed)
		return status;
	store->journal.next_look_us = 0; /* there may be more to remove */
	store->journal.now[BRB_JOURNAL_BYTES] -= freed;
	write_counters(store, &effects, error);
	return store->driver->transaction->write(store->db, &effects, error);
}

static brabeion_status sweep(brb_store *store, brabeion_error *error)
{
	if (!is_time_to_look(store))
		return BRABEION_OK;
	brabeion_status status = know(store, error);
	if (status != BRABEION_OK || !store->journal.now[BRB_JOURNAL_BYTES])
		return status;
	bool suspect = false;
	status = brb_store_is_clock_suspect(store, &suspect, error);
	if (status != BRABEION_OK)
		return status;
	int64_t cutoff = suspect ? INT64_MIN : cutoff_us(store);
	int64_t excess = store->journal.now[BRB_JOURNAL_BYTES] - store->journal.now[BRB_JOURNAL_MAX];
	return store->journal.oldest_us < cutoff || excess > 0 ? remove_rows(store, cutoff, excess, error)
							       : BRABEION_OK;
}

const brb_participant brb_journal_participant = {
	.reload = reload, .write = write_counters, .forget = forget, .sweep = sweep
};
