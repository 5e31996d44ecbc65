/*
 * api/enter: checks whether a call may begin on this thread, and sets the allocator it uses.
 *
 * Guarantees: a call from inside a plugin's function or in a child of fork is refused before anything is touched.
 */
#include "api/internal.h"
#include "base/memory.h"
#include "base/reentrancy.h"

const char *brabeion_version(void)
{
	return BRABEION_VERSION;
}

brabeion_status brb_engine_enter(const brabeion_engine *engine)
{
	brb_reentrancy *guard = brb_reentrancy_here();
	if (!*engine->fork_mark)
		return BRABEION_FORKED;
	if (guard->depth)
		return BRABEION_REENTRANT;
	guard->allocator = engine->allocator;
	return BRABEION_OK;
}

brb_config_source brb_engine_source_of(const brabeion_options *options)
{
	return (brb_config_source){ .name = options->config ? options->config : "badges.yaml",
				    .text = options->config_text,
				    .other_keys = options->config_other_keys,
				    .plugin_path = options->plugin_path,
				    .installed_plugin_dir = BRABEION_PLUGIN_DIR };
}

brabeion_status brb_engine_enter_or_say(const brabeion_engine *engine, brabeion_error *error)
{
	brabeion_status status = brb_engine_enter(engine);
	return status == BRABEION_OK ? status : brb_status_refuse(error, status);
}

brabeion_status brb_engine_enter_to_write(const brabeion_engine *engine, brabeion_error *error)
{
	brabeion_status status = brb_engine_enter(engine);
	if (status == BRABEION_OK && engine->read_only)
		status = BRABEION_READ_ONLY;
	return status == BRABEION_OK ? status : brb_status_refuse(error, status);
}

brb_generation *brb_engine_acquire(brabeion_engine *engine, brb_reader **reader, brabeion_error *error)
{
	*reader = brb_registry_reader(&engine->registry);
	if (*reader)
		return brb_registry_acquire(&engine->registry, *reader);
	brb_status_no_memory(error);
	return NULL;
}

brabeion_status brb_engine_enter_with(const brabeion_options *theirs, brabeion_options *options,
				      brabeion_error *error)
{
	if (*brb_reentrancy_depth())
		return brb_status_refuse(error, BRABEION_REENTRANT);
	brb_memory_use(NULL);
	if (brb_size_take(BRB_SIZE_OPTIONS, theirs, options, error) != BRABEION_OK ||
	    brb_size_check(BRB_SIZE_ALLOCATOR, options->allocator, error) != BRABEION_OK)
		return error->status;
	const brabeion_allocator *allocator = options->allocator;
	if (allocator && !(allocator->allocate && allocator->reallocate && allocator->release))
		return brb_status_set(error, BRABEION_INVALID,
				      "options.allocator: allocate, reallocate and release must all be given");
	brb_memory_use(allocator);
	return BRABEION_OK;
}
