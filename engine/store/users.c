/*
 * store/users: users as numbers. A new user has his number at once, from a counter, and his row with the rest of the
 * transaction; he stays when a judgement is undone, without visible effect. Numbers are never used again.
 *
 * In front of the database is a filter of the names, built only when names that were not there have cost more than reading all
 * once. It is as valid as a cached name that is nobody's: it is dropped with the cached values.
 */
#include <string.h>

#include "base/hash/siphash.h"
#include "base/list.h"
#include "store/internal.h"

/* Looks for names that are not there before a filter is built, and rows that are read for one of them. */
enum { ABSENT_LEAST = 4096, ROWS_PER_ABSENT = 16 };

typedef struct name_hash {
	uint8_t bytes[BRB_SIPHASH_BYTES];
} name_hash;

/* ---- the filter of names ---- */

static name_hash hash_of(const brb_store *store, const char *name)
{
	name_hash hash;
	brb_siphash(store->hash_key, name, strlen(name), hash.bytes);
	return hash;
}

static void add_name(void *context, const char *name)
{
	brb_store *store = context;
	brb_hash_filter_add(&store->users.filter, hash_of(store, name).bytes);
}

static void forget_names(brb_store *store)
{
	brb_hash_filter_finish(&store->users.filter);
	store->users.absent = 0;
}

/* There are at most as many names as numbers were given. Where memory is short there is no filter. */
static brabeion_status build_filter(brb_store *store, brabeion_error *error)
{
	size_t names = (size_t)store->users.last, capacity = names + names / 2;
	forget_names(store);
	if (brb_hash_filter_bytes(capacity) > (size_t)store->options.memory_bytes / BRB_FILTER_SHARE ||
	    !brb_hash_filter_begin(&store->users.filter, capacity))
		return BRABEION_OK;
	brabeion_status status = store->driver->transaction->each_user_name(store->db, add_name, store, error);
	for (size_t i = 0; i < store->users.count; i++)
		add_name(store, store->users.pending[i].name);
	if (status != BRABEION_OK)
		forget_names(store);
	return status;
}

/* Whether the names that were not there have cost as much as reading all, or the filter holds more than it can tell apart. */
static bool is_filter_due(const brb_store *store)
{
	const brb_hash_filter *filter = &store->users.filter;
	if (filter->words)
		return filter->count >= filter->capacity;
	return store->users.absent >= ABSENT_LEAST &&
	       store->users.absent * ROWS_PER_ABSENT >= (size_t)store->users.written_last;
}

/* Whose name it is in the database; numbers 0: nobody's. A database that never had a user is not asked. */
static brabeion_status find_user(brb_store *store, const char *name, brb_user_row *row, brabeion_error *error)
{
	*row = (brb_user_row){ 0, 0 };
	if (!store->users.written_last)
		return BRABEION_OK;
	brabeion_status status = is_filter_due(store) ? build_filter(store, error) : BRABEION_OK;
	if (status != BRABEION_OK)
		return status;
	const brb_hash_filter *filter = &store->users.filter;
	if (filter->words && !brb_hash_filter_may_have(filter, hash_of(store, name).bytes))
		return BRABEION_OK;
	status = store->driver->transaction->user(store->db, name, row, brb_store_take_state, store, error);
	store->users.absent += status == BRABEION_OK && !row->number;
	return status;
}

/* ---- users by name ---- */

static brabeion_status add_user(brb_store *store, brb_cache_entry *entry, brabeion_error *error)
{
	brb_new_user *user =
		brb_list_add(&store->users.pending, &store->users.count, &store->users.capacity, sizeof *user);
	if (!user)
		return brb_status_no_memory(error);
	entry->number = entry->value = ++store->users.last;
	if (store->users.count == 1)
		store->users.first = entry->number;
	user->name = entry->key + 1;
	if (store->users.filter.words)
		add_name(store, user->name);
	return BRABEION_OK;
}

/* After a failure the transaction ends, and with it the entry, whatever it holds. */
brb_cache_entry *brb_store_user_entry(brb_store *store, const char *user, bool create, brabeion_error *error)
{
	brb_cache_entry *last = store->last_user;
	if (last && (last->number || !create) && strcmp(last->key + 1, user) == 0)
		return last;
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_USER);
	brb_cache_key_text(&key, user);
	bool found;
	brb_cache_entry *entry = brb_store_entry_of(store, &key, &found, error);
	if (!entry)
		return NULL;
	if (!found) {
		brb_user_row row;
		if (find_user(store, user, &row, error) != BRABEION_OK)
			return NULL;
		entry->number = row.number;
		entry->value = row.owner;
	}
	if (create && !entry->number && add_user(store, entry, error) != BRABEION_OK)
		return NULL;
	store->last_user = entry;
	return entry;
}

void brb_store_expect_user(brb_store *store, const char *user, bool soon)
{
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_USER);
	brb_cache_key_text(&key, user);
	brb_value_cache_prefetch(&store->values, &key, soon);
}

brabeion_status brb_store_user(brb_store *store, const char *user, bool create, int64_t *number,
			       brabeion_error *error)
{
	brb_cache_entry *entry = brb_store_user_entry(store, user, create, error);
	if (!entry)
		return error->status;
	*number = entry->value;
	return BRABEION_OK;
}

brabeion_status brb_store_user_name(brb_store *store, int64_t number, const char **name, brabeion_error *error)
{
	if (brb_store_is_new_user(store, number)) {
		*name = brb_store_new_user(store, number)->name;
		return BRABEION_OK;
	}
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_NAME);
	brb_cache_key_wide(&key, number);
	bool found;
	brb_cache_entry *entry = brb_store_entry_of(store, &key, &found, error);
	if (!entry)
		return error->status;
	if (!found) {
		char text[BRB_SUBJECT_BYTES_MOST + 1];
		if (store->driver->transaction->user_name(store->db, number, text, error) != BRABEION_OK)
			return error->status;
		if (text[0] && !brb_value_cache_set(&store->values, entry, text, strlen(text) + 1))
			return brb_status_no_memory(error);
	}
	*name = (const char *)brb_cache_at(entry);
	return BRABEION_OK;
}

/* ---- who is meant ---- */

bool brb_store_has_aliases(const brb_store *store)
{
	return atomic_load_explicit(&store->has_aliases, memory_order_relaxed);
}

brabeion_status brb_store_present_name(brb_store *store, const char *user, const char **name, brabeion_error *error)
{
	const char *present = NULL;
	brb_cache_entry *entry = brb_store_user_entry(store, user, false, error);
	if (!entry)
		return error->status;
	brabeion_status status = entry->value == entry->number
					 ? BRABEION_OK
					 : brb_store_user_name(store, entry->value, &present, error);
	if (status == BRABEION_OK)
		*name = present ? present : user;
	return status;
}

/* ---- the transaction ---- */

static brabeion_status reload(brb_store *store, brabeion_error *error)
{
	int64_t parts[2] = { 0, 0 }, forgotten_us = 0, merges = 0;
	const brb_driver_transaction *transaction = store->driver->transaction;
	brabeion_status status = transaction->counter(store->db, "last_user", NULL, &store->users.last, error);
	if (status == BRABEION_OK)
		status = transaction->counter(store->db, "last_thing", NULL, &store->users.last_thing, error);
	if (status == BRABEION_OK)
		status = transaction->counter(store->db, "hash_key_0", NULL, &parts[0], error);
	if (status == BRABEION_OK)
		status = transaction->counter(store->db, "hash_key_1", NULL, &parts[1], error);
	if (status == BRABEION_OK)
		status = transaction->counter(store->db, BRB_COUNTER_FORGOTTEN, NULL, &forgotten_us, error);
	if (status == BRABEION_OK)
		status = transaction->counter(store->db, BRB_COUNTER_MERGES, NULL, &merges, error);
	atomic_store_explicit(&store->forgotten, forgotten_us != 0, memory_order_relaxed);
	if (merges)
		atomic_store_explicit(&store->has_aliases, true, memory_order_relaxed);
	memcpy(store->hash_key, parts, sizeof store->hash_key);
	store->users.written_last = store->users.last;
	store->users.written_last_thing = store->users.last_thing;
	return status;
}

static brabeion_status write_counters(brb_store *store, brb_effects *effects, brabeion_error *error)
{
	(void)error;
	if (store->users.last != store->users.written_last)
		effects->counters[effects->counter_count++] = (brb_effect_counter){ "last_user", store->users.last };
	if (store->users.last_thing != store->users.written_last_thing)
		effects->counters[effects->counter_count++] =
			(brb_effect_counter){ "last_thing", store->users.last_thing };
	store->users.written_last = store->users.last; /* a rollback reads them again */
	store->users.written_last_thing = store->users.last_thing;
	return BRABEION_OK;
}

static void forget(brb_store *store)
{
	store->users.count = 0;
}

const brb_participant brb_users_participant = { .reload = reload, .write = write_counters, .forget = forget };
