/*
 * api/backfill: judges past events again, in a history engine (the sandbox) whose database lies beside the live one.
 *
 * Guarantees: a batch and its checkpoint are one commit, so an interrupted backfill resumes where it ended; one begun
 * with other badges or from another kind of history starts over; one backfill at a time per database.
 * Not here: judging (backfill_judging.c), comparing with the live database and merging into it (backfill_end.c).
 *
 * The lock is on a separate file (fcntl(2), F_OFD_SETLK): closing another descriptor of a database drops SQLite's.
 */
#include "api/backfill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "store/journal.h"

#define BEGUN_BY "backfill.begun_by"
#define FRESH "backfill.fresh."

/* ---- files ---- */

static char *path_with(const char *path, const char *more)
{
	brb_builder whole = { 0 };
	brb_builder_printf(&whole, "%s%s", path, more);
	return brb_builder_take(&whole);
}

static void remove_sandbox(const char *path)
{
	static const char *const parts[] = { "", "-wal", "-shm", "-runs" };
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		char *part = path_with(path, parts[i]);
		if (part)
			unlink(part);
		brb_memory_release(part);
	}
}

/* Whether the path still names the open file: the lock's previous holder may have removed it. */
static bool is_in_place(int fd, const char *path)
{
	struct stat ours, there;
	return fstat(fd, &ours) == 0 && stat(path, &there) == 0 && ours.st_dev == there.st_dev &&
	       ours.st_ino == there.st_ino;
}

static brabeion_status take_lock(brabeion_backfill *backfill, brabeion_error *error)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char *path = path_with(backfill->path, "-lock");
	if (!path)
		return brb_status_no_memory(error);
	brabeion_status status = BRABEION_OK;
	do {
		if (backfill->lock_fd >= 0)
			close(backfill->lock_fd);
		backfill->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (backfill->lock_fd < 0)
			status = brb_status_set(error, BRABEION_SYSTEM, "%s: %s", path, strerror(errno));
		else if (fcntl(backfill->lock_fd, F_OFD_SETLK, &lock) != 0)
			status = errno == EAGAIN || errno == EACCES
					 ? brb_status_set(error, BRABEION_BUSY,
							  "%s: another backfill is under way (it holds %s)",
							  brb_store_path(backfill->live->store), path)
					 : brb_status_set(error, BRABEION_SYSTEM, "%s: %s", path, strerror(errno));
	} while (status == BRABEION_OK && !is_in_place(backfill->lock_fd, path));
	brb_memory_release(path);
	if (status != BRABEION_OK && backfill->lock_fd >= 0)
		close(backfill->lock_fd);
	if (status != BRABEION_OK)
		backfill->lock_fd = -1; /* the sandbox belongs to the lock's holder */
	return status;
}

static void drop_lock(brabeion_backfill *backfill, bool keep)
{
	char *path = keep ? NULL : path_with(backfill->path, "-lock");
	if (path && is_in_place(backfill->lock_fd, path))
		unlink(path);
	brb_memory_release(path);
	close(backfill->lock_fd);
}

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
	backfill->checkpoint.number = kept(&begun, BRB_BACKFILL_NUMBER, NULL);
	backfill->checkpoint.mark = (uint64_t)kept(&begun, BRB_BACKFILL_MARK, NULL);
	backfill->first_us = kept(&begun, BRB_BACKFILL_FIRST, &backfill->seeded);
	backfill->last_us = kept(&begun, BRB_BACKFILL_LAST, NULL);
	brb_store_rollback(begun.store);
	return begun.status;
}

/* ---- plugins without state ---- */

/* False: out of memory. */
static bool describe_plugin(brb_arena *arena, const brb_plugin *plugin, brb_store_owner *out)
{
	const char **slugs = brb_arena_take(arena, (plugin->badge_count + 1) * sizeof *slugs);
	out->id = brb_arena_copy(arena, plugin->id);
	out->slugs = slugs;
	out->slug_count = plugin->badge_count;
	for (size_t i = 0; slugs && i < plugin->badge_count; i++)
		if (!(slugs[i] = brb_arena_copy(arena, plugin->badges[i].slug)))
			return false;
	return slugs && out->id;
}

static bool owns_chosen(const brabeion_backfill *backfill, const brb_store_owner *plugin)
{
	for (size_t i = 0; i < plugin->slug_count; i++)
		if (brb_table_get(&backfill->chosen, plugin->slugs[i]))
			return true;
	return false;
}

static brabeion_status describe_plugins(brabeion_backfill *backfill, const brb_generation *generation,
					brabeion_error *error)
{
	backfill->plugins =
		brb_arena_take(&backfill->arena, (generation->plugin_count + 1) * sizeof *backfill->plugins);
	if (!backfill->plugins)
		return brb_status_no_memory(error);
	for (size_t i = 0; i < generation->plugin_count; i++)
		if (!describe_plugin(&backfill->arena, generation->plugins[i], &backfill->plugins[i]))
			return brb_status_no_memory(error);
	backfill->plugin_count = generation->plugin_count;
	return BRABEION_OK;
}

/* Stores the identity, and which plugins have no state in the live database yet. */
static brabeion_status write_begun(brabeion_backfill *backfill, int64_t begun_by, brabeion_error *error)
{
	kept_numbers begun = { .store = backfill->sandbox->store, .error = error };
	begun.status = brb_store_begin(begun.store, error);
	if (begun.status != BRABEION_OK)
		return begun.status;
	for (size_t i = 0; i < backfill->plugin_count && begun.status == BRABEION_OK; i++) {
		bool has = false;
		char *name = path_with(FRESH, backfill->plugins[i].id);
		begun.status =
			name ? brb_store_has_plugin_state(backfill->live->store, &backfill->plugins[i], &has, error)
			     : brb_status_no_memory(error);
		if (!has)
			keep(&begun, name, 1);
		brb_memory_release(name);
	}
	keep(&begun, BEGUN_BY, begun_by);
	if (begun.status == BRABEION_OK)
		return brb_store_commit(begun.store, error);
	brb_store_rollback(begun.store);
	return begun.status;
}

/* Keeps the plugins that own a chosen badge and had no state at the beginning, or all owners with `also_others`. */
static brabeion_status keep_fresh(brabeion_backfill *backfill, bool also_others, brabeion_error *error)
{
	kept_numbers begun = { .store = backfill->sandbox->store, .error = error };
	size_t count = 0;
	begun.status = brb_store_begin(begun.store, error);
	if (begun.status != BRABEION_OK)
		return begun.status;
	for (size_t i = 0; i < backfill->plugin_count && begun.status == BRABEION_OK; i++) {
		char *name = path_with(FRESH, backfill->plugins[i].id);
		if (!name)
			begun.status = brb_status_no_memory(error);
		else if ((kept(&begun, name, NULL) || also_others) && owns_chosen(backfill, &backfill->plugins[i]))
			backfill->plugins[count++] = backfill->plugins[i];
		brb_memory_release(name);
	}
	backfill->plugin_count = count;
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

static brabeion_status choose_badges(brabeion_backfill *backfill, const brb_generation *generation,
				     const brabeion_backfill_options *options, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < options->badge_count && status == BRABEION_OK; i++) {
		const brb_badge *badge =
			options->badges[i] ? brb_table_get(&generation->slugs, options->badges[i]) : NULL;
		status = badge ? choose(backfill, badge, error)
			       : brb_engine_no_badge(generation, options->badges[i] ? options->badges[i] : "", error);
	}
	for (size_t i = 0; !options->badge_count && i < generation->badge_count && status == BRABEION_OK; i++)
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
				 .allocator = live->allocator, .no_watch = true, .time = BRABEION_TIME_HISTORY,
				 .no_workers = true);
	error->status = brb_engine_open(&options, false, &backfill->sandbox, error);
	brb_memory_release(config);
	return backfill->sandbox ? BRABEION_OK : error->status;
}

static void drop_sandbox(brabeion_backfill *backfill)
{
	brabeion_close(backfill->sandbox);
	backfill->sandbox = NULL;
	remove_sandbox(backfill->path);
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
	brb_reader *reader = brb_registry_reader(&sandbox->registry);
	if (!reader) {
		brb_status_no_memory(error);
		return NULL;
	}
	const brb_generation *generation = brb_registry_acquire(&sandbox->registry, reader);
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
		if (backfill->checkpoint.number)
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
	if (backfill->checkpoint.number &&
	    (info.first > backfill->checkpoint.number || info.last < backfill->checkpoint.number))
		*same = false;
	return status;
}

static brabeion_status open_backfill(brabeion_backfill *backfill, const brabeion_backfill_options *options,
				     brabeion_error *error)
{
	const brb_generation *generation = NULL;
	bool same = false;
	backfill->path = path_with(brb_store_path(backfill->live->store), "-backfill");
	brabeion_status status = backfill->path ? take_lock(backfill, error) : brb_status_no_memory(error);
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
		status = describe_plugins(backfill, generation, error);
	if (status == BRABEION_OK && !same)
		status = write_begun(backfill, identity(generation, backfill->from_journal), error);
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
	if (brb_engine_enter_or_say(engine, &fault) != BRABEION_OK ||
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
		brabeion_backfill_close(backfill, backfill->checkpoint.number != 0);
	return brb_status_hand_over(error, &fault);
}

void brabeion_backfill_close(brabeion_backfill *backfill, bool keep)
{
	BRB_CALL;
	if (!backfill || brb_engine_enter(backfill->live) != BRABEION_OK)
		return;
	brabeion_close(backfill->sandbox);
	if (backfill->lock_fd >= 0 && !keep)
		remove_sandbox(backfill->path);
	if (backfill->lock_fd >= 0)
		drop_lock(backfill, keep);
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
		brb_size_give(BRB_SIZE_CHECKPOINT, &backfill->checkpoint, checkpoint);
	brabeion_error_finish(&error);
	return status;
}
