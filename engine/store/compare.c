/*
 * store/compare: see compare.h. One walk along the awards of each side, with a look at the other for each.
 */
#include "store/compare.h"

#include "base/list.h"
#include "base/memory.h"
#include "store/internal.h"

enum { SEQUENCE, USER, BADGE, LEVEL, NAME, DESCRIPTION, REASON, EVENT, EVENT_ID, AT, RANK };

void brb_difference_list_finish(brb_difference_list *list)
{
	brb_memory_release(list->items);
	brb_arena_finish(&list->memory);
	*list = (brb_difference_list){ 0 };
}

/* ---- a look at the other side ---- */

/* What became of an award on one side. */
typedef struct award_state {
	bool known; /* there is one, held or not */
	bool revoked;
	bool lapsed;
	bool by_backfill;
	int64_t revoked_at_us;
} award_state;

static sqlite3_stmt *look(brb_database *database, brb_statement which, const brabeion_award_info *award,
			  brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(database, which, error);
	if (!statement)
		return NULL;
	sqlite3_bind_text(statement, 1, award->badge, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, award->user, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 3, award->level);
	return statement;
}

static brabeion_status read_state(brb_database *database, const brabeion_award_info *award, award_state *state,
				  brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = look(database, BRB_STATEMENT_COMPARE_STATE, award, error);
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 4, award->reason, -1, SQLITE_STATIC);
	brabeion_status status = brb_database_step(database, statement, &row, error);
	*state = (award_state){ .known = row };
	if (row) {
		const char *note = (const char *)sqlite3_column_text(statement, 3);
		state->revoked = sqlite3_column_int(statement, 0);
		state->lapsed = sqlite3_column_int(statement, 1);
		state->revoked_at_us = sqlite3_column_int64(statement, 2);
		state->by_backfill = note && strcmp(note, BRB_BACKFILL_NOTE) == 0;
	}
	sqlite3_reset(statement);
	return status;
}

/* How many numbered awards of the same event there are; those that were revoked count `also_revoked`. */
static brabeion_status count_numbered(brb_database *database, const brabeion_award_info *award, bool also_revoked,
				      int64_t *count, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = look(database, BRB_STATEMENT_COMPARE_COUNT, award, error);
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 4, award->event, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 5, award->at_us);
	sqlite3_bind_int(statement, 6, also_revoked);
	brabeion_status status = brb_database_step(database, statement, &row, error);
	*count = row ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return status;
}

static bool may_come_back(const award_state *state, const brb_difference *gain, int64_t last_us)
{
	if (state->lapsed)
		return state->by_backfill || state->revoked_at_us <= last_us;
	return gain->rearn && gain->award.at_us > state->revoked_at_us;
}

static brabeion_status look_for_gain(brb_database *held, const brb_difference *gain, int64_t last_us, bool *gains,
				     brabeion_error *error)
{
	award_state state = { 0 };
	int64_t count = 0;
	brabeion_status status = gain->rank ? count_numbered(held, &gain->award, true, &count, error)
					    : read_state(held, &gain->award, &state, error);
	if (gain->rank)
		*gains = gain->rank > count;
	else
		*gains = !state.known || (state.revoked && may_come_back(&state, gain, last_us));
	return status;
}

static brabeion_status look_for_loss(brb_database *judged, const brb_difference *loss, bool *loses,
				     brabeion_error *error)
{
	award_state state = { 0 };
	int64_t count = 0;
	brabeion_status status = loss->rank ? count_numbered(judged, &loss->award, false, &count, error)
					    : read_state(judged, &loss->award, &state, error);
	*loses = loss->rank ? loss->rank > count : !state.known || state.revoked;
	return status;
}

brabeion_status brb_store_take_gain(brb_store *held, const brb_difference *gain, int64_t last_us, int64_t *sequence,
				    brabeion_error *error)
{
	int64_t badge = 0;
	bool gains = false;
	*sequence = 0;
	brabeion_status status = look_for_gain(&held->database, gain, last_us, &gains, error);
	if (status != BRABEION_OK || !gains)
		return status;
	status = brb_store_slug(held, gain->award.badge, true, &badge, error);
	brb_store_award award = { .user = gain->award.user,
				  .badge = (uint32_t)badge,
				  .level = gain->award.level,
				  .reason = gain->rank ? NULL : gain->award.reason,
				  .event = gain->award.event,
				  .event_id = gain->award.event_id,
				  .at_us = gain->award.at_us,
				  .rearn = gain->rearn };
	if (status == BRABEION_OK)
		status = brb_store_award_add(held, &award, sequence, error);
	if (status == BRABEION_OK)
		brb_store_mark(held); /* none is undone by itself */
	return status;
}

/* ---- one side's walk ---- */

typedef struct compared_side {
	const brb_comparison *comparison;
	brb_database *from; /* whose awards are walked along */
	brb_database *other;
	bool lost; /* `from` is what is held */
	brb_difference_list *list;
} compared_side;

static const char *text_of(sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);
	return text ? text : "";
}

/* The texts are the statement's. */
static void read_row(sqlite3_stmt *statement, brb_difference *difference)
{
	difference->rank = sqlite3_column_int64(statement, RANK);
	difference->award = (brabeion_award_info){ .sequence = sqlite3_column_int64(statement, SEQUENCE),
						   .user = text_of(statement, USER),
						   .badge = text_of(statement, BADGE),
						   .level = (uint32_t)sqlite3_column_int64(statement, LEVEL),
						   .name = text_of(statement, NAME),
						   .description = text_of(statement, DESCRIPTION),
						   .reason = text_of(statement, REASON),
						   .event = text_of(statement, EVENT),
						   .event_id = text_of(statement, EVENT_ID),
						   .at_us = sqlite3_column_int64(statement, AT) };
}

/* Whether the award is one of those that are compared; what is known of its badge is filled in. */
static bool is_compared(const compared_side *side, brb_difference *difference)
{
	const brb_comparison *comparison = side->comparison;
	const brabeion_award_info *award = &difference->award;
	const brb_compared_badge *badge = comparison->badges ? brb_table_get(comparison->badges, award->badge) : NULL;
	if (comparison->badges && !badge)
		return false;
	difference->rearn = badge && badge->rearn;
	if (!side->lost)
		return award->sequence > comparison->after || (badge && badge->temporary);
	if (comparison->held_before && award->sequence >= comparison->held_before)
		return false;
	return award->at_us >= comparison->first_us && award->at_us <= comparison->last_us &&
	       strcmp(award->event, "brabeion.granted") != 0;
}

static bool copy_texts(brb_arena *memory, brabeion_award_info *award)
{
	const char **texts[] = { &award->user,   &award->badge, &award->name,    &award->description,
				 &award->reason, &award->event, &award->event_id };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (!(*texts[i] = brb_arena_copy(memory, *texts[i])))
			return false;
	return true;
}

static brabeion_status take_row(compared_side *side, sqlite3_stmt *statement, brabeion_error *error)
{
	brb_difference difference = { .lost = side->lost };
	bool differs = false;
	read_row(statement, &difference);
	if (!side->lost)
		side->list->judged_sequence = difference.award.sequence;
	if (!is_compared(side, &difference))
		return BRABEION_OK;
	brabeion_status status =
		side->lost ? look_for_loss(side->other, &difference, &differs, error)
			   : look_for_gain(side->other, &difference, side->comparison->last_us, &differs, error);
	if (status != BRABEION_OK || !differs)
		return status;
	brb_difference_list *list = side->list;
	brb_difference *place = brb_list_add(&list->items, &list->count, &list->capacity, sizeof *place);
	if (!place || !copy_texts(&list->memory, &difference.award)) {
		list->count -= place != NULL;
		return brb_status_no_memory(error);
	}
	*place = difference;
	return BRABEION_OK;
}

static bool has_temporary(const brb_table *badges)
{
	size_t position = 0;
	const brb_table_entry *entry;
	while (badges && (entry = brb_table_next(badges, &position)))
		if (((const brb_compared_badge *)entry->value)->temporary)
			return true;
	return false;
}

static brabeion_status walk(compared_side *side, brabeion_error *error)
{
	const brb_comparison *comparison = side->comparison;
	bool row = false, whole = side->lost || has_temporary(comparison->badges);
	brabeion_status status;
	sqlite3_stmt *statement = brb_database_statement(side->from, BRB_STATEMENT_COMPARE_ROWS, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, whole ? 0 : comparison->after);
	while ((status = brb_database_step(side->from, statement, &row, error)) == BRABEION_OK && row)
		if ((status = take_row(side, statement, error)) != BRABEION_OK)
			break;
	sqlite3_reset(statement);
	return status;
}

static brabeion_status compare(brb_database *held, brb_database *judged, const brb_comparison *comparison,
			       brb_difference_list *list, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	list->judged_sequence = comparison->after;
	if (comparison->gained)
		status = walk(&(compared_side){ comparison, judged, held, false, list }, error);
	if (comparison->lost && status == BRABEION_OK)
		status = walk(&(compared_side){ comparison, held, judged, true, list }, error);
	return status;
}

brabeion_status brb_store_compare(brb_store *held, brb_store *judged, bool in_transaction,
				  const brb_comparison *comparison, brb_difference_list *list, brabeion_error *error)
{
	brabeion_status status = brb_store_begin_reading(judged, error);
	if (status != BRABEION_OK)
		return status;
	if (in_transaction) {
		status = compare(&held->database, &judged->reader, comparison, list, error);
	} else if ((status = brb_store_begin_reading(held, error)) == BRABEION_OK) {
		status = compare(&held->reader, &judged->reader, comparison, list, error);
		brb_store_end_reading(held);
	}
	brb_store_end_reading(judged);
	return status;
}
