/*
 * store/transaction: a transaction from begin to commit: changed values with their undo, and the participants that keep the
 * rest of what it changes. All is written once, as one group of effects.
 *
 * Cached values stay valid across transactions until another connection commits, which the driver reports at the begin.
 */
#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "store/internal.h"

enum { VALUE_BYTES_MOST = 16 * 1024 * 1024 };

/* ---- changed values ---- */

brb_cache_entry *brb_store_entry_of(brb_store *store, const brb_cache_key *key, bool *found, brabeion_error *error)
{
	brb_cache_entry *entry = brb_value_cache_find(&store->values, key);
	*found = entry != NULL;
	if (!entry)
		entry = brb_value_cache_add(&store->values, key);
	if (!entry)
		brb_status_no_memory(error);
	return entry;
}

brabeion_status brb_store_will_change(brb_store *store, brb_cache_entry *entry, brabeion_error *error)
{
	if (store->undo_count == store->undo_capacity) {
		size_t capacity = store->undo_capacity ? store->undo_capacity * 2 : 64;
		brb_undo_step *undo = brb_memory_resize(store->undo, capacity, sizeof *undo);
		if (!undo)
			return brb_status_no_memory(error);
		store->undo = undo;
		store->undo_capacity = capacity;
	}
	brb_undo_step *step = &store->undo[store->undo_count++];
	*step = (brb_undo_step){ .entry = entry, .value = entry->value, .count = entry->count };
	if (entry->key[0] == BRB_CACHE_HELD)
		step->levels = entry->levels;
	if (!entry->changed) {
		entry->changed = true;
		entry->next_changed = store->changed_values;
		store->changed_values = entry;
	}
	return BRABEION_OK;
}

static void forget_undo(brb_store *store)
{
	for (size_t i = 0; i < store->undo_count; i++)
		brb_memory_release(store->undo[i].text);
	store->undo_count = 0;
}

/* ---- marks ---- */

void brb_store_mark(brb_store *store)
{
	forget_undo(store);
	store->awards.marked_count = store->awards.count;
	store->awards.marked_sequence = store->awards.last_sequence;
	store->jobs.marked_count = store->jobs.count;
}

/* An undone entry stays on the list of changed ones: it is written unchanged, which does no harm. */
void brb_store_undo(brb_store *store)
{
	while (store->undo_count) {
		brb_undo_step *step = &store->undo[--store->undo_count];
		brb_cache_entry *entry = step->entry;
		entry->value = step->value;
		entry->count = step->count;
		if (entry->key[0] == BRB_CACHE_HELD)
			entry->levels = step->levels;
		if (entry->key[0] == BRB_CACHE_NOTE) {
			brb_memory_release(entry->text);
			entry->text = step->text;
		}
	}
	for (const brb_participant *const *part = store->participants; *part; part++)
		if ((*part)->undo)
			(*part)->undo(store);
}

void brb_store_forget_changes(brb_store *store)
{
	forget_undo(store);
	for (brb_cache_entry *entry = store->changed_values; entry; entry = entry->next_changed)
		entry->changed = false;
	store->changed_values = NULL;
	for (const brb_participant *const *part = store->participants; *part; part++)
		if ((*part)->forget)
			(*part)->forget(store);
}

/* ---- writing ---- */

/* The key is kind, plugin, name, subject, the last two with their NULs. */
static brb_effect_value value_effect(const brb_cache_entry *entry)
{
	const char *name = entry->key + 1 + sizeof(uint32_t);
	bool is_tally = entry->key[0] == BRB_CACHE_TALLY;
	return (brb_effect_value){ .memory = entry->number,
				   .subject = name + strlen(name) + 1,
				   .is_tally = is_tally,
				   .tally = entry->value,
				   .note = is_tally ? NULL : entry->text };
}

static brabeion_status gather_values(brb_store *store, brb_effects *effects, brabeion_error *error)
{
	for (brb_cache_entry *entry = store->changed_values; entry; entry = entry->next_changed) {
		if (entry->key[0] != BRB_CACHE_TALLY && entry->key[0] != BRB_CACHE_NOTE)
			continue;
		brb_effect_value *value = brb_list_add(&store->value_effects, &effects->value_count,
						       &store->value_effect_capacity, sizeof *value);
		if (!value)
			return brb_status_no_memory(error);
		*value = value_effect(entry);
	}
	effects->values = store->value_effects;
	return BRABEION_OK;
}

static brabeion_status write_changes(brb_store *store, brabeion_error *error)
{
	brb_effects effects = { .value_count = 0 };
	brabeion_status status = gather_values(store, &effects, error);
	if (status != BRABEION_OK)
		return status;
	for (const brb_participant *const *part = store->participants; *part; part++)
		if ((*part)->write)
			(*part)->write(store, &effects);
	return store->driver->transaction->write(store->db, &effects, error);
}

brabeion_status brb_store_settle(brb_store *store, brabeion_error *error)
{
	brabeion_status status = write_changes(store, error);
	if (status != BRABEION_OK)
		return status;
	brb_store_forget_changes(store);
	brb_value_cache_clear(&store->values);
	brb_held_cache_forget(store->held_cache);
	store->written_early = true;
	store->jobs.next_is_known = false;
	brb_store_mark(store);
	return BRABEION_OK;
}

brabeion_status brb_store_write_counter(brb_store *store, const char *name, int64_t value, brabeion_error *error)
{
	brb_effects effects = { .counters = { { name, value } }, .counter_count = 1 };
	return store->driver->transaction->write(store->db, &effects, error);
}

/* ---- begin and end ---- */

static brabeion_status reload(brb_store *store, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	brb_value_cache_clear(&store->values);
	for (const brb_participant *const *part = store->participants; *part && status == BRABEION_OK; part++)
		if ((*part)->reload)
			status = (*part)->reload(store, error);
	store->values_are_current = status == BRABEION_OK;
	return status;
}

brabeion_status brb_store_begin(brb_store *store, brabeion_error *error)
{
	bool foreign = false;
	pthread_mutex_lock(&store->writing);
	brabeion_status status = store->driver->transaction->begin(store->db, &foreign, error);
	if (status != BRABEION_OK) {
		pthread_mutex_unlock(&store->writing);
		return status;
	}
	if (!store->values_are_current || foreign)
		status = reload(store, error);
	if (status != BRABEION_OK) {
		brb_store_rollback(store);
		return status;
	}
	store->written_early = false;
	brb_held_cache_confirm(store->held_cache);
	brb_store_mark(store);
	return BRABEION_OK;
}

static void end_transaction(brb_store *store, bool values_are_current)
{
	brb_store_forget_changes(store);
	store->values_are_current = values_are_current;
	if (values_are_current)
		brb_value_cache_evict(&store->values, VALUE_BYTES_MOST);
	else
		brb_value_cache_clear(&store->values);
	pthread_mutex_unlock(&store->writing);
}

void brb_store_rollback(brb_store *store)
{
	store->driver->transaction->rollback(store->db);
	store->seen.under_way = false; /* the driver's sweep starts over, with a new cutoff */
	end_transaction(store, false);
}

static brabeion_status sweep(brb_store *store, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (const brb_participant *const *part = store->participants; *part && status == BRABEION_OK; part++)
		if ((*part)->sweep)
			status = (*part)->sweep(store, error);
	return status;
}

brabeion_status brb_store_commit(brb_store *store, brabeion_error *error)
{
	bool jobs_ready = false;
	brabeion_status status = write_changes(store, error);
	if (status == BRABEION_OK)
		status = sweep(store, error);
	if (status == BRABEION_OK)
		status = store->driver->transaction->commit(store->db, &jobs_ready, error);
	if (status != BRABEION_OK) {
		brb_store_rollback(store);
		return status;
	}
	if (jobs_ready && !atomic_load_explicit(&store->jobs.were_stored, memory_order_relaxed))
		atomic_store_explicit(&store->jobs.were_stored, true, memory_order_relaxed);
	atomic_fetch_add_explicit(&store->commit_count, 1, memory_order_relaxed);
	end_transaction(store, true);
	return BRABEION_OK;
}

uint64_t brb_store_commit_count(const brb_store *store)
{
	return atomic_load_explicit(&store->commit_count, memory_order_relaxed);
}
