/*
 * api/users: forgets a user, merges one into another, renames one. The changes go through the group commit, so that no event
 * is judged in the middle of them.
 *
 * What would change is counted before, in a snapshot; what may be changed at all is checked again inside the transaction.
 */
#include "store/operator/user_change.h"

#include <string.h>

#include "api/backfill/backfill.h"
#include "api/internal.h"
#include "base/list.h"
#include "base/value.h"
#include "judging/backend.h"
#include "judging/merge.h"

typedef enum user_change { FORGET_USER, MERGE_USERS, RENAME_USER } user_change;

typedef struct user_request {
	brb_request head; /* first */
	user_change change;
	const char *user;
	const char *other; /* whom it is merged into, or its new name */
	bool existing;
	int64_t at_us;
} user_request;

/* ---- in the transaction ---- */

/* The judge's error is the group's; a plugin that fails is this request's matter. */
static brabeion_status merge_own(void *context, const char *from, const char *into, brabeion_error *error)
{
	brb_judge *judge = context;
	brabeion_status status = brb_merge_own(judge, from, into);
	return status == BRABEION_OK ? BRABEION_OK : brb_status_set(error, status, "%s", judge->error.message);
}

static bool merges_itself(void *context, const brb_store_memory *memory)
{
	const brb_judge *judge = context;
	return brb_merges_own(judge->generation, memory);
}

static brabeion_status change_in_store(brb_judge *judge, const user_request *request, brabeion_error *error)
{
	int64_t awards = 0;
	brabeion_status status;
	const brb_store_merge_own own = { .merge = merge_own, .merges = merges_itself, .context = judge };
	switch (request->change) {
	case FORGET_USER:
		status = brb_store_forget_user(judge->store, request->user, &awards, error);
		return status == BRABEION_OK ? brb_store_mark_forgotten(judge->store, request->at_us, error) : status;
	case MERGE_USERS:
		return brb_store_merge_users(judge->store, request->user, request->other, &own, error);
	default:
		return brb_store_rename_user(judge->store, request->user, request->other, error);
	}
}

/* Alone in its transaction: a merge that a plugin refuses has changed something by then, and is rolled back. */
static brabeion_status do_change(brb_request *head)
{
	user_request *request = (user_request *)(void *)head;
	brb_judge *judge = head->judge;
	if (!brb_judge_enter_store(judge))
		return judge->fault;
	brabeion_error error = BRABEION_NO_ERROR;
	request->at_us = brb_clock_now_us(judge->clock);
	change_in_store(judge, request, &error);
	judge->fault = brb_status_hand_over(&judge->error, &error);
	return judge->fault;
}

static brabeion_status run(brabeion_engine *engine, user_request *request, brabeion_error *error)
{
	brb_judge judge;
	request->head.work = do_change;
	brb_engine_run_alone(engine, &judge, &request->head);
	return brb_status_hand_over(error, &request->head.error);
}

/* ---- before it ---- */

static brabeion_status check_name(const char *user, brabeion_error *error)
{
	if (user && user[0] && brb_text_checked_length(user, BRB_SUBJECT_BYTES_MOST) != SIZE_MAX)
		return BRABEION_OK;
	return brb_status_set(error, BRABEION_INVALID, "the user is %s",
			      user && user[0] ? "longer than 255 bytes or not UTF-8" : "empty");
}

static brabeion_status check_names(const user_request *request, brabeion_error *error)
{
	brabeion_status status = check_name(request->user, error);
	if (status != BRABEION_OK || request->change == FORGET_USER)
		return status;
	status = check_name(request->other, error);
	if (status == BRABEION_OK && strcmp(request->user, request->other) == 0)
		return brb_status_set(error, BRABEION_INVALID, "the two users are the same: \"%s\"", request->user);
	return status;
}

static brabeion_status refuse_alias(const user_request *request, const char *alias_of, brabeion_error *error)
{
	static const char *const advice[] = {
		[FORGET_USER] = "forget", [MERGE_USERS] = "merge", [RENAME_USER] = "rename"
	};
	return brb_status_set(error, BRABEION_INVALID, "\"%s\" was merged into \"%s\", and stands for it: %s \"%s\"",
			      request->user, alias_of, advice[request->change], alias_of);
}

brabeion_status brb_engine_no_user(const char *user, const char *near, const char *what, brabeion_error *error)
{
	return *near ? brb_status_set(error, BRABEION_INVALID, "there is no user \"%s\"%s (did you mean \"%s\"?)",
				      user, what, near)
		     : brb_status_set(error, BRABEION_INVALID, "there is no user \"%s\"%s", user, what);
}

/* Checks whom a user is merged into. */
static brabeion_status check_into(const user_request *request, const brb_found_user *user, const brb_found_user *into,
				  brabeion_user_report *report, brabeion_error *error)
{
	const char *target = *into->alias_of ? into->alias_of : request->other;
	if (!into->found && request->existing)
		return brb_engine_no_user(request->other, into->near, " to merge into", error);
	if (strcmp(target, request->user) == 0)
		return brb_status_set(error, BRABEION_INVALID, "the two users are one: \"%s\" was merged into \"%s\"",
				      request->other, request->user);
	report->done_before = user->found && strcmp(user->alias_of, target) == 0;
	if (user->found && *user->alias_of && !report->done_before)
		return refuse_alias(request, user->alias_of, error);
	return BRABEION_OK;
}

static brabeion_status check_to(const user_request *request, const brb_found_user *user, const brb_found_user *to,
				brabeion_error *error)
{
	if (*user->alias_of)
		return refuse_alias(request, user->alias_of, error);
	if (*to->alias_of)
		return brb_status_set(error, BRABEION_INVALID, "\"%s\" stands for the user \"%s\" already",
				      request->other, to->alias_of);
	if (to->found)
		return brb_status_set(error, BRABEION_INVALID,
				      "there is a user \"%s\" already: merge the two if they are one",
				      request->other);
	return BRABEION_OK;
}

/* Looks up the users, and checks that the change may be made. */
static brabeion_status look(brabeion_engine *engine, const user_request *request, brb_arena *arena,
			    brabeion_user_report *report, brabeion_error *error)
{
	brb_found_user user = { 0 }, other = { 0 };
	brabeion_status status = brb_store_find_user(engine->store, request->user, arena, &user, error);
	if (status == BRABEION_OK && request->other)
		status = brb_store_find_user(engine->store, request->other, arena, &other, error);
	if (status != BRABEION_OK)
		return status;
	report->found = user.found;
	report->near = user.near;
	if (!user.found && (request->existing || request->change != MERGE_USERS))
		return BRABEION_OK;
	if (request->change == MERGE_USERS)
		return check_into(request, &user, &other, report, error);
	if (request->change == RENAME_USER)
		return check_to(request, &user, &other, error);
	return *user.alias_of ? refuse_alias(request, user.alias_of, error) : BRABEION_OK;
}

/* ---- the calls ---- */

static bool would_merge(void *context, const brb_store_memory *memory)
{
	return brb_merges_own(context, memory);
}

/* What is anybody's is counted for so long before a change is made; with dry_run, all of it. */
#define COUNTED_FOR_US 1000000

static brabeion_status count_stored(brabeion_engine *engine, const user_request *request, int64_t budget_us,
				    brabeion_user_report *report, brabeion_error *error)
{
	brb_reader *reader;
	brb_generation *generation = brb_engine_acquire(engine, &reader, error);
	if (!generation)
		return error->status;
	const brb_store_merge_own own = { .merges = would_merge, .context = generation };
	const char *into = request->change == MERGE_USERS ? request->other : NULL;
	brabeion_status status =
		brb_store_report_user(engine->store, request->user, into, &own, budget_us, report, error);
	brb_registry_release(reader);
	return status;
}

/* Fills in what was looked up; `near` is in an arena that goes. */
static brabeion_status count(brabeion_engine *engine, const user_request *request, int64_t budget_us,
			     const brabeion_user_report *looked, brabeion_user_report *report, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	if (looked->found && !looked->done_before)
		status = count_stored(engine, request, budget_us, report, error);
	if (status == BRABEION_OK && !report->memory && !(report->memory = brb_list_memory()))
		status = brb_status_no_memory(error);
	if (status != BRABEION_OK)
		return status;
	report->found = looked->found;
	report->done_before = looked->done_before;
	report->near = brb_arena_copy(report->memory, looked->near);
	report->memory_stride = sizeof *report->memories;
	return report->near ? BRABEION_OK : brb_status_no_memory(error);
}

/* The database of an interrupted backfill may have the name, too; one that is under way would bring it back. */
static brabeion_status discard_backfill(brabeion_engine *engine, const user_request *request, brabeion_error *error)
{
	bool removed = false;
	const char *database = brb_store_path(engine->store);
	brabeion_error fault = BRABEION_NO_ERROR;
	if (brb_backfill_discard(database, &removed, &fault) == BRABEION_BUSY) {
		brabeion_error_finish(&fault);
		return brb_status_set(error, BRABEION_BUSY,
				      "%s: a backfill is under way, whose database has names of users, too: forget "
				      "\"%s\" when it has ended; nothing is forgotten",
				      database, request->user);
	}
	if (removed)
		brb_log_write(&engine->log, BRABEION_LOG_WARNING,
			      "%s" BRB_BACKFILL_SUFFIX
			      ": removed, since a user was forgotten: the interrupted backfill begins anew",
			      database);
	return brb_status_hand_over(error, &fault);
}

static brabeion_status change(brabeion_engine *engine, user_request *request, const brabeion_user_options *options,
			      bool counted, brabeion_user_report *report, brabeion_error *error)
{
	brb_arena arena = { 0 };
	brabeion_user_report looked = { 0 };
	brabeion_status status = look(engine, request, &arena, &looked, error);
	bool known = looked.found || (request->change == MERGE_USERS && !request->existing);
	bool to_do = known && !looked.done_before && !options->dry_run;
	if (status == BRABEION_OK && counted)
		status = count(engine, request, options->dry_run ? 0 : COUNTED_FOR_US, &looked, report, error);
	if (status == BRABEION_OK && to_do && request->change == FORGET_USER)
		status = discard_backfill(engine, request, error);
	if (status == BRABEION_OK && to_do)
		status = run(engine, request, error);
	if (status == BRABEION_OK && to_do && request->change != RENAME_USER)
		report->pending = brb_engine_do_chores(engine);
	if (report->pending != BRABEION_PENDING_NOTHING && !engine->existing_only)
		brb_engine_start_upkeep(engine);
	brb_arena_finish(&arena);
	return status;
}

static brabeion_status enter_and_change(brabeion_engine *engine, user_request *request,
					const brabeion_user_options *theirs, brabeion_user_report *report,
					brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_user_options options;
	brabeion_user_report own = { 0 };
	if (brb_engine_enter_or_say(engine, &fault) != BRABEION_OK ||
	    brb_size_take(BRB_SIZE_USER_OPTIONS, theirs, &options, &fault) != BRABEION_OK ||
	    (!options.dry_run && brb_engine_enter_to_write(engine, &fault) != BRABEION_OK) ||
	    brb_size_check(BRB_SIZE_USER_REPORT, report, &fault) != BRABEION_OK ||
	    check_names(request, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	request->existing = options.existing;
	if (change(engine, request, &options, report != NULL, &own, &fault) == BRABEION_OK && report)
		brb_size_give(BRB_SIZE_USER_REPORT, &own, report);
	else
		brabeion_user_report_finish(&own);
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_forget_user(brabeion_engine *engine, const char *user, const brabeion_user_options *options,
				     brabeion_user_report *report, brabeion_error *error)
{
	user_request request = { .change = FORGET_USER, .user = user };
	return enter_and_change(engine, &request, options, report, error);
}

brabeion_status brabeion_merge_users(brabeion_engine *engine, const char *from, const char *into,
				     const brabeion_user_options *options, brabeion_user_report *report,
				     brabeion_error *error)
{
	user_request request = { .change = MERGE_USERS, .user = from, .other = into };
	return enter_and_change(engine, &request, options, report, error);
}

brabeion_status brabeion_rename_user(brabeion_engine *engine, const char *from, const char *to,
				     const brabeion_user_options *options, brabeion_user_report *report,
				     brabeion_error *error)
{
	user_request request = { .change = RENAME_USER, .user = from, .other = to };
	return enter_and_change(engine, &request, options, report, error);
}
