/*
 * worker/optimistic: see optimistic.h. What is read and changed are items (optimistic_items.h).
 *
 * Keys are listed as they are committed, without those that are planned to go; then come those that are planned. Each step
 * among committed keys is a read; so is a planned cell of an earlier judgement that was listed or left out. Where such a
 * judgement was applied, the steps have changed, and where it was not, the cell has: either way the judgement that listed
 * them is made again.
 */
#include "worker/optimistic.h"

#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "worker/optimistic_items.h"

brabeion_status brb_optimistic_open(brb_store *store, brb_optimistic **out, brabeion_error *error)
{
	brb_optimistic *optimistic = brb_memory_take_zeroed(1, sizeof *optimistic);
	if (!optimistic)
		return brb_status_no_memory(error);
	brabeion_status status = brb_snapshot_reader_open(store, &optimistic->reader, error);
	if (status == BRABEION_OK)
		*out = optimistic;
	else
		brb_memory_release(optimistic);
	return status;
}

void brb_optimistic_close(brb_optimistic *optimistic)
{
	if (!optimistic)
		return;
	brb_snapshot_reader_close(optimistic->reader);
	brb_table_finish(&optimistic->items);
	brb_memory_release(optimistic->added);
	brb_builder_finish(&optimistic->key);
	brb_arena_finish(&optimistic->arena);
	brb_memory_release(optimistic->reads);
	brb_memory_release(optimistic->changes);
	brb_memory_release(optimistic);
}

void brb_optimistic_reset(brb_optimistic *optimistic)
{
	brb_table_finish(&optimistic->items);
	optimistic->items = (brb_table){ 0 };
	optimistic->added_count = 0;
	brb_arena_reset(&optimistic->arena);
	optimistic->read_count = 0;
	optimistic->change_count = 0;
}

/* ---- one judgement ---- */

void brb_optimistic_begin(brb_optimistic *optimistic)
{
	optimistic->judgement++;
	optimistic->read_from = optimistic->read_count;
	optimistic->change_from = optimistic->change_count;
}

static void drop_changes(brb_optimistic *optimistic)
{
	size_t position = 0;
	const brb_table_entry *entry;
	optimistic->change_count = optimistic->change_from;
	while ((entry = brb_table_next(&optimistic->items, &position))) {
		brb_item *changed = entry->value;
		if (changed->changed_by != optimistic->judgement)
			continue;
		if (!brb_item_is_sum(changed))
			changed->now = changed->before;
		changed->own_count = changed->own_highest = 0;
	}
}

brb_optimistic_part brb_optimistic_end(brb_optimistic *optimistic, bool failed)
{
	if (failed && optimistic->change_count > optimistic->change_from)
		drop_changes(optimistic);
	return (brb_optimistic_part){ optimistic->read_from, optimistic->read_count, optimistic->change_from,
				      optimistic->change_count };
}

static brb_optimistic *of(const brb_judge *judge)
{
	return judge->backend_context;
}

static bool enter(brb_judge *judge)
{
	return judge->fault == BRABEION_OK;
}

/* NULL when memory is short. */
static brb_planned_change *add_change(brb_judge *judge, brb_planned_kind kind)
{
	brb_optimistic *optimistic = of(judge);
	brb_planned_change *change = brb_list_add(&optimistic->changes, &optimistic->change_count,
						  &optimistic->change_capacity, sizeof *change);
	if (change)
		change->kind = kind;
	else
		brb_status_no_memory(&judge->error);
	return change;
}

/* ---- memory ---- */

static brb_item like_memory(brb_item_kind kind, const brb_store_memory *memory, const char *owner, const char *key)
{
	return (brb_item){ .kind = kind, .number = memory->number, .memory = memory, .name = owner, .subject = key };
}

static brb_item *find_memory(brb_judge *judge, const brb_cell *cell)
{
	const brb_item like = like_memory(BRB_ITEM_MEMORY, cell->memory, cell->owner, cell->key);
	return brb_item_find(judge, &like);
}

static bool exists(const brb_item *cell)
{
	return cell->now.kind != BRB_CELL_NONE;
}

static brabeion_status read_cell(brb_judge *judge, const brb_cell *cell, brb_cell_value *value)
{
	brb_item *found = find_memory(judge, cell);
	brabeion_status status = found ? brb_item_read(judge, found) : judge->error.status;
	if (status == BRABEION_OK)
		*value = (brb_cell_value){ .kind = found->now.kind,
					   .number = found->now.value,
					   .text = found->now.text };
	return status;
}

/* A key has come, or gone. */
static brabeion_status note_key(brb_judge *judge, brb_item *changed)
{
	brb_optimistic *optimistic = of(judge);
	const brb_item like = like_memory(BRB_ITEM_KEY_COUNT, changed->memory, changed->name, "");
	brb_item *count = brb_item_find(judge, &like);
	if (!count)
		return judge->error.status;
	brb_item_add_to_sum(optimistic, count, exists(changed) ? 1 : -1);
	if (changed->is_committed || changed->is_added)
		return BRABEION_OK;
	brb_item **added = brb_list_add(&optimistic->added, &optimistic->added_count, &optimistic->added_capacity,
					sizeof *added);
	if (!added)
		return brb_status_no_memory(&judge->error);
	*added = changed;
	changed->is_added = true;
	return BRABEION_OK;
}

/* Whether there was a cell under a key decides how many keys there are: it counts as read. */
static brabeion_status set_cell(brb_judge *judge, const brb_cell *cell, const brb_cell_value *value)
{
	const char *text = value->text;
	if (text && !brb_optimistic_copy(of(judge), &text))
		return brb_status_no_memory(&judge->error);
	brb_item *changed = find_memory(judge, cell);
	if (!changed)
		return judge->error.status;
	brabeion_status status = cell->key[0] ? brb_item_read(judge, changed) : BRABEION_OK;
	bool existed = exists(changed);
	brb_planned_change *change = status == BRABEION_OK ? add_change(judge, BRB_PLANNED_CELL) : NULL;
	if (!change)
		return judge->error.status;
	change->cell = brb_item_cell(changed);
	change->value = (brb_cell_value){ .kind = value->kind, .number = value->number, .text = text };
	brb_item_mark_changed(of(judge), changed);
	changed->now.kind = value->kind;
	changed->now.value = value->number;
	changed->now.text = text;
	return cell->key[0] && exists(changed) != existed ? note_key(judge, changed) : BRABEION_OK;
}

static brabeion_status count_keys(brb_judge *judge, const brb_store_memory *memory, const char *owner, int64_t *count)
{
	const brb_item like = like_memory(BRB_ITEM_KEY_COUNT, memory, owner, "");
	brb_item *found = brb_item_find(judge, &like);
	brabeion_status status = found ? brb_item_read(judge, found) : judge->error.status;
	if (status == BRABEION_OK)
		*count = found->now.value + found->own_count;
	return status;
}

/* The planned keys behind one of them, or from the first. *key NULL: the end. */
static brabeion_status next_added(brb_judge *judge, const brb_store_memory *memory, const char *owner,
				  const brb_item *behind, const char **key)
{
	brb_optimistic *optimistic = of(judge);
	size_t i = 0;
	while (behind && optimistic->added[i++] != behind)
		;
	*key = NULL;
	for (; i < optimistic->added_count; i++) {
		brb_item *added = optimistic->added[i];
		if (added->number != memory->number || strcmp(added->name, owner) != 0)
			continue;
		brabeion_status status = brb_item_read(judge, added);
		if (status != BRABEION_OK)
			return status;
		if (exists(added)) {
			*key = added->subject;
			return BRABEION_OK;
		}
	}
	return BRABEION_OK;
}

static brabeion_status next_key(brb_judge *judge, const brb_store_memory *memory, const char *owner,
				const char *after, const char **key)
{
	brb_optimistic *optimistic = of(judge);
	const brb_item from = like_memory(BRB_ITEM_MEMORY, memory, owner, after ? after : "");
	const brb_item *behind = after ? brb_item_peek(optimistic, &from) : NULL;
	if (behind && behind->is_added)
		return next_added(judge, memory, owner, behind, key);
	for (;;) {
		const brb_item like = like_memory(BRB_ITEM_KEY_NEXT, memory, owner, after ? after : "");
		brb_item *step = brb_item_find(judge, &like);
		brabeion_status status = step ? brb_item_read(judge, step) : judge->error.status;
		if (status != BRABEION_OK)
			return status;
		if (!step->now.text)
			return next_added(judge, memory, owner, NULL, key);
		*key = after = step->now.text;
		const brb_item reached = like_memory(BRB_ITEM_MEMORY, memory, owner, after);
		brb_item *planned = brb_item_peek(optimistic, &reached);
		if (!planned || !planned->now.is_known || exists(planned))
			return BRABEION_OK;
		status = brb_item_read(judge, planned); /* it goes */
		if (status != BRABEION_OK)
			return status;
	}
}

/* ---- names ---- */

/* No read that is compared later: merging a user takes the user's jobs away from whoever judges them. */
static brabeion_status find_present_name(brb_judge *judge, const char *user, const char **name)
{
	return brb_snapshot_reader_present_name(of(judge)->reader, user, &of(judge)->arena, name, &judge->error);
}

static brabeion_status hash_text(brb_judge *judge, const char *text, uint64_t *hash)
{
	return brb_snapshot_reader_hash(of(judge)->reader, text, hash, &judge->error);
}

/* ---- awards ---- */

static brabeion_status read_held(brb_judge *judge, const char *user, const char *slug, int64_t *count, int32_t *level)
{
	brb_item *held = brb_item_find(judge, &(brb_item){ .kind = BRB_ITEM_HELD, .name = user, .subject = slug });
	brabeion_status status = held ? brb_item_read(judge, held) : judge->error.status;
	if (status != BRABEION_OK)
		return status;
	*count = held->now.value + held->own_count;
	*level = held->own_highest > held->now.highest ? held->own_highest : held->now.highest;
	return BRABEION_OK;
}

/* The cache may be a second old, and is not validated. */
static bool knows_held(brb_judge *judge, const brb_store_award *award)
{
	(void)judge, (void)award;
	return false;
}

static brb_item *find_award(brb_judge *judge, const brb_store_award *award)
{
	return brb_item_find(judge, &(brb_item){ .kind = BRB_ITEM_AWARD,
						 .number = award->badge,
						 .level = award->level,
						 .rearn = award->rearn,
						 .name = award->user,
						 .subject = award->reason });
}

static brabeion_status is_held(brb_judge *judge, const brb_store_award *award, bool *held)
{
	*held = false;
	if (!award->reason)
		return BRABEION_OK;
	brb_item *found = find_award(judge, award);
	brabeion_status status = found ? brb_item_read(judge, found) : judge->error.status;
	if (status == BRABEION_OK)
		*held = found->now.value != 0;
	return status;
}

/* The judgement sees one more held. */
static brabeion_status count_held(brb_judge *judge, const brb_store_award *award)
{
	const brb_badge *badge = brb_generation_badge(judge->generation, award->badge);
	if (!badge)
		return BRABEION_OK;
	brb_item *held = brb_item_find(
		judge, &(brb_item){ .kind = BRB_ITEM_HELD, .name = award->user, .subject = badge->slug });
	if (!held)
		return judge->error.status;
	brb_item_add_to_sum(of(judge), held, 1);
	if ((int32_t)award->level > held->own_highest)
		held->own_highest = (int32_t)award->level;
	return BRABEION_OK;
}

/* Called after is_held was false. */
static brabeion_status add_award(brb_judge *judge, const brb_store_award *award, int64_t *sequence)
{
	brb_optimistic *optimistic = of(judge);
	brb_item *found = award->reason ? find_award(judge, award) : NULL;
	brb_planned_change *change = found || !award->reason ? add_change(judge, BRB_PLANNED_AWARD) : NULL;
	if (!change)
		return judge->error.status;
	if (found) {
		brb_item_mark_changed(optimistic, found);
		found->now.value = 1;
	}
	brb_store_award *kept = &change->award;
	*kept = *award;
	if (!brb_optimistic_copy(optimistic, &kept->user) ||
	    (kept->reason && !brb_optimistic_copy(optimistic, &kept->reason)) ||
	    !brb_optimistic_copy(optimistic, &kept->event) || !brb_optimistic_copy(optimistic, &kept->event_id) ||
	    (kept->note && !brb_optimistic_copy(optimistic, &kept->note)))
		return brb_status_no_memory(&judge->error);
	*sequence = 0;
	return count_held(judge, award);
}

/* Later judgements of the pass do not see the lapse. If they read what lapses, they fail validation: rare, and safe. */
static brabeion_status lapse(brb_judge *judge, const brb_store_revocation *which, brabeion_change_list *lapsed)
{
	brb_optimistic *optimistic = of(judge);
	brb_planned_change *change = add_change(judge, BRB_PLANNED_LAPSE);
	(void)lapsed;
	if (!change)
		return judge->error.status;
	change->lapse = *which;
	if (brb_optimistic_copy(optimistic, &change->lapse.user) &&
	    brb_optimistic_copy(optimistic, &change->lapse.slug) &&
	    brb_optimistic_copy(optimistic, &change->lapse.note))
		return BRABEION_OK;
	return brb_status_no_memory(&judge->error);
}

/* ---- jobs ---- */

static bool copy_fields(brb_optimistic *optimistic, brb_store_job *job)
{
	brabeion_field *fields = brb_arena_take(&optimistic->arena, (job->field_count + 1) * sizeof *fields);
	if (!fields)
		return false;
	for (size_t i = 0; i < job->field_count; i++) {
		fields[i] = job->fields[i];
		bool has_text = fields[i].type == BRABEION_TYPE_TEXT || fields[i].type == BRABEION_TYPE_JSON;
		if (!brb_optimistic_copy(optimistic, &fields[i].name) ||
		    (has_text && !brb_optimistic_copy(optimistic, &fields[i].value.text)))
			return false;
	}
	job->fields = fields;
	return true;
}

static brabeion_status add_job(brb_judge *judge, const brb_store_job *job)
{
	brb_optimistic *optimistic = of(judge);
	brb_planned_change *change = add_change(judge, BRB_PLANNED_JOB);
	if (!change)
		return judge->error.status;
	brb_store_job *kept = &change->job;
	*kept = *job;
	if (brb_optimistic_copy(optimistic, &kept->user) && brb_optimistic_copy(optimistic, &kept->event) &&
	    brb_optimistic_copy(optimistic, &kept->event_id) && copy_fields(optimistic, kept))
		return BRABEION_OK;
	return brb_status_no_memory(&judge->error);
}

const brb_backend brb_backend_optimistic = {
	.enter = enter,
	.cell = read_cell,
	.cell_set = set_cell,
	.key_count = count_keys,
	.key_next = next_key,
	.present_name = find_present_name,
	.hash = hash_text,
	.held = read_held,
	.knows_held = knows_held,
	.is_held = is_held,
	.award_add = add_award,
	.lapse = lapse,
	.job_add = add_job,
	.plans = true,
};

/* ---- inside the transaction ---- */

const brb_planned_change *brb_optimistic_changes(const brb_optimistic *optimistic, const brb_optimistic_part *part,
						 size_t *count)
{
	*count = part->change_to - part->change_from;
	return optimistic->changes + part->change_from;
}
