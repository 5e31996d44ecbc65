/*
 * store/registration: records loaded badges, their levels, plugins, and the names under which they remember.
 *
 * Reads first, outside of the transaction: most of a reload is recorded already, and 1,000 badges would block events
 * that need the store for milliseconds. Where nothing may be written, what is not recorded keeps the number 0: nothing is
 * stored of it.
 */
#include "store/internal.h"

/* ---- badges and plugins ---- */

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
			status = transaction->number(store->db, BRB_NAME_PLUGIN, plugin_ids[i], &number, error);
		if (status == BRABEION_OK && !number)
			status =
				transaction->create_number(store->db, BRB_NAME_PLUGIN, plugin_ids[i], &number, error);
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

/* ---- one transaction for all ---- */

void brb_store_register_begin(brb_store *store)
{
	store->registration = BRB_REGISTRATION_TOGETHER;
}

static brabeion_status begin(brb_store *store, brabeion_error *error)
{
	if (store->registration == BRB_REGISTRATION_OPEN)
		return BRABEION_OK;
	brabeion_status status = brb_store_begin(store, error);
	if (status == BRABEION_OK && store->registration == BRB_REGISTRATION_TOGETHER)
		store->registration = BRB_REGISTRATION_OPEN;
	return status;
}

static brabeion_status end(brb_store *store, brabeion_status status, brabeion_error *error)
{
	if (store->registration == BRB_REGISTRATION_OPEN)
		return status;
	if (status == BRABEION_OK)
		return brb_store_commit(store, error);
	brb_store_rollback(store);
	return status;
}

brabeion_status brb_store_register_end(brb_store *store, brabeion_status status, brabeion_error *error)
{
	brb_registration_state was = store->registration;
	store->registration = BRB_REGISTRATION_EACH;
	return was == BRB_REGISTRATION_OPEN ? end(store, status, error) : status;
}

/* ---- badges and plugins, all of them ---- */

brabeion_status brb_store_register(brb_store *store, brb_store_badge *badges, size_t badge_count,
				   const char *const *plugin_ids, uint32_t *plugin_numbers, size_t plugin_count,
				   brabeion_error *error)
{
	brabeion_status status = store->driver->read->registered(store->db, badges, badge_count, plugin_ids,
								 plugin_numbers, plugin_count, error);
	if (status != BRABEION_OK || store->options.read_only ||
	    all_are_known(badges, badge_count, plugin_numbers, plugin_count))
		return status;
	status = begin(store, error);
	if (status != BRABEION_OK)
		return status;
	status = register_new(store, badges, badge_count, plugin_ids, plugin_numbers, plugin_count, error);
	return end(store, status, error);
}

/* ---- memory names ---- */

static const char *words_of(const brb_store_memory *memory)
{
	static const char *const words[2][3] = {
		{ "numbers of users", "texts of users", "references of users" },
		{ "numbers of things", "texts of things", "references of things" },
	};
	return words[memory->owner][memory->kind - BRB_CELL_NUMBER];
}

static const char *keys_of(const brb_store_memory *memory)
{
	static const char *const words[] = { "", ", by users", ", by hashed keys" };
	return words[memory->keys];
}

/* What has data must stay what it is. */
static brabeion_status check_declaration(brb_store *store, const brb_store_memory *memory, brb_arena *arena,
					 brabeion_error *error)
{
	bool has_data = false;
	const char *plugin = "";
	brb_store_memory before = *memory;
	brabeion_status status = store->driver->read->memory_name(store->db, &before, arena, &plugin, error);
	if (status != BRABEION_OK || !before.number ||
	    (before.owner == memory->owner && before.kind == memory->kind && before.keys == memory->keys))
		return status;
	status = store->driver->read->has_cells(store->db, before.number, &has_data, error);
	if (status != BRABEION_OK || !has_data)
		return status;
	return brb_status_set(
		error, BRABEION_CONFIG,
		"%s: the plugin \"%s\" declares its memory \"%s\" as %s%s; the database has it as %s%s. "
		"Give it another name, or remove what it remembers first",
		store->path, plugin, memory->name, words_of(memory), keys_of(memory), words_of(&before),
		keys_of(&before));
}

/* Those whose number is 0; *new counts them. */
static brabeion_status check_declarations(brb_store *store, brb_store_memory *const *memories, size_t count,
					  size_t *new, brabeion_error *error)
{
	brb_arena arena = { 0 };
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < count && status == BRABEION_OK; i++) {
		if (memories[i]->number)
			continue;
		++*new;
		status = check_declaration(store, memories[i], &arena, error);
	}
	brb_arena_finish(&arena);
	return status;
}

brabeion_status brb_store_register_memories(brb_store *store, brb_store_memory *const *memories, size_t count,
					    brabeion_error *error)
{
	size_t new = 0;
	brabeion_status status = store->driver->read->registered_memories(store->db, memories, count, error);
	if (status == BRABEION_OK)
		status = check_declarations(store, memories, count, &new, error);
	if (status != BRABEION_OK || store->options.read_only || !new)
		return status;
	status = begin(store, error);
	if (status != BRABEION_OK)
		return status;
	for (size_t i = 0; i < count && status == BRABEION_OK; i++)
		if (!memories[i]->number)
			status = store->driver->transaction->set_memory(store->db, memories[i], error);
	return end(store, status, error);
}
