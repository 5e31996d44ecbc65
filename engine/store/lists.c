/*
 * store/lists: lists of committed data, which the driver reads in a snapshot of its own. See store.h.
 *
 * Guarantees: a list is returned whole or not at all.
 */
#include "base/list.h"
#include "base/memory.h"
#include "store/internal.h"

brabeion_status brb_store_list_awards(brb_store *store, brb_store_whose whose, const char *name, int64_t before,
				      size_t limit, brabeion_award_list *list, brabeion_error *error)
{
	brabeion_award_list read = { .memory = brb_list_memory() };
	brabeion_status status =
		read.memory ? store->driver->read->awards(store->db, whose, name, before, limit, &read, error)
			    : brb_status_no_memory(error);
	if (status == BRABEION_OK)
		*list = read;
	else
		brabeion_award_list_finish(&read);
	return status;
}

brabeion_status brb_store_count_awards(brb_store *store, const char *user, int64_t *count, brabeion_error *error)
{
	return store->driver->read->count_awards(store->db, user, count, error);
}

brabeion_status brb_store_list_users(brb_store *store, const char *after, size_t limit, brabeion_user_list *list,
				     brabeion_error *error)
{
	brabeion_user_list read = { .memory = brb_list_memory() };
	brabeion_status status = read.memory ? store->driver->read->users(store->db, after, limit, &read, error)
					     : brb_status_no_memory(error);
	if (status == BRABEION_OK)
		*list = read;
	else
		brabeion_user_list_finish(&read);
	return status;
}

brabeion_status brb_store_list_changes(brb_store *store, int64_t after, size_t limit, brabeion_change_list *list,
				       brabeion_error *error)
{
	brabeion_change_list read = { .memory = brb_list_memory() };
	brabeion_status status = read.memory ? store->driver->read->changes(store->db, after, limit, &read, error)
					     : brb_status_no_memory(error);
	if (status == BRABEION_OK)
		*list = read;
	else
		brabeion_change_list_finish(&read);
	return status;
}

brabeion_status brb_store_list_user_changes(brb_store *store, const char *user, int64_t before, size_t limit,
					    brabeion_change_list *list, brabeion_error *error)
{
	brabeion_change_list read = { .memory = brb_list_memory() };
	brabeion_status status =
		read.memory ? store->driver->read->user_changes(store->db, user, before, limit, &read, error)
			    : brb_status_no_memory(error);
	if (status == BRABEION_OK)
		*list = read;
	else
		brabeion_change_list_finish(&read);
	return status;
}

brabeion_status brb_store_look_up(brb_store *store, const char *user, const char *slug, brb_arena *arena,
				  brb_store_found *found, brabeion_error *error)
{
	return store->driver->read->look_up(store->db, user, slug, arena, found, error);
}

brabeion_status brb_store_list_trophies(brb_store *store, const char *user, size_t limit, brb_arena *arena,
					brb_store_trophies *out, brabeion_error *error)
{
	brb_store_trophies read = { .trophies = brb_arena_take(arena, (limit + 1) * sizeof *read.trophies) };
	if (!read.trophies)
		return brb_status_no_memory(error);
	brabeion_status status = store->driver->read->trophies(store->db, user, limit, arena, &read, error);
	if (status == BRABEION_OK)
		*out = read;
	return status;
}

brabeion_status brb_store_list_memory(brb_store *store, const brabeion_memory_filter *filter,
				      brabeion_memory_list *list, brabeion_error *error)
{
	brabeion_memory_list read = { .memory = brb_list_memory() };
	brabeion_status status = read.memory ? store->driver->read->memory(store->db, filter, &read, error)
					     : brb_status_no_memory(error);
	if (status == BRABEION_OK)
		*list = read;
	else
		brabeion_memory_list_finish(&read);
	return status;
}

brabeion_status brb_store_holders(brb_store *store, const char *slug, int64_t *holders, int64_t *at_level,
				  uint32_t level_count, brabeion_error *error)
{
	return store->driver->read->holders(store->db, slug, holders, at_level, level_count, error);
}

/* ---- quarantined badges ---- */

brabeion_status brb_store_quarantine(brb_store *store, const brb_store_quarantined *badge, brabeion_error *error)
{
	return store->driver->quarantine->add(store->db, badge, error);
}

brabeion_status brb_store_is_quarantined(brb_store *store, uint32_t badge, bool *quarantined, brabeion_error *error)
{
	return store->driver->quarantine->has(store->db, badge, quarantined, error);
}

brabeion_status brb_store_release(brb_store *store, const char *slug, bool *released, brabeion_error *error)
{
	return store->driver->quarantine->remove(store->db, slug, released, error);
}

brabeion_status brb_store_list_quarantined(brb_store *store, brb_arena *arena, brb_store_quarantined **list,
					   size_t *count, brabeion_error *error)
{
	brb_store_quarantined *read = NULL;
	size_t read_count = 0;
	brabeion_status status = store->driver->quarantine->list(store->db, arena, &read, &read_count, error);
	if (status != BRABEION_OK) {
		brb_memory_release(read);
		return status;
	}
	*list = read;
	*count = read_count;
	return BRABEION_OK;
}

brabeion_status brb_store_list_passed(brb_store *store, brb_store_passed **list, size_t *count, brabeion_error *error)
{
	brb_store_passed *read = NULL;
	size_t read_count = 0;
	brabeion_status status = store->driver->quarantine->list_passed(store->db, &read, &read_count, error);
	if (status != BRABEION_OK) {
		brb_memory_release(read);
		return status;
	}
	*list = read;
	*count = read_count;
	return BRABEION_OK;
}
