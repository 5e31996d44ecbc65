/*
 * worker/optimistic_items: see optimistic_items.h.
 */
#include "worker/optimistic_items.h"

#include <string.h>

#include "base/list.h"

static brb_optimistic *of(const brb_judge *judge)
{
	return judge->backend_context;
}

bool brb_optimistic_copy(brb_optimistic *optimistic, const char **text)
{
	*text = brb_arena_copy(&optimistic->arena, *text);
	return *text != NULL;
}

static brb_item *add_item(brb_optimistic *optimistic, const brb_item *like)
{
	brb_item *added = brb_arena_take(&optimistic->arena, sizeof *added);
	const char *key = brb_arena_copy_length(&optimistic->arena, optimistic->key.text, optimistic->key.length);
	if (!added || !key)
		return NULL;
	*added = *like;
	if (!brb_optimistic_copy(optimistic, &added->name) || !brb_optimistic_copy(optimistic, &added->subject) ||
	    !brb_table_set_length(&optimistic->items, key, optimistic->key.length, added))
		return NULL;
	return added;
}

/* The brb_item of the same key; NULL when there is none. */
brb_item *brb_item_peek(brb_optimistic *optimistic, const brb_item *like)
{
	brb_builder *key = &optimistic->key;
	brb_builder_reset(key);
	brb_builder_printf(key, "%d %u %u %d %zu ", (int)like->kind, like->number, like->level, like->rearn,
			   strlen(like->name));
	brb_builder_add(key, like->name);
	brb_builder_add(key, like->subject);
	return key->failed ? NULL : brb_table_get_length(&optimistic->items, key->text, key->length);
}

/* Added when there is none; NULL when memory is short. */
brb_item *brb_item_find(brb_judge *judge, const brb_item *like)
{
	brb_optimistic *optimistic = of(judge);
	brb_item *found = brb_item_peek(optimistic, like);
	if (!found && !optimistic->key.failed)
		found = add_item(optimistic, like);
	if (!found)
		brb_status_no_memory(&judge->error);
	return found;
}

static brb_store_award award_of(const brb_item *key)
{
	return (brb_store_award){ .user = key->name,
				  .badge = key->number,
				  .level = key->level,
				  .reason = key->subject,
				  .rearn = key->rearn };
}

brb_cell brb_item_cell(const brb_item *key)
{
	return (brb_cell){ .memory = key->memory, .owner = key->name, .key = key->subject };
}

/* Of BRB_ITEM_KEY_NEXT: the key after which to go on; NULL: from the first. */
static const char *after_of(const brb_item *key)
{
	return key->subject[0] ? key->subject : NULL;
}

static brabeion_status look_up_cell(brb_judge *judge, brb_item *key)
{
	brb_optimistic *optimistic = of(judge);
	const brb_cell cell = brb_item_cell(key);
	brb_cell_value value = { .kind = BRB_CELL_NONE };
	brabeion_status status =
		brb_snapshot_reader_cell(optimistic->reader, &cell, &optimistic->arena, &value, &judge->error);
	key->now.kind = value.kind;
	key->now.value = value.number;
	key->now.text = value.text;
	key->is_committed = value.kind != BRB_CELL_NONE;
	return status;
}

static brabeion_status look_up(brb_judge *judge, brb_item *key)
{
	brb_optimistic *optimistic = of(judge);
	brb_snapshot_reader *reader = optimistic->reader;
	brabeion_error *error = &judge->error;
	brb_item_value *now = &key->now;
	int64_t count = 0;
	int32_t highest = 0;
	bool held = false;
	brabeion_status status = BRABEION_OK;
	brb_store_award award = award_of(key);
	switch (key->kind) {
	case BRB_ITEM_MEMORY:
		status = look_up_cell(judge, key);
		break;
	case BRB_ITEM_KEY_COUNT:
		status = brb_snapshot_reader_key_count(reader, key->memory, key->name, &count, error);
		now->value += count;
		break;
	case BRB_ITEM_KEY_NEXT:
		status = brb_snapshot_reader_key_next(reader, key->memory, key->name, after_of(key),
						      &optimistic->arena, &now->text, error);
		break;
	case BRB_ITEM_HELD:
		status = brb_snapshot_reader_held(reader, key->name, key->subject, &count, &highest, error);
		now->value += count;
		now->highest = highest > now->highest ? highest : now->highest;
		break;
	case BRB_ITEM_AWARD:
		status = brb_snapshot_reader_is_held(reader, &award, &held, error);
		now->value = held;
		break;
	}
	now->is_known = status == BRABEION_OK;
	return status;
}

/* What an earlier judgement added to a sum becomes part of the value. */
static void settle(const brb_optimistic *optimistic, brb_item *sum)
{
	if (!brb_item_is_sum(sum) || sum->changed_by == optimistic->judgement)
		return;
	sum->now.value += sum->own_count;
	sum->now.highest = sum->own_highest > sum->now.highest ? sum->own_highest : sum->now.highest;
	sum->own_count = sum->own_highest = 0;
}

/*
 * Looks it up if need be, and records the first read of this judgement, unless it returns what the judgement has set.
 */
brabeion_status brb_item_read(brb_judge *judge, brb_item *read)
{
	brb_optimistic *optimistic = of(judge);
	settle(optimistic, read);
	brabeion_status status = read->now.is_known ? BRABEION_OK : look_up(judge, read);
	if (status != BRABEION_OK || read->read_by == optimistic->judgement ||
	    (!brb_item_is_sum(read) && read->changed_by == optimistic->judgement))
		return status;
	brb_read_entry *entry =
		brb_list_add(&optimistic->reads, &optimistic->read_count, &optimistic->read_capacity, sizeof *entry);
	if (!entry)
		return brb_status_no_memory(&judge->error);
	*entry = (brb_read_entry){ .item = read, .seen = read->now };
	read->read_by = optimistic->judgement;
	return BRABEION_OK;
}

void brb_item_mark_changed(brb_optimistic *optimistic, brb_item *changed)
{
	if (changed->changed_by != optimistic->judgement)
		changed->before = changed->now;
	changed->changed_by = optimistic->judgement;
	changed->now.is_known = true;
}

void brb_item_add_to_sum(brb_optimistic *optimistic, brb_item *sum, int64_t delta)
{
	settle(optimistic, sum);
	sum->changed_by = optimistic->judgement;
	sum->own_count += delta;
}

/* ---- inside the transaction ---- */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static brabeion_status validate_cell(brb_judge *judge, const brb_read_entry *read, bool *valid)
{
	const brb_cell cell = brb_item_cell(read->item);
	const brb_item_value *seen = &read->seen;
	brb_cell_value value = { .kind = BRB_CELL_NONE };
	brabeion_status status = brb_store_cell(judge->store, &cell, &value, &judge->error);
	*valid = value.kind == seen->kind && value.number == seen->value && same_text(value.text, seen->text);
	return status;
}

static brabeion_status validate_read(brb_judge *judge, const brb_read_entry *read, bool *valid)
{
	const brb_item *key = read->item;
	const brb_item_value *seen = &read->seen;
	brb_store *store = judge->store;
	brabeion_error *error = &judge->error;
	int64_t value = 0;
	int32_t highest = 0;
	bool held = false;
	const char *text = NULL;
	brabeion_status status = BRABEION_OK;
	brb_store_award award = award_of(key);
	switch (key->kind) {
	case BRB_ITEM_MEMORY:
		return validate_cell(judge, read, valid);
	case BRB_ITEM_KEY_COUNT:
		status = brb_store_key_count(store, key->memory, key->name, &value, error);
		*valid = value == seen->value;
		break;
	case BRB_ITEM_KEY_NEXT:
		status = brb_store_key_next(store, key->memory, key->name, after_of(key), &text, error);
		*valid = status == BRABEION_OK && same_text(text, seen->text);
		break;
	case BRB_ITEM_HELD:
		status = brb_store_held(store, key->name, key->subject, &value, &highest, error);
		*valid = value == seen->value && highest == seen->highest;
		break;
	case BRB_ITEM_AWARD:
		status = brb_store_is_held(store, &award, false, &held, error);
		*valid = held == (seen->value != 0);
		break;
	}
	return status;
}

brabeion_status brb_optimistic_validate(brb_judge *judge, const brb_optimistic *optimistic,
					const brb_optimistic_part *part, bool *valid)
{
	bool all = true;
	brabeion_status status = BRABEION_OK;
	for (size_t i = part->read_from; i < part->read_to && all && status == BRABEION_OK; i++)
		status = validate_read(judge, &optimistic->reads[i], &all);
	if (status == BRABEION_OK)
		*valid = all;
	return status;
}
