/*
 * json/write: results and lists as JSON, in the form of the command, which uses it, too.
 *
 * Guarantees: nothing is allocated, so that nothing fails and no engine is needed.
 */
#include <string.h>

#include <brabeion/engine.h>

#include "base/json_write.h"

static brb_json begin(brabeion_write_callback write, void *context)
{
	return (brb_json){ .write = write, .context = context, .style = BRB_JSON_SHOWN };
}

static void write_time(brb_json *json, const char *key, int64_t at_us)
{
	char text[BRABEION_TIME_BYTES];
	if (brabeion_time_format(at_us, text) == BRABEION_OK)
		brb_json_text(json, key, text);
	else
		brb_json_integer(json, key, at_us);
}

static void write_time_unless_0(brb_json *json, const char *key, int64_t at_us)
{
	if (at_us)
		write_time(json, key, at_us);
	else
		brb_json_null(json, key);
}

/* ---- awards ---- */

static void write_award_pairs(brb_json *json, const brabeion_award_info *award)
{
	brb_json_text(json, "user", award->user);
	brb_json_text(json, "badge", award->badge);
	brb_json_integer(json, "level", award->level);
	brb_json_text(json, "name", award->name);
	brb_json_text(json, "reason", award->reason);
	write_time(json, "at", award->at_us);
	brb_json_text(json, "event", award->event);
	brb_json_text(json, "event_id", award->event_id);
}

static void write_award(brb_json *json, const brabeion_award_info *award)
{
	brb_json_object(json, NULL);
	write_award_pairs(json, award);
	brb_json_end(json);
}

static void write_change(brb_json *json, const brabeion_change *change)
{
	brb_json_object(json, NULL);
	write_award_pairs(json, change->award);
	brb_json_integer(json, "sequence", change->sequence);
	if (change->kind == BRABEION_CHANGE_AWARDED && change->award->stored_us)
		write_time(json, "stored_at", change->award->stored_us);
	if (change->kind != BRABEION_CHANGE_AWARDED) {
		brb_json_bool(json, "revoked", true);
		write_time(json, "revoked_at", change->at_us);
		brb_json_integer(json, "award_sequence", change->award->sequence);
	}
	if (change->kind == BRABEION_CHANGE_LAPSED)
		brb_json_bool(json, "lapsed", true);
	if (change->comment && *change->comment)
		brb_json_text(json, "note", change->comment);
	brb_json_end(json);
}

void brabeion_award_write_json(const brabeion_award_info *award, brabeion_write_callback write, void *context)
{
	brb_json json = begin(write, context);
	write_award(&json, award);
}

void brabeion_change_write_json(const brabeion_change *change, brabeion_write_callback write, void *context)
{
	brb_json json = begin(write, context);
	write_change(&json, change);
}

void brabeion_award_list_write_json(const brabeion_award_list *list, brabeion_write_callback write, void *context)
{
	brb_json json = begin(write, context);
	brb_json_array(&json, NULL);
	for (size_t i = 0; i < list->count; i++) {
		brb_json_object(&json, NULL);
		brb_json_integer(&json, "sequence", list->awards[i].sequence);
		write_award_pairs(&json, &list->awards[i]);
		brb_json_text(&json, "description", list->awards[i].description);
		brb_json_end(&json);
	}
	brb_json_end(&json);
}

void brabeion_change_list_write_json(const brabeion_change_list *list, brabeion_write_callback write, void *context)
{
	brb_json json = begin(write, context);
	brb_json_array(&json, NULL);
	for (size_t i = 0; i < list->count; i++)
		write_change(&json, &list->changes[i]);
	brb_json_end(&json);
}

/* "badge":null: the plugin's observe. */
static void write_failure(brb_json *json, const brabeion_failure *failure)
{
	brb_json_object(json, NULL);
	brb_json_text(json, "plugin", failure->plugin);
	if (failure->slug)
		brb_json_text(json, "badge", failure->slug);
	else
		brb_json_null(json, "badge");
	brb_json_text(json, "message", failure->message);
	if (failure->refused)
		brb_json_bool(json, "refused", true);
	brb_json_end(json);
}

void brabeion_result_write_json(const brabeion_result *result, brabeion_write_callback write, void *context)
{
	static const char *const outcomes[] = { "judged", "unhandled", "duplicate", "abandoned" };
	brb_json json = begin(write, context);
	brb_json_object(&json, NULL);
	brb_json_text(&json, "status", brabeion_status_name(result->status));
	brb_json_text(&json, "outcome", outcomes[result->outcome]);
	brb_json_integer(&json, "failed", result->failed);
	brb_json_integer(&json, "refused", result->refused);
	if (result->message)
		brb_json_text(&json, "message", result->message);
	brb_json_array(&json, "failures");
	for (uint32_t i = 0; i < result->failure_count; i++)
		write_failure(&json, &result->failures[i]);
	brb_json_end(&json);
	brb_json_array(&json, "awards");
	for (uint32_t i = 0; i < result->award_count; i++)
		write_award(&json, &result->awards[i]);
	brb_json_end(&json);
	brb_json_array(&json, "lapsed");
	for (uint32_t i = 0; i < result->lapsed_count; i++)
		write_change(&json, &result->lapsed[i]);
	brb_json_end(&json);
	brb_json_end(&json);
}

/* ---- users ---- */

void brabeion_user_list_write_json(const brabeion_user_list *list, brabeion_write_callback write, void *context)
{
	brb_json json = begin(write, context);
	brb_json_array(&json, NULL);
	for (size_t i = 0; i < list->count; i++) {
		const brabeion_user *user = &list->users[i];
		brb_json_object(&json, NULL);
		brb_json_text(&json, "user", user->user);
		brb_json_integer(&json, "awards", user->awards);
		brb_json_integer(&json, "badges", user->badges);
		write_time(&json, "latest_at", user->latest_at_us);
		brb_json_end(&json);
	}
	brb_json_end(&json);
}

/* Only what is not usual. */
static void write_earnable(brb_json *json, bool hidden, bool retired, int64_t from_us, int64_t until_us)
{
	if (hidden)
		brb_json_bool(json, "hidden", true);
	if (retired)
		brb_json_bool(json, "retired", true);
	if (!from_us && !until_us)
		return;
	brb_json_object(json, "earnable");
	if (from_us)
		write_time(json, "from", from_us);
	if (until_us)
		write_time(json, "until", until_us);
	brb_json_end(json);
}

static void write_progress(brb_json *json, const brabeion_progress *badge)
{
	brb_json_object(json, NULL);
	brb_json_text(json, "badge", badge->badge);
	brb_json_integer(json, "held", badge->held);
	brb_json_integer(json, "held_level", badge->held_level);
	brb_json_integer(json, "levels", badge->level_count);
	if (badge->level > 0) {
		brb_json_integer(json, "level", badge->level);
		brb_json_text(json, "name", badge->name);
		brb_json_text(json, "description", badge->description);
	}
	if (badge->has_progress) {
		brb_json_integer(json, "done", badge->done);
		brb_json_integer(json, "goal", badge->goal);
	}
	if (badge->quarantined)
		brb_json_bool(json, "quarantined", true);
	if (*badge->error)
		brb_json_text(json, "error", badge->error);
	write_earnable(json, badge->hidden, badge->retired, badge->earnable_from_us, badge->earnable_until_us);
	if (badge->ended)
		brb_json_bool(json, "ended", true);
	brb_json_end(json);
}

void brabeion_progress_list_write_json(const brabeion_progress_list *list, brabeion_write_callback write,
				       void *context)
{
	brb_json json = begin(write, context);
	brb_json_array(&json, NULL);
	for (size_t i = 0; i < list->count; i++)
		write_progress(&json, &list->badges[i]);
	brb_json_end(&json);
}

/* ---- badges ---- */

static void write_level(brb_json *json, const brabeion_level *level, uint32_t number)
{
	brb_json_object(json, NULL);
	brb_json_integer(json, "level", number);
	brb_json_text(json, "name", level->name);
	brb_json_text(json, "description", level->description);
	brb_json_integer(json, "holders", level->holders);
	brb_json_end(json);
}

static void write_badge(brb_json *json, const brabeion_badge *badge)
{
	brb_json_object(json, NULL);
	brb_json_text(json, "slug", badge->slug);
	brb_json_text(json, "plugin", badge->plugin);
	brb_json_text(json, "plugin_file", badge->plugin_file);
	brb_json_bool(json, "multiple", badge->multiple);
	brb_json_bool(json, "async", badge->async);
	brb_json_integer(json, "holders", badge->holders);
	brb_json_array(json, "events");
	for (uint32_t i = 0; i < badge->event_count; i++)
		brb_json_text(json, NULL, badge->events[i]);
	brb_json_end(json);
	brb_json_array(json, "levels");
	for (uint32_t i = 0; i < badge->level_count; i++)
		write_level(json, &badge->levels[i], i + 1);
	brb_json_end(json);
	if (badge->quarantined) {
		brb_json_object(json, "quarantined");
		write_time(json, "since", badge->quarantined_since_us);
		brb_json_text(json, "reason", badge->quarantine_reason);
		brb_json_end(json);
	} else {
		brb_json_null(json, "quarantined");
	}
	if (badge->passed_over) {
		brb_json_object(json, "passed_over");
		brb_json_integer(json, "events", badge->passed_over);
		write_time(json, "first", badge->passed_over_first_us);
		write_time(json, "last", badge->passed_over_last_us);
		brb_json_end(json);
	}
	write_earnable(json, badge->hidden, badge->retired, badge->earnable_from_us, badge->earnable_until_us);
	brb_json_end(json);
}

void brabeion_badge_list_write_json(const brabeion_badge_list *list, brabeion_write_callback write, void *context)
{
	brb_json json = begin(write, context);
	brb_json_object(&json, NULL);
	brb_json_integer(&json, "generation", (int64_t)list->generation);
	brb_json_array(&json, "badges");
	for (size_t i = 0; i < list->count; i++)
		write_badge(&json, &list->badges[i]);
	brb_json_end(&json);
	brb_json_end(&json);
}

/* ---- jobs ---- */

static const char *state_name(brabeion_job_state state)
{
	static const char *const names[] = {
		[BRABEION_JOB_WAITING] = "waiting",
		[BRABEION_JOB_RUNNING] = "running",
		[BRABEION_JOB_DELAYED] = "delayed",
		[BRABEION_JOB_PARKED] = "parked",
	};
	return names[state];
}

static bool is_loaded(const brabeion_job_info *job, const brabeion_badge_list *badges)
{
	for (size_t i = 0; i < badges->count; i++)
		if (strcmp(badges->badges[i].slug, job->badge) == 0)
			return true;
	return false;
}

static void write_job_pairs(brb_json *json, const brabeion_job_info *job, const brabeion_badge_list *badges)
{
	brb_json_integer(json, "id", job->id);
	brb_json_text(json, "state", state_name(job->state));
	brb_json_text(json, "badge", job->badge);
	if (badges)
		brb_json_bool(json, "loaded", is_loaded(job, badges));
	brb_json_text(json, "user", job->user);
	brb_json_text(json, "event", job->event);
	brb_json_text(json, "event_id", job->event_id);
	write_time(json, "at", job->at_us);
	write_time(json, "due_at", job->due_us);
	write_time_unless_0(json, "retry_at", job->parked_us ? 0 : job->retry_us);
	write_time_unless_0(json, "lease_until", job->lease_us);
	brb_json_integer(json, "history", job->history_id);
	brb_json_integer(json, "attempts", job->attempts);
	write_time_unless_0(json, "parked_at", job->parked_us);
	brb_json_text(json, "parked_why", job->parked_why);
	brb_json_text(json, "error", job->error);
}

void brabeion_job_write_json(const brabeion_job_info *job, const brabeion_badge_list *badges,
			     brabeion_write_callback write, void *context)
{
	brb_json json = begin(write, context);
	brb_json_object(&json, NULL);
	write_job_pairs(&json, job, badges);
	brb_json_end(&json);
}

void brabeion_job_page_write_json(const brabeion_job_page *page, const brabeion_badge_list *badges,
				  brabeion_write_callback write, void *context)
{
	brb_json json = begin(write, context);
	brb_json_object(&json, NULL);
	write_job_pairs(&json, page->job, badges);
	brb_json_document(&json, "frozen", page->frozen && *page->frozen ? page->frozen : "{}");
	brb_json_array(&json, "failures");
	for (size_t i = 0; i < page->attempt_count; i++) {
		brb_json_object(&json, NULL);
		brb_json_integer(&json, "number", page->attempts[i].number);
		write_time(&json, "at", page->attempts[i].at_us);
		brb_json_text(&json, "error", page->attempts[i].error);
		brb_json_end(&json);
	}
	brb_json_end(&json);
	brb_json_end(&json);
}

void brabeion_job_list_write_json(const brabeion_job_list *list, const brabeion_badge_list *badges,
				  brabeion_write_callback write, void *context)
{
	brb_json json = begin(write, context);
	brb_json_array(&json, NULL);
	for (size_t i = 0; i < list->count; i++) {
		brb_json_object(&json, NULL);
		write_job_pairs(&json, &list->jobs[i], badges);
		brb_json_end(&json);
	}
	brb_json_end(&json);
}
