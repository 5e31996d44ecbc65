/*
 * store/registration: records loaded badges, their levels and plugins.
 *
 * Reads first, outside of the transaction: most of a reload is recorded already, and 1,000 badges would block events
 * that need the store for milliseconds.
 */
#include "store/internal.h"

static brabeion_status register_badge(brb_store *store, brb_store_badge *badge, brabeion_error *error)
{
	int64_t number = 0;
	brabeion_status status = brb_store_slug(store, badge->slug, true, &number, error);
	badge->number = (uint32_t)number;
	return status == BRABEION_OK ? store->driver->transaction->set_levels(store->db, badge, error) : status;
}

/* Those whose number is 0. */
static brabeion_status register_new(brb_store *store, brb_store_badge *badges, size_t badge_count,
				    const char *const *plugin_ids, uint32_t *plugin_numbers, size_t plugin_count,
				    brabeion_error *error)
{
	const brb_driver_transaction *transaction = store->driver->transaction;
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < badge_count && status == BRABEION_OK; i++)
		if (!badges[i].number)
			status = register_badge(store, &badges[i], error);
	for (size_t i = 0; i < plugin_count && status == BRABEION_OK; i++) {
		int64_t number = plugin_numbers[i];
		if (!number)
			status = transaction->number(store->db, BRB_NAME_PLUGIN, 0, plugin_ids[i], &number, error);
		if (status == BRABEION_OK && !number)
			status = transaction->create_number(store->db, BRB_NAME_PLUGIN, 0, plugin_ids[i], &number,
							    error);
		plugin_numbers[i] = (uint32_t)number;
	}
	return status;
}

static bool all_are_known(const brb_store_badge *badges, size_t badge_count, const uint32_t *plugin_numbers,
			  size_t plugin_count)
{
	for (size_t i = 0; i < badge_count; i++)
		if (!badges[i].number)
			return false;
	for (size_t i = 0; i < plugin_count; i++)
		if (!plugin_numbers[i])
			return false;
	return true;
}

brabeion_status brb_store_register(brb_store *store, brb_store_badge *badges, size_t badge_count,
				   const char *const *plugin_ids, uint32_t *plugin_numbers, size_t plugin_count,
				   brabeion_error *error)
{
	brabeion_status status = store->driver->read->registered(store->db, badges, badge_count, plugin_ids,
								 plugin_numbers, plugin_count, error);
	if (status != BRABEION_OK || all_are_known(badges, badge_count, plugin_numbers, plugin_count))
		return status;
	status = brb_store_begin(store, error);
	if (status != BRABEION_OK)
		return status;
	status = register_new(store, badges, badge_count, plugin_ids, plugin_numbers, plugin_count, error);
	if (status == BRABEION_OK)
		return brb_store_commit(store, error);
	brb_store_rollback(store);
	return status;
}
