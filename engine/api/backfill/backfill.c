/*
 * api/backfill: judges past events again, in a history engine (the sandbox) whose database lies beside the live one.
 *
 * Guarantees: events and the checkpoint behind them are one commit, so an interrupted backfill resumes after the last
 * event that is stored; one begun with other badges or from another kind of history starts over; one backfill at a time
 * per database.
 * Not here: judging (backfill_judging.c), comparing with the live database and merging into it (backfill_end.c).
 */
#include "api/backfill/backfill.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "store/journal.h"

#define BEGUN_BY "backfill.begun_by"
#define FRESH "backfill.fresh."

/* ---- resuming ---- */

/* A hash of what must be unchanged to resume: the badges' fingerprints and the kind of history. */
static int64_t identity(const brb_generation *generation, bool from_journal)
{
	uint64_t sum = brb_fingerprint_add(BRB_FINGERPRINT_EMPTY, from_journal ? "journal" : "history");
	for (size_t i = 0; i < generation->badge_count; i++) {
		char text[24];
		snprintf(text, sizeof text, "%016llx", (unsigned long long)generation->badges[i]->fingerprint);
		sum = brb_fingerprint_add(brb_fingerprint_add(sum, generation->badges[i]->slug), text);
	}
	return (int64_t)(sum >> 1);
}

typedef struct kept_numbers {
	brb_store *store;
	brabeion_status status;
	brabeion_error *error;
} kept_numbers;

static int64_t kept(kept_numbers *numbers, const char *name, bool *there)
{
	int64_t number = 0;
	if (numbers->status == BRABEION_OK)
		numbers->status = brb_store_number(numbers->store, name, there, &number, numbers->error);
	return number;
}

static void keep(kept_numbers *numbers, const char *name, int64_t number)
{
	if (numbers->status == BRABEION_OK)
		numbers->status = brb_store_number_set(numbers->store, name, number, numbers->error);
}

/* Reads the sandbox's checkpoint. *same is false if another identity began it, or none. */
static brabeion_status read_begun(brabeion_backfill *backfill, int64_t begun_by, bool *same, brabeion_error *error)
{
	kept_numbers begun = { .store = backfill->sandbox->store, .error = error };
	begun.status = brb_store_begin(begun.store, error);
	if (begun.status != BRABEION_OK)
		return begun.status;
	bool there = false;
	*same = kept(&begun, BEGUN_BY, &there) == begun_by && there;
	brb_backfill_progress stored = { 0 };
	stored.checkpoint.number = kept(&begun, BRB_BACKFILL_NUMBER, NULL);
	stored.checkpoint.mark = (uint64_t)kept(&begun, BRB_BACKFILL_MARK, NULL);
	stored.first_us = kept(&begun, BRB_BACKFILL_FIRST, &stored.seeded);
	stored.last_us = kept(&begun, BRB_BACKFILL_LAST, NULL);
	backfill->reached = backfill->stored = stored;
	brb_store_rollback(begun.store);
	return begun.status;
}

/* ---- whose state is taken over ---- */

/* False: out of memory. */
static bool add_owner(brabeion_backfill *backfill, const char *plugin, const char *badge)
{
	brb_store_owner *owner = &backfill->owners[backfill->owner_count++];
	owner->plugin = brb_arena_copy(&backfill->arena, plugin);
	owner->badge = brb_arena_copy(&backfill->arena, badge);
	return owner->plugin && owner->badge;
}

/* The chosen badges, each after its plugin. False: out of memory. */
static bool add_owners_of(brabeion_backfill *backfill, const brb_plugin *plugin)
{
	bool is_added = false;
	for (size_t i = 0; i < plugin->badge_count; i++) {
		const char *slug = plugin->badges[i].slug;
		if (!brb_table_get(&backfill->chosen, slug))
			continue;
		if (!is_added && !add_owner(backfill, plugin->id, ""))
			return false;
		is_added = true;
		if (!add_owner(backfill, plugin->id, slug))
			return false;
	}
	return true;
}

static brabeion_status list_owners(brabeion_backfill *backfill, const brb_generation *generation,
				   brabeion_error *error)
{
	size_t most = generation->plugin_count + generation->badge_count;
	backfill->owners = brb_arena_take(&backfill->arena, (most + 1) * sizeof *backfill->owners);
	if (!backfill->owners)
		return brb_status_no_memory(error);
	for (size_t i = 0; i < generation->plugin_count; i++)
		if (!add_owners_of(backfill, generation->plugins[i]))
			return brb_status_no_memory(error);
	return BRABEION_OK;
}

/* The number that is stored of an owner without state in the live database when the backfill began. NULL: no memory. */
static char *name_fresh(const brb_store_owner *owner)
{
	brb_builder name = { 0 };
	brb_builder_printf(&name, FRESH "%s/%s", owner->plugin, owner->badge);
	return brb_builder_take(&name);
}

static void store_if_fresh(kept_numbers *begun, brb_store *live, const brb_store_owner *owner)
{
	bool has = false;
	char *name = name_fresh(owner);
	if (begun->status == BRABEION_OK)
		begun->status = name ? brb_store_has_state(live, owner, &has, begun->error)
				     : brb_status_no_memory(begun->error);
	if (!has)
		keep(begun, name, 1);
	brb_memory_release(name);
}

/* Of all badges, so that one that is chosen when the backfill is resumed is known. */
static void store_all_fresh(brabeion_backfill *backfill, const brb_generation *generation, kept_numbers *begun)
{
	for (size_t i = 0; i < generation->plugin_count; i++) {
		const brb_plugin *plugin = generation->plugins[i];
		store_if_fresh(begun, backfill->live->store, &(brb_store_owner){ plugin->id, "" });
		for (size_t j = 0; j < plugin->badge_count; j++)
			store_if_fresh(begun, backfill->live->store,
				       &(brb_store_owner){ plugin->id, plugin->badges[j].slug });
	}
}

/* Stores the identity, and who has no state in the live database yet. */
static brabeion_status write_begun(brabeion_backfill *backfill, const brb_generation *generation, int64_t begun_by,
				   brabeion_error *error)
{
	kept_numbers begun = { .store = backfill->sandbox->store, .error = error };
	begun.status = brb_store_begin(begun.store, error);
	if (begun.status != BRABEION_OK)
		return begun.status;
	store_all_fresh(backfill, generation, &begun);
	keep(&begun, BEGUN_BY, begun_by);
	if (begun.status == BRABEION_OK)
		return brb_store_commit(begun.store, error);
	brb_store_rollback(begun.store);
	return begun.status;
}

/* Before anything is judged: else counts of the past would be missing without a word. */
static void tell_kept(const brabeion_backfill *backfill, const brb_store_owner *owner)
{
	const char *how = backfill->from_journal ? "; to have it replaced: --replace-memory" : "";
	if (owner->badge[0])
		brb_log_write(
			&backfill->live->log, BRABEION_LOG_WARNING,
			"badge \"%s\" has memory or jobs already and keeps them: what the backfill counts is not "
			"taken over%s",
			owner->badge, how);
	else
		brb_log_write(
			&backfill->live->log, BRABEION_LOG_WARNING,
			"plugin \"%s\" has memory already, which its badges share, and keeps it: what the backfill "
			"counts there is not taken over%s",
			owner->plugin, how);
}

/* Keeps the owners that had no state at the beginning, or all of them. */
static brabeion_status keep_fresh(brabeion_backfill *backfill, bool also_others, brabeion_error *error)
{
	kept_numbers begun = { .store = backfill->sandbox->store, .error = error };
	size_t count = 0;
	begun.status = brb_store_begin(begun.store, error);
	if (begun.status != BRABEION_OK)
		return begun.status;
	for (size_t i = 0; i < backfill->owner_count && begun.status == BRABEION_OK; i++) {
		const brb_store_owner *owner = &backfill->owners[i];
		char *name = name_fresh(owner);
		if (!name)
			begun.status = brb_status_no_memory(error);
		else if (also_others || kept(&begun, name, NULL))
			backfill->owners[count++] = *owner;
		else if (begun.status == BRABEION_OK)
			tell_kept(backfill, owner);
		brb_memory_release(name);
	}
	backfill->owner_count = count;
	brb_store_rollback(begun.store);
	return begun.status;
}

/* ---- choosing badges ---- */

static brabeion_status choose(brabeion_backfill *backfill, const brb_badge *badge, brabeion_error *error)
{
	const char *slug = brb_arena_copy(&backfill->arena, badge->slug);
	brb_compared_badge *compared = brb_arena_take(&backfill->arena, sizeof *compared);
	if (!slug || !compared)
		return brb_status_no_memory(error);
	*compared = (brb_compared_badge){ .rearn = badge->rearn, .temporary = badge->temporary };
	return brb_table_set(&backfill->chosen, slug, compared) ? BRABEION_OK : brb_status_no_memory(error);
}

/* One that the host names. */
static brabeion_status choose_named(brabeion_backfill *backfill, const brb_generation *generation, const char *slug,
				    brabeion_error *error)
{
	const brb_badge *badge = slug ? brb_table_get(&generation->slugs, slug) : NULL;
	if (!badge)
		return brb_engine_no_badge(generation, slug ? slug : "", error);
	if (badge->earnable.retired)
		return brb_status_set(error, BRABEION_INVALID,
				      "badge \"%s\" is retired (retired: true in badges.yaml): no event is for it",
				      slug);
	return choose(backfill, badge, error);
}

/* Unless some are named, all but retired ones: what is held of those would seem lost. */
static brabeion_status choose_badges(brabeion_backfill *backfill, const brb_generation *generation,
				     const brabeion_backfill_options *options, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < options->badge_count && status == BRABEION_OK; i++)
		status = choose_named(backfill, generation, options->badges[i], error);
	for (size_t i = 0; !options->badge_count && i < generation->badge_count && status == BRABEION_OK; i++)
		if (!generation->badges[i]->earnable.retired)
			status = choose(backfill, generation->badges[i], error);
	return status;
}

/* ---- opening ---- */

static brabeion_status open_sandbox(brabeion_backfill *backfill, brabeion_error *error)
{
	const brabeion_engine *live = backfill->live;
	char *config = brb_engine_path_at_open(live, live->source.name);
	if (!config)
		return brb_status_no_memory(error);
	brabeion_options options =
		BRABEION_OPTIONS(.config = config, .config_text = live->source.text,
				 .config_other_keys = live->source.other_keys,
				 .plugin_path = live->source.plugin_path, .database = backfill->path,
				 .log = live->log.callback, .log_context = live->log.context,
				 .clock = live->clock.now, .clock_context = live->clock.context,
				 .allocator = live->allocator, .memory_bytes = live->memory_bytes, .no_watch = true,
				 .time = BRABEION_TIME_HISTORY, .no_workers = true);
	error->status = brb_engine_open(&options, false, &backfill->sandbox, error);
	brb_memory_release(config);
	return backfill->sandbox ? brabeion_bulk_open(backfill->sandbox, &backfill->bulk, error) : error->status;
}

/* Drops what is not stored. */
static void close_sandbox(brabeion_backfill *backfill)
{
	brabeion_bulk_close(backfill->bulk);
	brabeion_close(backfill->sandbox);
	backfill->bulk = NULL;
	backfill->sandbox = NULL;
}

static void drop_sandbox(brabeion_backfill *backfill)
{
	close_sandbox(backfill);
	brb_backfill_remove(backfill->path);
}

/* Replaces a sandbox that is damaged, or that another badge set or kind of history began. */
static brabeion_status open_anew(brabeion_backfill *backfill, brabeion_error *error)
{
	drop_sandbox(backfill);
	brabeion_error_finish(error);
	return open_sandbox(backfill, error);
}

/* The sandbox is never reloaded: its first generation is its only one. */
static const brb_generation *read_generation(brabeion_engine *sandbox, brabeion_error *error)
{
	brb_reader *reader = NULL;
	const brb_generation *generation = brb_engine_acquire(sandbox, &reader, error);
	if (generation)
		brb_registry_release(reader);
	return generation;
}

static brabeion_status open_same(brabeion_backfill *backfill, const brb_generation **generation, bool *same,
				 brabeion_error *error)
{
	brabeion_status status = open_sandbox(backfill, error);
	if (status == BRABEION_STORE)
		status = open_anew(backfill, error);
	for (int turn = 0; turn < 2 && status == BRABEION_OK; turn++) {
		if (!backfill->sandbox || !(*generation = read_generation(backfill->sandbox, error)))
			return error->status;
		status = read_begun(backfill, identity(*generation, backfill->from_journal), same, error);
		if (*same || turn == 1 || status != BRABEION_OK)
			break;
		if (backfill->stored.checkpoint.number)
			brb_log_write(&backfill->live->log, BRABEION_LOG_INFO,
				      "%s: begun by other badges, from another kind of history or by an older "
				      "version: starting again",
				      backfill->path);
		status = open_anew(backfill, error);
	}
	return status;
}

/* The journal's retention may have deleted rows that were not judged yet. */
static brabeion_status check_journal(brabeion_backfill *backfill, bool *same, brabeion_error *error)
{
	brabeion_journal_info info = { 0 };
	brabeion_status status = brb_store_journal_info(backfill->live->store, &info, error);
	if (status == BRABEION_OK && !info.first)
		return brb_status_set(error, BRABEION_INVALID,
				      "%s: there is no journal to judge (\"journal: keep 30d\" in badges.yaml makes "
				      "one), and no other history is given",
				      brb_store_path(backfill->live->store));
	int64_t number = backfill->stored.checkpoint.number;
	if (number && (info.first > number || info.last < number))
		*same = false;
	return status;
}

static brabeion_status open_backfill(brabeion_backfill *backfill, const brabeion_backfill_options *options,
				     brabeion_error *error)
{
	const brb_generation *generation = NULL;
	bool same = false;
	const char *database = brb_store_path(backfill->live->store);
	backfill->path = brb_backfill_join(database, BRB_BACKFILL_SUFFIX);
	brabeion_status status =
		backfill->path ? brb_backfill_lock(database, &backfill->lock_fd, error) : brb_status_no_memory(error);
	if (status == BRABEION_OK)
		status = open_same(backfill, &generation, &same, error);
	if (status == BRABEION_OK && backfill->from_journal) {
		bool was_same = same;
		status = check_journal(backfill, &same, error);
		if (status == BRABEION_OK && was_same && !same) {
			drop_sandbox(backfill);
			status = open_same(backfill, &generation, &same, error);
		}
	}
	if (status != BRABEION_OK || !generation)
		return status;
	status = choose_badges(backfill, generation, options, error);
	if (status == BRABEION_OK)
		status = list_owners(backfill, generation, error);
	if (status == BRABEION_OK && !same)
		status = write_begun(backfill, generation, identity(generation, backfill->from_journal), error);
	return status == BRABEION_OK ? keep_fresh(backfill, options->replace_memory, error) : status;
}

static brabeion_status check_options(const brabeion_engine *engine, const brabeion_backfill_options *options,
				     brabeion_error *error)
{
	if (engine->history)
		return brb_status_set(error, BRABEION_INVALID, "an engine that is a history cannot be backfilled");
	if (options->replace_memory && !options->from_journal)
		return brb_status_set(error, BRABEION_INVALID,
				      "memory can be replaced by that of the journal alone: of another history "
				      "something may be missing");
	return BRABEION_OK;
}

brabeion_status brabeion_backfill_open(brabeion_engine *engine, const brabeion_backfill_options *theirs,
				       brabeion_backfill **out, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_backfill_options options;
	brabeion_backfill *backfill = NULL;
	if (brb_engine_enter_to_write(engine, &fault) != BRABEION_OK ||
	    brb_size_take(BRB_SIZE_BACKFILL_OPTIONS, theirs, &options, &fault) != BRABEION_OK ||
	    check_options(engine, &options, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	if (!(backfill = brb_memory_take_zeroed(1, sizeof *backfill))) {
		brb_status_no_memory(&fault);
		return brb_status_hand_over(error, &fault);
	}
	backfill->live = engine;
	backfill->lock_fd = -1;
	backfill->from_journal = options.from_journal;
	if (open_backfill(backfill, &options, &fault) == BRABEION_OK)
		*out = backfill;
	else
		brabeion_backfill_close(backfill, backfill->stored.checkpoint.number != 0);
	return brb_status_hand_over(error, &fault);
}

/* Without it, resuming judges more again. */
static void store_last(brabeion_backfill *backfill)
{
	brabeion_error error = BRABEION_NO_ERROR;
	if (brb_backfill_store(backfill, &error) != BRABEION_OK)
		brb_log_write(
			&backfill->live->log, BRABEION_LOG_WARNING,
			"%s: the last events are not kept, and are judged again when the backfill is resumed: %s",
			backfill->path, error.message ? error.message : brabeion_status_name(error.status));
	brabeion_error_finish(&error);
}

void brabeion_backfill_close(brabeion_backfill *backfill, bool keep)
{
	BRB_CALL;
	if (!backfill || brb_engine_enter(backfill->live) != BRABEION_OK)
		return;
	if (keep)
		store_last(backfill);
	close_sandbox(backfill);
	if (backfill->lock_fd >= 0 && !keep)
		brb_backfill_remove(backfill->path);
	if (backfill->lock_fd >= 0)
		brb_backfill_unlock(brb_store_path(backfill->live->store), backfill->lock_fd, keep);
	brb_table_finish(&backfill->chosen);
	brb_arena_finish(&backfill->arena);
	brb_memory_release(backfill->path);
	brb_memory_release(backfill);
}

brabeion_status brabeion_backfill_checkpoint(const brabeion_backfill *backfill, brabeion_checkpoint *checkpoint)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brb_engine_enter(backfill->live);
	if (status == BRABEION_OK)
		status = brb_size_check(BRB_SIZE_CHECKPOINT, checkpoint, &error);
	if (status == BRABEION_OK)
		brb_size_give(BRB_SIZE_CHECKPOINT, &backfill->reached.checkpoint, checkpoint);
	brabeion_error_finish(&error);
	return status;
}
