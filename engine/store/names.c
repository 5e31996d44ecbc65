/*
 * store/names: events and badges as numbers. A number, once given, never changes. A new name is written at once, inside the
 * transaction that needs it; it stays when a judgement is undone, without visible effect.
 */
#include "store/internal.h"

/* After a failure the transaction ends, and with it the entry, whatever it holds. */
static brabeion_status cached_number(brb_store *store, const brb_cache_key *key, brb_name_kind kind, const char *name,
				     bool create, int64_t *number, brabeion_error *error)
{
	bool found;
	brb_cache_entry *entry = brb_store_entry_of(store, key, &found, error);
	if (!entry)
		return error->status;
	brabeion_status status = BRABEION_OK;
	const brb_driver_transaction *transaction = store->driver->transaction;
	if (!found)
		status = transaction->number(store->db, kind, name, &entry->number, error);
	if (status == BRABEION_OK && create && !entry->number)
		status = transaction->create_number(store->db, kind, name, &entry->number, error);
	if (status != BRABEION_OK)
		return status;
	*number = entry->number;
	return BRABEION_OK;
}

brabeion_status brb_store_event(brb_store *store, const char *event, int64_t *number, brabeion_error *error)
{
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_EVENT);
	brb_cache_key_text(&key, event);
	return cached_number(store, &key, BRB_NAME_EVENT, event, true, number, error);
}

brabeion_status brb_store_slug(brb_store *store, const char *slug, bool create, int64_t *number,
			       brabeion_error *error)
{
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_BADGE);
	brb_cache_key_text(&key, slug);
	return cached_number(store, &key, BRB_NAME_BADGE, slug, create, number, error);
}

brabeion_status brb_store_plugin(brb_store *store, const char *id, uint32_t *number, brabeion_error *error)
{
	int64_t found = 0;
	brabeion_status status = store->driver->transaction->number(store->db, BRB_NAME_PLUGIN, id, &found, error);
	if (status == BRABEION_OK)
		*number = (uint32_t)found;
	return status;
}
