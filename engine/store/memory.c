/*
 * store/memory: tallies and notes, each read from the database once and cached.
 */
#include "base/memory.h"
#include "store/internal.h"

static brabeion_status read_value(brb_store *store, brb_cache_entry *entry, const char *subject,
				  brabeion_error *error)
{
	char *text = NULL;
	const brb_driver_transaction *transaction = store->driver->transaction;
	if (entry->key[0] == BRB_CACHE_TALLY)
		return transaction->tally(store->db, entry->number, subject, &entry->value, error);
	brabeion_status status = transaction->note(store->db, entry->number, subject, &text, error);
	if (text)
		brb_value_cache_set_text(&store->values, entry, text);
	return status;
}

static brb_cache_entry *memory_entry(brb_store *store, brb_cache_kind kind, uint32_t plugin, const char *name,
				     const char *subject, brabeion_error *error)
{
	brb_cache_key key;
	brb_cache_key_begin(&key, kind);
	brb_cache_key_number(&key, plugin);
	brb_cache_key_text(&key, name);
	brb_cache_key_text(&key, subject);
	bool found;
	brb_cache_entry *entry = brb_store_entry_of(store, &key, &found, error);
	if (!entry || found)
		return entry;
	int64_t number = 0;
	if (brb_store_memory(store, plugin, name, false, &number, error) != BRABEION_OK)
		return NULL;
	entry->number = number;
	if (number && read_value(store, entry, subject, error) != BRABEION_OK)
		return NULL;
	return entry;
}

/* Before a change: gives the name a number and saves the value for undo. */
static brabeion_status prepare_change(brb_store *store, brb_cache_entry *entry, uint32_t plugin, const char *name,
				      brabeion_error *error)
{
	if (!entry->number) {
		brabeion_status status = brb_store_memory(store, plugin, name, true, &entry->number, error);
		if (status != BRABEION_OK)
			return status;
	}
	return brb_store_will_change(store, entry, error);
}

brabeion_status brb_store_tally(brb_store *store, uint32_t plugin, const char *name, const char *subject,
				int64_t *value, brabeion_error *error)
{
	brb_cache_entry *entry = memory_entry(store, BRB_CACHE_TALLY, plugin, name, subject, error);
	if (!entry)
		return error->status;
	*value = entry->value;
	return BRABEION_OK;
}

brabeion_status brb_store_tally_set(brb_store *store, uint32_t plugin, const char *name, const char *subject,
				    int64_t value, brabeion_error *error)
{
	brb_cache_entry *entry = memory_entry(store, BRB_CACHE_TALLY, plugin, name, subject, error);
	if (!entry)
		return error->status;
	brabeion_status status = prepare_change(store, entry, plugin, name, error);
	if (status == BRABEION_OK)
		entry->value = value;
	return status;
}

brabeion_status brb_store_note(brb_store *store, uint32_t plugin, const char *name, const char *subject,
			       const char **text, brabeion_error *error)
{
	brb_cache_entry *entry = memory_entry(store, BRB_CACHE_NOTE, plugin, name, subject, error);
	if (!entry)
		return error->status;
	*text = entry->text;
	return BRABEION_OK;
}

brabeion_status brb_store_note_set(brb_store *store, uint32_t plugin, const char *name, const char *subject,
				   const char *text, brabeion_error *error)
{
	brb_cache_entry *entry = memory_entry(store, BRB_CACHE_NOTE, plugin, name, subject, error);
	if (!entry)
		return error->status;
	char *copy = text ? brb_memory_copy(text) : NULL;
	if (text && !copy)
		return brb_status_no_memory(error);
	brabeion_status status = prepare_change(store, entry, plugin, name, error);
	if (status != BRABEION_OK) {
		brb_memory_release(copy);
		return status;
	}
	store->undo[store->undo_count - 1].text = entry->text;
	brb_value_cache_set_text(&store->values, entry, copy);
	return BRABEION_OK;
}
