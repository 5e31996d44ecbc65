/*
 * api/upkeep: forgets a user, merges two users, copies the database. The first two go through the group commit, so that
 * no event is judged in the middle of them.
 */
#include <string.h>

#include "api/internal.h"
#include "base/value.h"
#include "judging/backend.h"

typedef struct upkeep_request {
	brb_request head; /* first */
	const char *user;
	const char *into; /* NULL: forget the user */
	int64_t awards;
	brabeion_error error;
} upkeep_request;

static brabeion_status do_upkeep(brb_request *head)
{
	upkeep_request *request = (upkeep_request *)(void *)head;
	brb_judge *judge = head->judge;
	if (!brb_judge_enter_store(judge))
		return judge->fault;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status =
		request->into ? brb_store_merge_users(judge->store, request->user, request->into, &error)
			      : brb_store_forget_user(judge->store, request->user, &request->awards, &error);
	if (status == BRABEION_INVALID) { /* nothing was changed: the group's other requests go on */
		brb_status_hand_over(&request->error, &error);
		return BRABEION_OK;
	}
	judge->fault = brb_status_hand_over(&judge->error, &error);
	return judge->fault;
}

static void fail_upkeep(brb_request *head, brabeion_status status, const char *message)
{
	upkeep_request *request = (upkeep_request *)(void *)head;
	brb_status_set_text(&request->error, status, message);
}

static brabeion_status enter(const brabeion_engine *engine, brabeion_error *error)
{
	brabeion_status status = brb_engine_enter(engine);
	return status == BRABEION_OK ? BRABEION_OK : brb_status_refuse(error, status);
}

static brabeion_status check_user(const char *user, brabeion_error *error)
{
	if (user && user[0] && brb_text_checked_length(user, BRB_SUBJECT_BYTES_MOST) != SIZE_MAX)
		return BRABEION_OK;
	return brb_status_set(error, BRABEION_INVALID, "the user is %s",
			      user && user[0] ? "longer than 255 bytes or not UTF-8" : "empty");
}

static brabeion_status run(brabeion_engine *engine, upkeep_request *request, brabeion_error *error)
{
	brb_judge judge;
	brb_engine_run(engine, &judge, &request->head);
	return brb_status_hand_over(error, &request->error);
}

brabeion_status brabeion_forget_user(brabeion_engine *engine, const char *user, int64_t *awards,
				     brabeion_error *error)
{
	BRB_CALL;
	upkeep_request request = { .head = { .work = do_upkeep, .fail = fail_upkeep }, .user = user };
	if (enter(engine, &request.error) != BRABEION_OK || check_user(user, &request.error) != BRABEION_OK)
		return brb_status_hand_over(error, &request.error);
	brabeion_status status = run(engine, &request, error);
	if (status == BRABEION_OK && awards)
		*awards = request.awards;
	return status;
}

brabeion_status brabeion_merge_users(brabeion_engine *engine, const char *from, const char *into,
				     brabeion_error *error)
{
	BRB_CALL;
	upkeep_request request = { .head = { .work = do_upkeep, .fail = fail_upkeep }, .user = from, .into = into };
	if (enter(engine, &request.error) == BRABEION_OK && check_user(from, &request.error) == BRABEION_OK &&
	    check_user(into, &request.error) == BRABEION_OK && strcmp(from, into) == 0)
		brb_status_set(&request.error, BRABEION_INVALID, "the two users are the same: \"%s\"", from);
	if (request.error.status != BRABEION_OK)
		return brb_status_hand_over(error, &request.error);
	return run(engine, &request, error);
}

brabeion_status brabeion_backup(brabeion_engine *engine, const char *path, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (enter(engine, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	if (!path || !path[0])
		brb_status_set(&fault, BRABEION_INVALID, "no path is given");
	else
		brb_store_backup(engine->store, path, &fault);
	return brb_status_hand_over(error, &fault);
}
