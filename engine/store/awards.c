/*
 * store/awards: what a user holds, and new awards and revocations. The cached value of (user, badge) holds the count, the
 * highest level and, for levels up to 64, which are held without a reason; only for the others is there a value for each
 * award.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/memory.h"
#include "store/internal.h"

enum { LEVELS_IN_VALUE = 64 };

/* ---- what is held ---- */

static void count_in(brb_cache_entry *held, int64_t level, bool without_reason)
{
	held->count++;
	if (level > held->value)
		held->value = level;
	if (without_reason && level <= LEVELS_IN_VALUE)
		held->levels |= UINT64_C(1) << (level - 1);
}

static void count_row(void *context, const brb_held_row *row)
{
	brb_cache_entry *held = context;
	if (row->revoked)
		held->revoked = held->revoked || !row->lapsed;
	else
		count_in(held, row->level, !row->has_reason);
}

/* Of a user by his number, which is not 0. */
static brb_cache_entry *held_entry(brb_store *store, uint32_t badge, int64_t user, brabeion_error *error)
{
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_HELD);
	brb_cache_key_number(&key, badge);
	brb_cache_key_wide(&key, user);
	bool found;
	brb_cache_entry *held = brb_store_entry_of(store, &key, &found, error);
	if (!held || found || brb_store_is_new_user(store, user))
		return held;
	brabeion_status status = store->driver->transaction->held(store->db, badge, user, count_row, held, error);
	return status == BRABEION_OK ? held : NULL;
}

static brabeion_status read_held_for(brb_store *store, brb_cache_entry *entry, const brb_store_award *award,
				     int64_t user, const char *reason, brabeion_error *error)
{
	brb_award_state state = { .known = false };
	brabeion_status status = store->driver->transaction->award_state(store->db, award->badge, user, award->level,
									 reason, &state, error);
	entry->value = !state.known || state.lapsed ? BRB_FOR_NEVER : state.revoked ? BRB_FOR_REVOKED : BRB_FOR_HELD;
	return status;
}

/* The value of one award; *entry is NULL when that of (user, badge) suffices. */
static brabeion_status entry_for(brb_store *store, const brb_cache_entry *held, const brb_store_award *award,
				 int64_t user, const char *reason, brb_cache_entry **entry, brabeion_error *error)
{
	*entry = NULL;
	if (!reason[0] && award->level <= LEVELS_IN_VALUE && !held->revoked)
		return BRABEION_OK;
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_FOR);
	brb_cache_key_number(&key, award->badge);
	brb_cache_key_number(&key, award->level);
	brb_cache_key_wide(&key, user);
	brb_cache_key_text(&key, reason);
	bool found;
	*entry = brb_store_entry_of(store, &key, &found, error);
	if (!*entry)
		return error->status;
	return found || (!held->count && !held->revoked) ? BRABEION_OK
							 : read_held_for(store, *entry, award, user, reason, error);
}

/* Held now, or revoked and not to be earned again, which counts as held. */
static bool says_held(const brb_cache_entry *held, const brb_cache_entry *entry, const brb_store_award *award)
{
	if (!entry)
		return (held->levels >> (award->level - 1) & 1) != 0;
	return entry->value == BRB_FOR_HELD || (entry->value == BRB_FOR_REVOKED && !award->rearn);
}

/* ---- new awards ---- */

/* `first`: the user holds no other of the badge. */
static brabeion_status add_pending(brb_store *store, const brb_store_award *award, int64_t user, const char *reason,
				   bool first, brabeion_error *error)
{
	brb_effect_award pending = { .sequence = store->awards.last_sequence + 1,
				     .user = user,
				     .badge = award->badge,
				     .level = award->level,
				     .at_us = award->at_us,
				     .stored_us = award->stored_us ? award->stored_us
								   : brb_clock_now_us(&store->options.clock),
				     .first = first };
	brabeion_status status = brb_store_event(store, award->event, &pending.event, error);
	if (status != BRABEION_OK)
		return status;
	pending.reason = reason[0] ? brb_arena_copy(&store->awards.texts, reason) : "";
	pending.event_id = award->event_id[0] ? brb_arena_copy(&store->awards.texts, award->event_id) : "";
	pending.note = award->note ? brb_arena_copy(&store->awards.texts, award->note) : "";
	brb_effect_award *place = pending.reason && pending.event_id && pending.note
					  ? brb_list_add(&store->awards.pending, &store->awards.count,
							 &store->awards.capacity, sizeof *place)
					  : NULL;
	if (!place)
		return brb_status_no_memory(error);
	*place = pending;
	store->awards.last_sequence++;
	return BRABEION_OK;
}

brabeion_status brb_store_is_held(brb_store *store, const brb_store_award *award, bool remember, bool *is_held,
				  brabeion_error *error)
{
	int64_t user = 0;
	brb_cache_entry *entry = NULL;
	*is_held = false;
	brabeion_status status =
		award->reason ? brb_store_user(store, award->user, false, &user, error) : BRABEION_OK;
	if (status != BRABEION_OK || !user)
		return status;
	brb_cache_entry *held = held_entry(store, award->badge, user, error);
	status = held ? entry_for(store, held, award, user, award->reason, &entry, error) : error->status;
	if (status != BRABEION_OK)
		return status;
	*is_held = says_held(held, entry, award);
	if (remember && *is_held && !entry && !held->changed && !store->written_early)
		brb_held_cache_add(store->held_cache, award);
	return BRABEION_OK;
}

static brabeion_status add_unless_held(brb_store *store, const brb_store_award *award, const char *reason,
				       int64_t *sequence, brabeion_error *error)
{
	int64_t user = 0;
	brb_cache_entry *entry = NULL;
	brabeion_status status = brb_store_user(store, award->user, true, &user, error);
	brb_cache_entry *held = status == BRABEION_OK ? held_entry(store, award->badge, user, error) : NULL;
	status = held ? entry_for(store, held, award, user, reason, &entry, error) : error->status;
	if (status != BRABEION_OK)
		return status;
	*sequence = 0;
	if (says_held(held, entry, award))
		return BRABEION_OK;
	status = brb_store_will_change(store, held, error);
	if (status == BRABEION_OK && entry)
		status = brb_store_will_change(store, entry, error);
	if (status == BRABEION_OK)
		status = add_pending(store, award, user, reason, held->count == 0, error);
	if (status != BRABEION_OK)
		return status;
	count_in(held, award->level, !reason[0]);
	if (entry)
		entry->value = BRB_FOR_HELD;
	*sequence = store->awards.last_sequence;
	return BRABEION_OK;
}

brabeion_status brb_store_award_add(brb_store *store, const brb_store_award *award, int64_t *sequence,
				    brabeion_error *error)
{
	if (award->reason)
		return add_unless_held(store, award, award->reason, sequence, error);
	for (;;) {
		char fresh[32];
		snprintf(fresh, sizeof fresh, "#%" PRId64, store->awards.last_sequence + 1);
		brabeion_status status = add_unless_held(store, award, fresh, sequence, error);
		if (status != BRABEION_OK || *sequence)
			return status;
		store->awards.last_sequence++; /* an event's id or badge_for has used this text: take the next */
	}
}

brabeion_status brb_store_held(brb_store *store, const char *user, const char *slug, int64_t *count,
			       int32_t *highest_level, brabeion_error *error)
{
	int64_t badge = 0, number = 0;
	brabeion_status status = brb_store_slug(store, slug, false, &badge, error);
	if (status == BRABEION_OK)
		status = brb_store_user(store, user, false, &number, error);
	if (status != BRABEION_OK)
		return status;
	brb_cache_entry *held = badge && number ? held_entry(store, (uint32_t)badge, number, error) : NULL;
	if (badge && number && !held)
		return error->status;
	*count = held ? held->count : 0;
	*highest_level = held ? (int32_t)held->value : 0;
	return BRABEION_OK;
}

bool brb_store_knows_held(brb_store *store, const brb_store_award *award)
{
	return brb_held_cache_has(store->held_cache, award);
}

/* ---- revocations ---- */

/* Rare: the driver works on the database, so what has changed so far is written first. */
brabeion_status brb_store_revoke(brb_store *store, const brb_store_revocation *revocation, brabeion_change_list *list,
				 brabeion_error *error)
{
	int64_t badge = 0, user = 0;
	brabeion_status status = brb_store_settle(store, error);
	if (status == BRABEION_OK)
		status = brb_store_slug(store, revocation->slug, false, &badge, error);
	if (status == BRABEION_OK)
		status = brb_store_user(store, revocation->user, false, &user, error);
	if (status != BRABEION_OK || !badge || !user)
		return status;
	return store->driver->transaction->revoke(store->db, badge, user, revocation, &store->awards.last_sequence,
						  list, error);
}

/* ---- the transaction ---- */

static brabeion_status reload(brb_store *store, brabeion_error *error)
{
	brb_held_cache_forget(store->held_cache);
	brabeion_status status =
		store->driver->transaction->counter(store->db, "sequence", NULL, &store->awards.last_sequence, error);
	store->awards.written_sequence = store->awards.last_sequence;
	return status;
}

static void undo(brb_store *store)
{
	store->awards.count = store->awards.marked_count;
	store->awards.last_sequence = store->awards.marked_sequence;
}

static brabeion_status write_awards(brb_store *store, brb_effects *effects, brabeion_error *error)
{
	(void)error;
	effects->awards = store->awards.pending;
	effects->award_count = store->awards.count;
	if (store->awards.last_sequence != store->awards.written_sequence)
		effects->counters[effects->counter_count++] =
			(brb_effect_counter){ "sequence", store->awards.last_sequence };
	store->awards.written_sequence = store->awards.last_sequence; /* a rollback reads it again */
	return BRABEION_OK;
}

static void forget(brb_store *store)
{
	store->awards.count = 0;
	store->awards.marked_count = 0;
	brb_arena_reset(&store->awards.texts);
}

const brb_participant brb_awards_participant = {
	.reload = reload, .undo = undo, .write = write_awards, .forget = forget
};
