/*
 * store/operator/memory_change: see memory_change.h.
 */
#include "store/operator/memory_change.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/number.h"
#include "store/internal.h"

enum { NUMBER_BYTES = 24 };

/* A value in words, for the record; of a user the number. */
typedef struct in_words {
	char digits[NUMBER_BYTES];
	const char *text;
	int64_t user;
} in_words;

static const char *const kind_names[] = {
	[BRB_CELL_NUMBER] = "a number", [BRB_CELL_TEXT] = "a text", [BRB_CELL_USER] = "a user"
};

/* ---- which memory ---- */

static brabeion_status no_such_memory(const brabeion_memory_change *change, brabeion_error *error)
{
	if (*change->badge)
		return brb_status_set(error, BRABEION_INVALID,
				      "the badge \"%s\" remembers nothing under the name \"%s\"", change->badge,
				      change->name);
	return brb_status_set(error, BRABEION_INVALID,
			      "the plugin \"%s\" remembers nothing of its own under the name \"%s\"", change->plugin,
			      change->name);
}

static brabeion_status check(const brabeion_memory_change *change, const brb_store_memory *memory,
			     brabeion_error *error)
{
	bool of_user = change->owner_kind == BRABEION_OWNER_USER;
	if (!memory->number)
		return no_such_memory(change, error);
	if (of_user != (memory->owner == BRB_OWNER_USER))
		return brb_status_set(error, BRABEION_INVALID, "\"%s\" is remembered of %s", change->name,
				      of_user ? "things, not of users" : "users, not of things");
	if (change->kind && (brb_cell_kind)change->kind != memory->kind)
		return brb_status_set(error, BRABEION_INVALID, "\"%s\" is %s", change->name,
				      kind_names[memory->kind]);
	return BRABEION_OK;
}

/* ---- the value ---- */

static bool is_integer(const char *text, int64_t *integer)
{
	brb_number number = brb_number_read(text);
	*integer = number.integer;
	return number.kind == BRB_NUMBER_INTEGER && !*number.end;
}

/* What is to be there: NONE when it is removed. */
static brabeion_status choose(const brb_memory_change *self, const brb_store_memory *memory, brb_cell_value *after,
			      brabeion_error *error)
{
	const brabeion_memory_change *change = self->change;
	if (self->remove)
		return BRABEION_OK;
	*after = (brb_cell_value){ .kind = memory->kind, .number = change->value, .text = change->text };
	if (memory->kind != BRB_CELL_NUMBER) {
		after->number = 0;
		return BRABEION_OK;
	}
	after->text = NULL;
	if (!change->kind && !is_integer(change->text, &after->number))
		return brb_status_set(error, BRABEION_INVALID, "\"%s\" is a number, and \"%s\" is none", change->name,
				      change->text);
	return BRABEION_OK;
}

static brabeion_status put_in_words(brb_store *store, const brb_cell_value *value, in_words *words,
				    brabeion_error *error)
{
	words->text = "";
	if (value->kind == BRB_CELL_NUMBER) {
		snprintf(words->digits, sizeof words->digits, "%" PRId64, value->number);
		words->text = words->digits;
	} else if (value->kind == BRB_CELL_TEXT) {
		words->text = value->text;
	} else if (value->kind == BRB_CELL_USER && value->text) {
		return brb_store_user(store, value->text, true, &words->user, error);
	}
	return BRABEION_OK;
}

/* ---- the record ---- */

static brabeion_status put_on_record(brb_store *store, const brb_memory_change *self, const brb_store_memory *memory,
				     const brb_cell_value *before, const brb_cell_value *after, brabeion_error *error)
{
	in_words was = { .user = 0 }, is = { .user = 0 };
	const brabeion_memory_change *change = self->change;
	bool of_user = change->owner_kind == BRABEION_OWNER_USER, has_key = *change->key;
	bool user_key = has_key && memory->keys == BRB_KEY_USER, hashed = has_key && memory->keys == BRB_KEY_HASHED;
	brb_memory_change_row row = { .at_us = self->at_us,
				      .thing = of_user ? "" : change->owner,
				      .plugin = self->plugin,
				      .badge = change->badge,
				      .name = change->name,
				      .key = hashed     ? "(hashed)"
					     : user_key ? ""
							: change->key,
				      .note = change->comment };
	brabeion_status status = of_user ? brb_store_user(store, change->owner, true, &row.user, error) : BRABEION_OK;
	if (status == BRABEION_OK && user_key)
		status = brb_store_user(store, change->key, true, &row.key_user, error);
	if (status == BRABEION_OK)
		status = put_in_words(store, before, &was, error);
	if (status == BRABEION_OK)
		status = put_in_words(store, after, &is, error);
	if (status != BRABEION_OK)
		return status;
	row.before = was.text;
	row.after = is.text;
	row.before_user = was.user;
	row.after_user = is.user;
	return store->driver->upkeep->add_memory_change(store->db, &row, error);
}

/* ---- the whole ---- */

static brabeion_status change_cell(brb_store *store, const brb_memory_change *self, const brb_store_memory *memory,
				   bool *existed, brabeion_error *error)
{
	brb_cell_value before = { .kind = BRB_CELL_NONE }, after = { .kind = BRB_CELL_NONE };
	brb_cell cell = { .memory = memory, .owner = self->change->owner, .key = self->change->key };
	brabeion_status status = choose(self, memory, &after, error);
	if (status == BRABEION_OK)
		status = brb_store_cell(store, &cell, &before, error);
	if (status != BRABEION_OK)
		return status;
	*existed = before.kind != BRB_CELL_NONE;
	if (!*existed && self->remove)
		return BRABEION_OK;
	status = brb_store_cell_set(store, &cell, &after, error);
	return status == BRABEION_OK && self->change->comment
		       ? put_on_record(store, self, memory, &before, &after, error)
		       : status;
}

brabeion_status brb_store_change_memory(brb_store *store, const brb_memory_change *self, bool *existed,
					brabeion_error *error)
{
	brb_arena arena = { 0 };
	brb_store_memory memory;
	const brabeion_memory_change *change = self->change;
	brabeion_status status =
		brb_store_find_memory(store, change->plugin, change->badge, change->name, &arena, &memory, error);
	if (status == BRABEION_OK)
		status = check(change, &memory, error);
	if (status == BRABEION_OK)
		status = change_cell(store, self, &memory, existed, error);
	brb_arena_finish(&arena);
	return status;
}

brabeion_status brb_store_list_memory_changes(brb_store *store, const brabeion_memory_filter *filter,
					      brabeion_memory_record *record, brabeion_error *error)
{
	brabeion_memory_record read_record = { .memory = brb_list_memory() };
	brabeion_status status =
		read_record.memory ? store->driver->upkeep->memory_changes(store->db, filter, &read_record, error)
				   : brb_status_no_memory(error);
	if (status == BRABEION_OK)
		*record = read_record;
	else
		brabeion_memory_record_finish(&read_record);
	return status;
}
