/*
 * store/awards: what a user holds, and a new award. The cell of (user, badge) knows the count, the highest level and,
 * for levels up to 64, which are held without a reason; only for the others is there a cell for each award.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/memory.h"
#include "store/internal.h"

enum { LEVELS_IN_CELL = 64 };

static void count_in(brb_cache_entry *held, int64_t level, bool without_reason)
{
	held->count++;
	if (level > held->value)
		held->value = level;
	if (without_reason && level <= LEVELS_IN_CELL)
		held->levels |= UINT64_C(1) << (level - 1);
}

static brabeion_status read_held(brb_store *store, brb_cache_entry *held, uint32_t badge, const char *user,
				 brabeion_error *error)
{
	int64_t number = 0;
	brabeion_status status = brb_store_user(store, user, false, &number, error);
	if (status != BRABEION_OK || !number)
		return status;
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_HELD, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, badge);
	sqlite3_bind_int64(statement, 2, number);
	bool row = false;
	while ((status = brb_database_step(&store->database, statement, &row, error)) == BRABEION_OK && row)
		if (sqlite3_column_int(statement, 2))
			held->revoked = held->revoked || !sqlite3_column_int(statement, 3);
		else
			count_in(held, sqlite3_column_int64(statement, 0), sqlite3_column_int(statement, 1));
	return status;
}

static brb_cache_entry *held_cell(brb_store *store, uint32_t badge, const char *user, brabeion_error *error)
{
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_HELD);
	brb_cache_key_number(&key, badge);
	brb_cache_key_text(&key, user);
	bool found;
	brb_cache_entry *held = brb_store_cell(store, &key, &found, error);
	if (held && !found && read_held(store, held, badge, user, error) != BRABEION_OK)
		return NULL;
	return held;
}

static brabeion_status read_held_for(brb_store *store, brb_cache_entry *cell, const brb_store_award *award,
				     const char *reason, brabeion_error *error)
{
	int64_t user = 0;
	bool row = false;
	brabeion_status status = brb_store_user(store, award->user, false, &user, error);
	sqlite3_stmt *statement = status == BRABEION_OK
					  ? brb_database_statement(&store->database, BRB_STATEMENT_HELD_FOR, error)
					  : NULL;
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, award->badge);
	sqlite3_bind_int64(statement, 2, user);
	sqlite3_bind_int64(statement, 3, award->level);
	sqlite3_bind_text(statement, 4, reason, -1, SQLITE_STATIC);
	status = brb_database_step(&store->database, statement, &row, error);
	bool gone = row && sqlite3_column_int(statement, 0), lapsed = row && sqlite3_column_int(statement, 1);
	cell->value = !row || lapsed ? BRB_FOR_NEVER : gone ? BRB_FOR_REVOKED : BRB_FOR_HELD;
	sqlite3_reset(statement);
	return status;
}

/* The cell of one award; NULL in *cell when the cell of (user, badge) knows it by itself. */
static brabeion_status cell_for(brb_store *store, const brb_cache_entry *held, const brb_store_award *award,
				const char *reason, brb_cache_entry **cell, brabeion_error *error)
{
	*cell = NULL;
	if (!reason[0] && award->level <= LEVELS_IN_CELL && !held->revoked)
		return BRABEION_OK;
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_FOR);
	brb_cache_key_number(&key, award->badge);
	brb_cache_key_number(&key, award->level);
	brb_cache_key_text(&key, award->user);
	brb_cache_key_text(&key, reason);
	bool found;
	*cell = brb_store_cell(store, &key, &found, error);
	if (!*cell)
		return error->status;
	return found || (!held->count && !held->revoked) ? BRABEION_OK
							 : read_held_for(store, *cell, award, reason, error);
}

/* Held now, or once and revoked, which counts as held unless the badge may be earned again. */
static bool says_held(const brb_cache_entry *held, const brb_cache_entry *cell, const brb_store_award *award)
{
	if (!cell)
		return (held->levels >> (award->level - 1) & 1) != 0;
	return cell->value == BRB_FOR_HELD || (cell->value == BRB_FOR_REVOKED && !award->rearn);
}

static brabeion_status add_pending(brb_store *store, const brb_store_award *award, const char *reason,
				   brabeion_error *error)
{
	brb_pending_award pending = { .sequence = store->last_sequence + 1,
				      .badge = award->badge,
				      .level = award->level,
				      .at_us = award->at_us };
	brabeion_status status = brb_store_user(store, award->user, true, &pending.user, error);
	if (status == BRABEION_OK)
		status = brb_store_event(store, award->event, &pending.event, error);
	if (status != BRABEION_OK)
		return status;
	pending.reason = brb_arena_copy(&store->arena, reason);
	pending.event_id = brb_arena_copy(&store->arena, award->event_id);
	pending.note = award->note ? brb_arena_copy(&store->arena, award->note) : "";
	if (!pending.reason || !pending.event_id || !pending.note)
		return brb_status_no_memory(error);
	if (store->award_count == store->award_capacity) {
		size_t capacity = store->award_capacity ? store->award_capacity * 2 : 64;
		brb_pending_award *awards = brb_memory_resize(store->awards, capacity, sizeof *awards);
		if (!awards)
			return brb_status_no_memory(error);
		store->awards = awards;
		store->award_capacity = capacity;
	}
	store->awards[store->award_count++] = pending;
	store->last_sequence++;
	return BRABEION_OK;
}

brabeion_status brb_store_is_held(brb_store *store, const brb_store_award *award, bool remember, bool *is_held,
				  brabeion_error *error)
{
	brb_cache_entry *held = award->reason ? held_cell(store, award->badge, award->user, error) : NULL, *cell;
	*is_held = false;
	if (!held)
		return award->reason ? error->status : BRABEION_OK;
	brabeion_status status = cell_for(store, held, award, award->reason, &cell, error);
	if (status != BRABEION_OK)
		return status;
	*is_held = says_held(held, cell, award);
	if (remember && *is_held && !cell && !held->changed && !store->written_early)
		brb_held_cache_add(store, award);
	return BRABEION_OK;
}

static brabeion_status add_unless_held(brb_store *store, const brb_store_award *award, const char *reason,
				       int64_t *sequence, brabeion_error *error)
{
	brb_cache_entry *held = held_cell(store, award->badge, award->user, error);
	if (!held)
		return error->status;
	brb_cache_entry *cell;
	brabeion_status status = cell_for(store, held, award, reason, &cell, error);
	if (status != BRABEION_OK)
		return status;
	*sequence = 0;
	if (says_held(held, cell, award))
		return BRABEION_OK;
	status = brb_store_will_change(store, held, error);
	if (status == BRABEION_OK && cell)
		status = brb_store_will_change(store, cell, error);
	if (status == BRABEION_OK)
		status = add_pending(store, award, reason, error);
	if (status != BRABEION_OK)
		return status;
	count_in(held, award->level, !reason[0]);
	if (cell)
		cell->value = BRB_FOR_HELD;
	*sequence = store->last_sequence;
	return BRABEION_OK;
}

brabeion_status brb_store_award_add(brb_store *store, const brb_store_award *award, int64_t *sequence,
				    brabeion_error *error)
{
	if (award->reason)
		return add_unless_held(store, award, award->reason, sequence, error);
	for (;;) {
		char fresh[32];
		snprintf(fresh, sizeof fresh, "#%" PRId64, store->last_sequence + 1);
		brabeion_status status = add_unless_held(store, award, fresh, sequence, error);
		if (status != BRABEION_OK || *sequence)
			return status;
		store->last_sequence++; /* an event's id or badge_for has had this text: not fresh, so the next */
	}
}

brabeion_status brb_store_held(brb_store *store, const char *user, const char *slug, int64_t *count,
			       int32_t *highest_level, brabeion_error *error)
{
	int64_t badge = 0;
	brabeion_status status = brb_store_slug(store, slug, false, &badge, error);
	if (status != BRABEION_OK)
		return status;
	brb_cache_entry *held = badge ? held_cell(store, (uint32_t)badge, user, error) : NULL;
	if (badge && !held)
		return error->status;
	*count = held ? held->count : 0;
	*highest_level = held ? (int32_t)held->value : 0;
	return BRABEION_OK;
}
