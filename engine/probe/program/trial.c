/*
 * probe/program/trial: see trial.h.
 *
 * Each badge is judged in a generation of its own, with one route: its plugin's observe, where that watches the event,
 * and the badge. So each function is called once, and a badge that fails does not keep others from being called. Each
 * judgement is a transaction that is rolled back.
 */
#include "probe/program/trial.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/reentrancy.h"
#include "judging/backend.h"
#include "judging/judgement.h"
#include "judging/merge.h"
#include "judging/progress.h"
#include "plugin/plugin.h"
#include "probe/program/describe.h"
#include "probe/program/descriptors.h"

#define USER "probe"

enum { NEIGHBOURHOOD_BYTES = 16 * 1024 * 1024, GAPS_MOST = 1000 };

/* A trial quarantines no badge. */
static const brb_config_quarantine no_quarantine;

typedef struct plugin_trial {
	const brb_probe_request *request;
	brb_trial_notes *notes;
	brb_config *config;
	brb_image_copies *copies;
	brb_store *store; /* NULL: not opened yet */
	brb_log log;
	brb_clock clock;
	brb_judge_shared shared;
	unsigned long events;        /* fired so far: each has an id of its own */
	brb_descriptors descriptors; /* those that no plugin has opened */
	brabeion_error *error;
	/* Of the current plugin. Its functions are replaced by wrappers that note the step first. */
	brb_plugin *plugin;
	bool described; /* it is written what it declares, where that is wanted */
	const brb_badge *badge;
	int32_t (*observe)(void *self, badge_call *call);
	int32_t (*award)(void *self, badge_call *call);
	void *observe_self, *award_self;
	bool observed, judged;
} plugin_trial;

/* Once, when its descriptor has been read and before more of its code runs, which may crash. */
static void describe(plugin_trial *trial)
{
	const brb_plugin *plugin = trial->plugin;
	if (!trial->request->inspects || trial->described || !plugin || !plugin->descriptor.plugin.id)
		return;
	trial->described = true;
	brb_describe_plugin(&plugin->descriptor, trial->request->folder, trial->error);
}

/* ---- the notes ---- */

void brb_trial_notes_open(brb_trial_notes *notes)
{
	mprotect(notes, sizeof *notes, PROT_READ | PROT_WRITE);
}

void brb_trial_notes_close(brb_trial_notes *notes)
{
	mprotect(notes, sizeof *notes, PROT_READ);
}

/* Ends the trial if the step that is noted has closed descriptors of others: nothing can be relied on then. */
static void check_descriptors(plugin_trial *trial)
{
	brb_trial_notes *notes = trial->notes;
	if (atomic_load(&notes->step) == BRB_PROBE_NOTHING || brb_descriptors_are_kept(&trial->descriptors))
		return;
	brb_trial_notes_open(notes);
	atomic_store(&notes->closed, 1);
	_exit(0);
}

static void take_note(void *context, brb_probe_step step, const char *slug)
{
	plugin_trial *trial = context;
	brb_trial_notes *notes = trial->notes;
	check_descriptors(trial);
	describe(trial);
	brb_trial_notes_open(notes);
	snprintf(notes->slug, sizeof notes->slug, "%s", slug ? slug : "");
	atomic_store(&notes->began_us, brb_clock_monotonic_us());
	atomic_store(&notes->step, (uint32_t)step);
	brb_trial_notes_close(notes);
}

/* ---- judging ---- */

static int32_t observe_noted(void *self, badge_call *call)
{
	plugin_trial *trial = self;
	take_note(trial, BRB_PROBE_OBSERVING, NULL);
	trial->observed = true;
	int32_t answer = trial->observe(trial->observe_self, call);
	check_descriptors(trial);
	return answer;
}

static int32_t award_noted(void *self, badge_call *call)
{
	plugin_trial *trial = self;
	take_note(trial, BRB_PROBE_JUDGING, trial->badge->slug);
	trial->judged = true;
	int32_t answer = trial->award(trial->award_self, call);
	check_descriptors(trial);
	return answer;
}

static bool watches(const brb_plugin *plugin, const char *event)
{
	uint32_t i = 0;
	while (i < plugin->watch_count && strcmp(plugin->watches[i], event) != 0)
		i++;
	return plugin->observe && i < plugin->watch_count;
}

/* The first one of a plugin is reported. `slug` NULL: its observe, or its own merge. */
static void note_undeclared(plugin_trial *trial, const brb_judge *judge, const char *slug, const char *message)
{
	char *note = trial->notes->undeclared;
	if (!judge->undeclared || note[0] || !message)
		return;
	brb_trial_notes_open(trial->notes);
	if (slug)
		snprintf(note, BRB_PROBE_TEXT_BYTES, "badge \"%s\": %s", slug, message);
	else
		snprintf(note, BRB_PROBE_TEXT_BYTES, "%s", message);
	brb_trial_notes_close(trial->notes);
}

/*
 * Judges one event. The engine's own event is raised by granting an award. An async badge has frozen the event then, and
 * judges it now.
 */
static brabeion_status fire(plugin_trial *trial, brb_judge *judge, const char *name, const brb_badge *badge)
{
	char id[32];
	brb_job_failure failure = { .why = NULL };
	brabeion_result result;
	snprintf(id, sizeof id, "probe-%lu", ++trial->events);
	brabeion_event event = { .name = name, .user = USER, .id = id };
	if (brb_config_is_raised(name))
		brb_judge_grant(judge, &(brabeion_grant){ .user = USER, .badge = badge->slug }, &result);
	else
		brb_judge_event(judge, &event, &result);
	if (badge && badge->async && judge->fault == BRABEION_OK)
		brb_judge_job(judge, &(brb_judged_job){ .badge = badge, .event = &event }, &result, &failure);
	for (uint32_t i = 0; i < result.failure_count; i++)
		note_undeclared(trial, judge, result.failures[i].slug, result.failures[i].message);
	note_undeclared(trial, judge, badge ? badge->slug : NULL, failure.why);
	brabeion_result_finish(&result);
	brabeion_status status = judge->fault;
	if (status != BRABEION_OK)
		brb_status_hand_over(trial->error, &judge->error);
	brb_judge_finish(judge);
	return status;
}

/* The plugin's badges, since it may grant them, and one route. */
static bool fill_generation(brb_generation *generation, brb_plugin *plugin, brb_route *route)
{
	bool filled = brb_table_set(&generation->routes, route->event, route);
	for (size_t i = 0; i < plugin->badge_count && filled; i++)
		filled = brb_table_set(&generation->slugs, plugin->badges[i].slug, &plugin->badges[i]);
	if (brb_config_is_raised(route->event)) /* by a grant: a trial has nothing that could lapse or be revoked */
		generation->on_awarded = route;
	return filled;
}

static void init_judge(plugin_trial *trial, brb_judge *judge, const brb_generation *generation)
{
	trial->shared = (brb_judge_shared){ .store = trial->store, .log = &trial->log, .clock = &trial->clock };
	brb_judge_init(judge, &trial->shared, generation, &brb_backend_transaction, NULL, brb_reentrancy_depth(),
		       NULL);
	judge->leads = true;
}

static brabeion_status judge_steps(plugin_trial *trial, const char *event, brb_route_step *steps, uint32_t count,
				   const brb_badge *badge)
{
	brb_route_hint hint = { 0 };
	brb_route route = { .event = event, .step_count = count, .steps = steps, .hint = &hint };
	brb_generation generation = { .number = 1 };
	brb_judge judge;
	init_judge(trial, &judge, &generation);
	brabeion_status status = fill_generation(&generation, trial->plugin, &route)
					 ? brb_store_begin(trial->store, trial->error)
					 : brb_status_no_memory(trial->error);
	if (status == BRABEION_OK) {
		judge.in_transaction = true;
		status = fire(trial, &judge, event, badge);
		brb_store_rollback(trial->store);
	}
	brb_table_finish(&generation.routes);
	brb_table_finish(&generation.slugs);
	return status;
}

/* When a failing observe kept the badge from being called, it is called without. */
static brabeion_status judge_badge(plugin_trial *trial, brb_badge *badge)
{
	if (!badge->event_count || !badge->award)
		return BRABEION_OK;
	const char *event = badge->events[0];
	brb_trouble troubles[2] = { { 0 }, { 0 } };
	brb_route_step steps[] = { { .plugin = trial->plugin, .trouble = &troubles[0] },
				   { .plugin = trial->plugin, .badge = badge, .trouble = &troubles[1] } };
	trial->badge = badge;
	trial->award = badge->award;
	trial->award_self = badge->self;
	badge->award = award_noted;
	badge->self = trial;
	badge->quarantine = no_quarantine;
	badge->earnable = (brb_config_earnable){ 0 };
	trial->judged = false;
	brabeion_status status = BRABEION_OK;
	if (watches(trial->plugin, event))
		status = judge_steps(trial, event, steps, 2, badge);
	if (status == BRABEION_OK && !trial->judged)
		status = judge_steps(trial, event, steps + 1, 1, badge);
	badge->award = trial->award;
	badge->self = trial->award_self;
	return status;
}

/* The user has done nothing so far. */
static brabeion_status ask_progress(plugin_trial *trial, const brb_badge *badge)
{
	if (!badge->progress || !badge->level_count)
		return BRABEION_OK;
	brb_reported_progress unused;
	const char *why;
	brb_judge judge;
	brabeion_status status = brb_store_begin(trial->store, trial->error);
	if (status != BRABEION_OK)
		return status;
	init_judge(trial, &judge, NULL);
	judge.in_transaction = true;
	take_note(trial, BRB_PROBE_PROGRESS, badge->slug);
	status = brb_progress_ask(&judge, badge, USER, 1, &unused, &why);
	note_undeclared(trial, &judge, badge->slug, why);
	if (status != BRABEION_OK)
		brb_status_hand_over(trial->error, &judge.error);
	brb_store_rollback(trial->store);
	brb_judge_finish(&judge);
	return status;
}

static bool has_merge(const brb_plugin *plugin)
{
	size_t i = 0;
	while (i < plugin->badge_count && !plugin->badges[i].merge)
		i++;
	return plugin->merge || i < plugin->badge_count;
}

/* Two users who have done nothing. That the plugin refuses them is its right. */
static brabeion_status merge_users(plugin_trial *trial)
{
	if (!has_merge(trial->plugin))
		return BRABEION_OK;
	brb_generation generation = { .number = 1, .plugin_count = 1, .plugins = &trial->plugin };
	brabeion_status status = brb_store_begin(trial->store, trial->error);
	if (status != BRABEION_OK)
		return status;
	brb_judge judge;
	init_judge(trial, &judge, &generation);
	judge.in_transaction = true;
	take_note(trial, BRB_PROBE_MERGING, NULL);
	status = brb_merge_own(&judge, USER " merged", USER);
	note_undeclared(trial, &judge, NULL, judge.error.message);
	if (status != BRABEION_OK && status != BRABEION_INVALID)
		brb_status_hand_over(trial->error, &judge.error);
	brb_store_rollback(trial->store);
	brb_judge_finish(&judge);
	return status == BRABEION_INVALID ? BRABEION_OK : status;
}

static brabeion_status judge_badges(plugin_trial *trial)
{
	brb_plugin *plugin = trial->plugin;
	brabeion_status status = BRABEION_OK;
	plugin->quarantine = no_quarantine;
	for (size_t i = 0; i < plugin->badge_count && status == BRABEION_OK; i++) {
		status = judge_badge(trial, &plugin->badges[i]);
		if (status == BRABEION_OK)
			status = ask_progress(trial, &plugin->badges[i]);
	}
	if (status == BRABEION_OK)
		status = merge_users(trial);
	if (status != BRABEION_OK || trial->observed || !plugin->observe || !plugin->watch_count)
		return status;
	brb_trouble trouble = { 0 };
	brb_route_step step = { .plugin = plugin, .trouble = &trouble };
	const brb_badge *badge = plugin->badge_count ? &plugin->badges[0] : NULL;
	const char *event = plugin->watches[0];
	return brb_config_is_raised(event) && !badge ? BRABEION_OK : judge_steps(trial, event, &step, 1, badge);
}

/* ---- the database ---- */

static brabeion_status open_store(plugin_trial *trial)
{
	char path[4096];
	if (trial->store)
		return BRABEION_OK;
	snprintf(path, sizeof path, "%s/badges.db", trial->request->folder);
	brb_store_options options = {
		.path = path, .throwaway = true, .busy_timeout_ms = 1000, .retention_us = INT64_MAX
	};
	return brb_store_open(&options, &trial->store, trial->error);
}

static brabeion_status number_memory(plugin_trial *trial)
{
	brb_plugin *plugin = trial->plugin;
	brb_badge **badges = brb_arena_take(&plugin->arena, (plugin->badge_count + 1) * sizeof *badges);
	brb_generation generation = {
		.plugin_count = 1, .plugins = &trial->plugin, .badge_count = plugin->badge_count, .badges = badges
	};
	for (size_t i = 0; badges && i < plugin->badge_count; i++)
		badges[i] = &plugin->badges[i];
	brb_store_memory **list =
		badges ? brb_arena_take(&plugin->arena, (brb_generation_memory_count(&generation) + 1) * sizeof *list)
		       : NULL;
	if (!list)
		return brb_status_no_memory(trial->error);
	size_t count = brb_generation_list_memory(&generation, list);
	return brb_store_register_memories(trial->store, list, count, trial->error);
}

static brabeion_status number_badges(plugin_trial *trial)
{
	brb_plugin *plugin = trial->plugin;
	brb_store_badge *badges = brb_arena_take(&plugin->arena, (plugin->badge_count + 1) * sizeof *badges);
	if (!badges)
		return brb_status_no_memory(trial->error);
	for (size_t i = 0; i < plugin->badge_count; i++)
		badges[i] = (brb_store_badge){ .slug = plugin->badges[i].slug,
					       .levels = plugin->badges[i].levels,
					       .level_count = plugin->badges[i].level_count };
	brabeion_status status = brb_store_register(trial->store, badges, plugin->badge_count, &plugin->id,
						    &plugin->number, 1, trial->error);
	for (size_t i = 0; i < plugin->badge_count && status == BRABEION_OK; i++)
		plugin->badges[i].number = badges[i].number;
	return status == BRABEION_OK ? number_memory(trial) : status;
}

/* ---- one plugin ---- */

static brabeion_status judge_plugin(plugin_trial *trial)
{
	brb_plugin *plugin = trial->plugin;
	take_note(trial, BRB_PROBE_NOTHING, NULL); /* the plugin's time limit is not for our database */
	brabeion_status status = open_store(trial);
	if (status == BRABEION_OK)
		status = number_badges(trial);
	if (status != BRABEION_OK)
		return status;
	trial->observed = false;
	trial->observe = plugin->observe;
	trial->observe_self = plugin->self;
	if (plugin->observe) {
		plugin->observe = observe_noted;
		plugin->self = trial;
	}
	brb_descriptors_note(&trial->descriptors); /* the database's, too */
	status = judge_badges(trial);
	plugin->self = trial->observe_self;
	return status;
}

/* Writes the faults that the engine would report, for `inspects`. */
static brabeion_status write_refusal(plugin_trial *trial, const brabeion_error *refusal)
{
	brabeion_error faults = BRABEION_NO_ERROR;
	if (!trial->request->inspects)
		return BRABEION_OK;
	brb_config_verdict(trial->config, &faults);
	const char *words = faults.message ? faults.message : refusal->message;
	brabeion_status status =
		words ? brb_describe_refusal(words, trial->request->folder, trial->error) : BRABEION_OK;
	brabeion_error_finish(&faults);
	return status;
}

static const char *path_of_copy(const brb_probe_wanted *wanted, char *path, size_t path_bytes)
{
	if (wanted->copy[0] == '/')
		return wanted->copy;
	snprintf(path, path_bytes, "/proc/self/fd/%d/%s", BRB_PROBE_COPIES, wanted->copy);
	return path;
}

static brabeion_status try_plugin(plugin_trial *trial, size_t place)
{
	const brb_probe_wanted *wanted = &trial->request->wanted[place];
	brabeion_status status = BRABEION_OK;
	brabeion_error refusal = BRABEION_NO_ERROR; /* ignored: the engine gets it again */
	take_note(trial, BRB_PROBE_NOTHING, NULL);
	brb_trial_notes_open(trial->notes);
	atomic_store(&trial->notes->subject, (uint32_t)place);
	brb_trial_notes_close(trial->notes);
	brb_descriptors_note(&trial->descriptors);
	if (wanted->entry >= trial->config->plugin_count)
		return brb_status_set(trial->error, BRABEION_INVALID, "is asked for plugin %u of %zu", wanted->entry,
				      trial->config->plugin_count);
	brb_config_plugin entry = trial->config->plugins[wanted->entry];
	brb_probe_listener listener = { .step = take_note, .context = trial };
	char path[PATH_MAX];
	entry.path = path_of_copy(wanted, path, sizeof path);
	trial->plugin = NULL;
	trial->described = false;
	if (brb_plugin_prepare(trial->config, &entry, trial->copies, &trial->plugin, &refusal) == BRABEION_OK) {
		trial->plugin->listener = &listener;
		if (brb_plugin_link(trial->config, &entry, (brb_plugin_before){ 0 }, &trial->log, trial->plugin,
				    &refusal) == BRABEION_OK)
			status = judge_plugin(trial);
		else
			status = write_refusal(trial, &refusal);
		describe(trial);
		brb_plugin_close(trial->plugin);
		check_descriptors(trial);
		trial->plugin = NULL;
	} else { /* the engine could read it */
		status = brb_status_set(trial->error, refusal.status, "cannot read the copy of plugin %zu of %zu: %s",
					place + 1, trial->request->count, refusal.message);
	}
	if (status == BRABEION_OK)
		status = trial->error->status;
	brabeion_error_finish(&refusal);
	return status;
}

/* ---- the address space around plugins ---- */

/* Maps inaccessible addresses; MAP_FAILED where there are none of that size. */
static char *bar(size_t size_bytes)
{
	return mmap(NULL, size_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

/*
 * Damaged code may read or jump behind its own file, where in an engine anything may be mapped. Here such an access
 * crashes the trial: the kernel maps each file below the last mapping, or into a gap where it fits, so a large mapping
 * goes first and then the gaps above it are filled. (Measured: without it, 1 in 12,000 files with four changed bytes
 * passed its trial and crashed the engine.)
 */
static void bar_neighbourhood(void)
{
	static const size_t sizes[] = { 1024 * 1024, 64 * 1024, 4096 };
	char *lowest = bar(NEIGHBOURHOOD_BYTES);
	if (lowest == MAP_FAILED)
		return;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		for (int gaps = 0; gaps < GAPS_MOST && bar(sizes[i]) > lowest; gaps++)
			;
}

bool brb_trial_run(const brb_probe_request *request, size_t from, brb_trial_notes *notes)
{
	brabeion_error error = BRABEION_NO_ERROR;
	plugin_trial trial = { .request = request, .notes = notes, .error = &error };
	brabeion_status status =
		brb_config_read_text(request->name, request->text, request->text_bytes, &trial.config, &error);
	if (status == BRABEION_OK)
		status = brb_image_copies_open_in_place(&trial.copies, &error);
	bar_neighbourhood();
	for (size_t i = from; i < request->count && status == BRABEION_OK && !notes->undeclared[0]; i++)
		status = try_plugin(&trial, i);
	if (status != BRABEION_OK) {
		check_descriptors(&trial); /* the trouble may be of the plugin's making */
		brb_trial_notes_open(notes);
		snprintf(notes->trouble, sizeof notes->trouble, "%s", error.message);
		brb_trial_notes_close(notes);
	}
	brb_store_close(trial.store);
	brabeion_error_finish(&error);
	return status == BRABEION_OK && !notes->undeclared[0];
}
