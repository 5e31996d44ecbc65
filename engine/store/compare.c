/*
 * store/compare: see compare.h. One pass over the awards of each side, which looks each up on the other.
 */
#include "store/compare.h"

#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "store/internal.h"

void brb_difference_list_finish(brb_difference_list *list)
{
	brb_memory_release(list->items);
	brb_arena_finish(&list->memory);
	*list = (brb_difference_list){ 0 };
}

/* ---- look-ups on the other side ---- */

typedef struct compared_side {
	brb_store *store;
	brb_view view;
} compared_side;

static brabeion_status read_state(const compared_side *side, const brabeion_award_info *award, brb_award_state *state,
				  brabeion_error *error)
{
	return side->store->driver->copy->award_state(side->store->db, side->view, award, state, error);
}

static brabeion_status count_numbered(const compared_side *side, const brabeion_award_info *award, bool also_revoked,
				      int64_t *count, brabeion_error *error)
{
	return side->store->driver->copy->count_numbered(side->store->db, side->view, award, also_revoked, count,
							 error);
}

static bool may_come_back(const brb_award_state *state, const brb_difference *gain, int64_t last_us)
{
	if (state->lapsed)
		return state->by_backfill || state->revoked_at_us <= last_us;
	return gain->rearn && gain->award.at_us > state->revoked_at_us;
}

static brabeion_status look_for_gain(const compared_side *held, const brb_difference *gain, int64_t last_us,
				     bool *gains, brabeion_error *error)
{
	brb_award_state state = { 0 };
	int64_t count = 0;
	brabeion_status status = gain->rank ? count_numbered(held, &gain->award, true, &count, error)
					    : read_state(held, &gain->award, &state, error);
	*gains = gain->rank ? gain->rank > count
			    : !state.known || (state.revoked && may_come_back(&state, gain, last_us));
	return status;
}

static brabeion_status look_for_loss(const compared_side *judged, const brb_difference *loss, bool *loses,
				     brabeion_error *error)
{
	brb_award_state state = { 0 };
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
	brabeion_status status = look_for_gain(&(compared_side){ held, BRB_OWN }, gain, last_us, &gains, error);
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

/* ---- the pass over one side ---- */

typedef struct award_walk {
	const brb_comparison *comparison;
	compared_side from; /* the side of the pass */
	compared_side other;
	bool lost; /* `from` is the held side */
	brb_difference_list *list;
} award_walk;

/* Whether the award is compared; fills in what is known of its badge. */
static bool is_compared(const award_walk *walk, brb_difference *difference)
{
	const brb_comparison *comparison = walk->comparison;
	const brabeion_award_info *award = &difference->award;
	const brb_compared_badge *badge = comparison->badges ? brb_table_get(comparison->badges, award->badge) : NULL;
	if (comparison->badges && !badge)
		return false;
	difference->rearn = badge && badge->rearn;
	if (!walk->lost)
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

static brabeion_status take_row(void *context, const brabeion_award_info *award, int64_t rank, brabeion_error *error)
{
	award_walk *walk = context;
	brb_difference difference = { .award = *award, .rank = rank, .lost = walk->lost };
	bool differs = false;
	if (!walk->lost)
		walk->list->judged_sequence = award->sequence;
	if (!is_compared(walk, &difference))
		return BRABEION_OK;
	brabeion_status status =
		walk->lost ? look_for_loss(&walk->other, &difference, &differs, error)
			   : look_for_gain(&walk->other, &difference, walk->comparison->last_us, &differs, error);
	if (status != BRABEION_OK || !differs)
		return status;
	brb_difference_list *list = walk->list;
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

static brabeion_status walk_along(award_walk *walk, brabeion_error *error)
{
	const brb_comparison *comparison = walk->comparison;
	bool whole = walk->lost || has_temporary(comparison->badges);
	return walk->from.store->driver->copy->each_award(walk->from.store->db, walk->from.view,
							  whole ? 0 : comparison->after, take_row, walk, error);
}

static brabeion_status compare(compared_side held, compared_side judged, const brb_comparison *comparison,
			       brb_difference_list *list, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	list->judged_sequence = comparison->after;
	if (comparison->gained)
		status = walk_along(&(award_walk){ comparison, judged, held, false, list }, error);
	if (comparison->lost && status == BRABEION_OK)
		status = walk_along(&(award_walk){ comparison, held, judged, true, list }, error);
	return status;
}

brabeion_status brb_store_compare(brb_store *held, brb_store *judged, bool in_transaction,
				  const brb_comparison *comparison, brb_difference_list *list, brabeion_error *error)
{
	compared_side of_held = { held, in_transaction ? BRB_OWN : BRB_COMMITTED },
		      of_judged = { judged, BRB_COMMITTED };
	brabeion_status status = judged->driver->copy->begin_snapshot(judged->db, error);
	if (status != BRABEION_OK)
		return status;
	if (!in_transaction)
		status = held->driver->copy->begin_snapshot(held->db, error);
	if (status == BRABEION_OK) {
		status = compare(of_held, of_judged, comparison, list, error);
		if (!in_transaction)
			held->driver->copy->end_snapshot(held->db);
	}
	judged->driver->copy->end_snapshot(judged->db);
	return status;
}
