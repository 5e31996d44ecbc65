/*
 * store/transaction: a transaction from begin to commit: changed values with their undo, and the participants that keep the
 * rest of what it changes. All is written once, as one group of effects.
 *
 * Cached values stay valid across transactions until another connection commits, which the driver reports at the begin.
 */
#include <string.h>

#include "base/memory.h"
#include "store/internal.h"

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

static brb_undo_step *add_step(brb_store *store)
{
	if (store->undo_count == store->undo_capacity) {
		size_t capacity = store->undo_capacity ? store->undo_capacity * 2 : 64;
		brb_undo_step *undo = brb_memory_resize(store->undo, capacity, sizeof *undo);
		if (!undo)
			return NULL;
		store->undo = undo;
		store->undo_capacity = capacity;
	}
	return &store->undo[store->undo_count++];
}

static bool save_bytes(brb_store *store, const brb_cache_entry *entry, brb_undo_step *step)
{
	size_t length = brb_cache_length(entry), needed = store->undo_bytes_used + length;
	if (needed > store->undo_bytes_capacity) {
		size_t capacity = needed * 2 > 4096 ? needed * 2 : 4096;
		unsigned char *bytes = brb_memory_resize(store->undo_bytes, capacity, 1);
		if (!bytes)
			return false;
		store->undo_bytes = bytes;
		store->undo_bytes_capacity = capacity;
	}
	step->bytes_at = store->undo_bytes_used;
	step->bytes_length = length;
	if (length)
		memcpy(store->undo_bytes + step->bytes_at, entry->bytes->at, length);
	store->undo_bytes_used = needed;
	return true;
}

brabeion_status brb_store_will_change(brb_store *store, brb_cache_entry *entry, brabeion_error *error)
{
	bool has_bytes = brb_cache_has_bytes(entry);
	if (has_bytes && entry->saved == store->mark)
		return BRABEION_OK;
	brb_undo_step *step = add_step(store);
	if (!step)
		return brb_status_no_memory(error);
	*step = (brb_undo_step){ .entry = entry, .value = entry->value, .count = entry->count };
	if (entry->key[0] == BRB_CACHE_HELD)
		step->levels = entry->levels;
	if (has_bytes && !save_bytes(store, entry, step)) {
		store->undo_count--;
		return brb_status_no_memory(error);
	}
	if (has_bytes)
		entry->saved = store->mark;
	if (!entry->changed) {
		entry->changed = true;
		store->changed_bytes += sizeof *entry + entry->key_length + (has_bytes ? brb_cache_length(entry) : 0);
		entry->next_changed = store->changed_values;
		store->changed_values = entry->position;
	}
	return BRABEION_OK;
}

static void forget_undo(brb_store *store)
{
	store->undo_count = 0;
	store->undo_bytes_used = 0;
}

/* ---- marks ---- */

void brb_store_mark(brb_store *store)
{
	forget_undo(store);
	store->mark++;
	brb_arena_reset(&store->texts);
	store->awards.marked_count = store->awards.count;
	store->awards.marked_sequence = store->awards.last_sequence;
	store->jobs.marked_count = store->jobs.count;
}

/* A number that a thing has been given stays: it is of a thing that is still not there. */
static void undo_step(brb_store *store, const brb_undo_step *step)
{
	brb_cache_entry *entry = step->entry;
	if (brb_cache_has_bytes(entry)) {
		entry->saved = 0;
		if (step->bytes_length) /* there was room for them before */
			memcpy(entry->bytes->at, store->undo_bytes + step->bytes_at, step->bytes_length);
		if (entry->bytes)
			entry->bytes->length = (uint32_t)step->bytes_length;
		store->cells_changed |= entry->key[0] == BRB_CACHE_CELL;
		return;
	}
	entry->value = step->value;
	entry->count = step->count;
	if (entry->key[0] == BRB_CACHE_HELD)
		entry->levels = step->levels;
}

/* An undone entry stays on the list of changed ones: it is written unchanged, which does no harm. */
void brb_store_undo(brb_store *store)
{
	while (store->undo_count)
		undo_step(store, &store->undo[--store->undo_count]);
	store->undo_bytes_used = 0;
	for (const brb_participant *const *part = store->participants; *part; part++)
		if ((*part)->undo)
			(*part)->undo(store);
}

void brb_store_forget_changes(brb_store *store)
{
	forget_undo(store);
	for (brb_cache_entry *entry = brb_store_first_changed(store); entry;
	     entry = brb_store_next_changed(store, entry))
		entry->changed = false;
	store->changed_values = 0;
	store->cells_changed = false;
	store->changed_bytes = 0;
	for (const brb_participant *const *part = store->participants; *part; part++)
		if ((*part)->forget)
			(*part)->forget(store);
}

/* ---- writing ---- */

static brabeion_status write_changes(brb_store *store, brabeion_error *error)
{
	brb_effects effects = { .user_count = 0 };
	brabeion_status status = brb_store_write_users(store, error);
	if (status == BRABEION_OK)
		status = brb_store_gather(store, &effects, error);
	if (status != BRABEION_OK)
		return status;
	for (const brb_participant *const *part = store->participants; *part; part++)
		if ((*part)->write && (status = (*part)->write(store, &effects, error)) != BRABEION_OK)
			return status;
	return store->driver->transaction->write(store->db, &effects, error);
}

static void forget_last(brb_store *store)
{
	store->last_user = store->last_state = NULL;
}

/* What was changed and is not written is dropped with the entries: a caller that wants it kept has settled before. */
void brb_store_clear_values(brb_store *store)
{
	forget_last(store);
	forget_undo(store);
	store->changed_values = 0;
	store->cells_changed = false;
	store->changed_bytes = 0;
	brb_hash_filter_finish(&store->users.filter);
	store->users.absent = 0;
	brb_value_cache_clear(&store->values);
}

void brb_store_drop_cached(brb_store *store)
{
	brb_store_clear_values(store);
	brb_held_cache_forget(store->held_cache);
	store->jobs.next_is_known = false;
	store->journal.is_known = false;
}

brabeion_status brb_store_settle(brb_store *store, brabeion_error *error)
{
	brabeion_status status = write_changes(store, error);
	if (status != BRABEION_OK)
		return status;
	brb_store_forget_changes(store);
	brb_store_drop_cached(store);
	store->written_early = true;
	brb_store_mark(store);
	return BRABEION_OK;
}

brabeion_status brb_store_write_counter(brb_store *store, const char *name, int64_t value, brabeion_error *error)
{
	brb_effects effects = { .counters = { { name, value } }, .counter_count = 1 };
	return store->driver->transaction->write(store->db, &effects, error);
}

/* ---- the memory budget ---- */

static size_t own_bytes(const brb_store *store)
{
	return (size_t)store->options.memory_bytes / 16 * BRB_STORE_SIXTEENTHS;
}

size_t brb_store_changed_bytes(const brb_store *store)
{
	return store->changed_bytes + store->awards.count * sizeof *store->awards.pending +
	       store->awards.texts.used_bytes + store->jobs.texts.used_bytes +
	       store->seen.count * sizeof *store->seen.pending +
	       store->seen.renewed_count * sizeof *store->seen.renewed +
	       store->users.count * sizeof *store->users.pending;
}

static size_t filter_bytes(const brb_hash_filter *filter)
{
	return filter->words ? brb_hash_filter_bytes(filter->capacity) : 0;
}

/* Changed values are in the cache, and counted with it. */
static size_t used_bytes(const brb_store *store)
{
	return store->values.used_bytes + brb_store_changed_bytes(store) - store->changed_bytes +
	       store->seen.slot_count * sizeof *store->seen.slots + filter_bytes(&store->seen.filter) +
	       filter_bytes(&store->users.filter);
}

bool brb_store_is_full(const brb_store *store)
{
	return used_bytes(store) >= own_bytes(store);
}

void brb_store_memory_use(const brb_store *store, int64_t *budget_bytes, int64_t *bytes)
{
	*budget_bytes = store->options.memory_bytes;
	*bytes = atomic_load_explicit(&store->used_bytes, memory_order_relaxed);
}

/* ---- begin and end ---- */

static brabeion_status reload(brb_store *store, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	brb_store_clear_values(store);
	for (const brb_participant *const *part = store->participants; *part && status == BRABEION_OK; part++)
		if ((*part)->reload)
			status = (*part)->reload(store, error);
	store->values_are_current = status == BRABEION_OK;
	return status;
}

brabeion_status brb_store_begin(brb_store *store, brabeion_error *error)
{
	bool foreign = false;
	if (store->options.read_only)
		return brb_status_refuse(error, BRABEION_READ_ONLY);
	atomic_fetch_add_explicit(&store->waiting, 1, memory_order_relaxed);
	pthread_mutex_lock(&store->writing);
	atomic_fetch_sub_explicit(&store->waiting, 1, memory_order_relaxed);
	brabeion_status status = store->driver->transaction->begin(store->db, &foreign, error);
	if (status != BRABEION_OK) {
		pthread_mutex_unlock(&store->writing);
		return status;
	}
	if (!store->values_are_current || foreign)
		status = reload(store, error);
	else
		brb_value_cache_evict(&store->values, own_bytes(store) / (store->was_full ? 4 : 2));
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
	atomic_store_explicit(&store->used_bytes, (int64_t)used_bytes(store), memory_order_relaxed);
	store->was_full = brb_store_is_full(store);
	brb_store_forget_changes(store);
	store->values_are_current = values_are_current;
	forget_last(store);
	if (!values_are_current)
		brb_store_clear_values(store);
	pthread_mutex_unlock(&store->writing);
}

void brb_store_rollback(brb_store *store)
{
	store->driver->transaction->rollback(store->db);
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

/* ---- others ---- */

void brb_store_company(brb_store *store, bool *there, bool *waiting)
{
	store->driver->transaction->company(store->db, there, waiting);
	*waiting = *waiting || atomic_load_explicit(&store->waiting, memory_order_relaxed) > 0;
}
