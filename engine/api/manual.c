/*
 * api/manual: what people decide: grants and revocations. They go through the group like events, so that they and
 * events see each other in one order.
 */
#include <string.h>

#include "api/internal.h"
#include "base/list.h"
#include "base/value.h"
#include "judging/backend.h"

/* ---- grants ---- */

typedef struct grant_request {
	brb_request head; /* first */
	const brabeion_grant *grant;
	brabeion_result *result;
	bool judged;
} grant_request;

static brabeion_status do_grant(brb_request *head)
{
	grant_request *request = (grant_request *)(void *)head;
	request->judged = true;
	brb_history_keep(head->judge);
	return brb_judge_grant(head->judge, request->grant, request->result);
}

static void fail_grant(brb_request *head, brabeion_status status, const char *message)
{
	grant_request *request = (grant_request *)(void *)head;
	if (request->judged && head->judge->shared->history)
		brb_history_restore(head->judge->shared->history);
	brb_judge_abandon(request->result, request->judged, 1, status, message);
}

brabeion_status brabeion_award(brabeion_engine *engine, const brabeion_grant *grant, brabeion_result *result)
{
	BRB_CALL;
	brabeion_result own;
	brb_judge judge;
	grant_request request = { .head = { .work = do_grant, .fail = fail_grant },
				  .grant = grant,
				  .result = result ? result : &own };
	brabeion_status status = brb_engine_run(engine, &judge, &request.head);
	if (status == BRABEION_OK) {
		brb_count(&judge.counters->awards, request.result->award_count);
		brb_engine_announce(engine, request.result, 1);
		status = request.result->status;
	}
	if (!result)
		brabeion_result_finish(&own);
	return status;
}

/* ---- revocations ---- */

typedef struct revoke_request {
	brb_request head; /* first */
	brb_store_revocation revocation;
	brabeion_change_list revoked;
	brabeion_error error;
} revoke_request;

static brabeion_status do_revoke(brb_request *head)
{
	revoke_request *request = (revoke_request *)(void *)head;
	brb_judge *judge = head->judge;
	request->revoked.memory = brb_list_memory();
	if (!request->revoked.memory)
		judge->fault = brb_status_no_memory(&judge->error);
	else if (brb_judge_enter_store(judge)) {
		request->revocation.at_us = brb_clock_now_us(judge->clock);
		judge->fault = brb_store_revoke(judge->store, &request->revocation, &request->revoked, &judge->error);
	}
	return judge->fault;
}

static void fail_revoke(brb_request *head, brabeion_status status, const char *message)
{
	revoke_request *request = (revoke_request *)(void *)head;
	brabeion_change_list_finish(&request->revoked);
	brb_status_set_text(&request->error, status, message);
}

static brabeion_status check_text(const char *text, size_t most, const char *what, brabeion_error *error)
{
	if (!text || brb_text_checked_length(text, most) != SIZE_MAX)
		return BRABEION_OK;
	return brb_status_set(error, BRABEION_INVALID, "the %s is longer than %zu bytes or not UTF-8", what, most);
}

static brabeion_status check_revocation(const brabeion_revocation *revocation, brabeion_error *error)
{
	if (!revocation->user || !revocation->badge)
		return brb_status_set(error, BRABEION_INVALID, "the revocation has no %s",
				      revocation->user ? "badge" : "user");
	brabeion_status status = check_text(revocation->user, BRB_SUBJECT_BYTES_MOST, "user", error);
	if (status == BRABEION_OK)
		status = check_text(revocation->badge, BRB_NAME_BYTES_MOST, "badge", error);
	if (status == BRABEION_OK)
		status = check_text(revocation->reason, BRB_SUBJECT_BYTES_MOST, "reason", error);
	return status == BRABEION_OK ? check_text(revocation->note, BRB_REMARK_BYTES_MOST, "note", error) : status;
}

brabeion_status brabeion_revoke(brabeion_engine *engine, const brabeion_revocation *revocation,
				brabeion_change_list *revoked, brabeion_error *error)
{
	BRB_CALL;
	revoke_request request = { .head = { .work = do_revoke, .fail = fail_revoke } };
	brb_judge judge;
	brabeion_status status = brb_engine_enter(engine);
	if (status != BRABEION_OK)
		brb_status_refuse(&request.error, status);
	else
		status = check_revocation(revocation, &request.error);
	if (status != BRABEION_OK)
		return brb_status_hand_over(error, &request.error);
	request.revocation = (brb_store_revocation){ .user = revocation->user,
						     .slug = revocation->badge,
						     .level = revocation->level,
						     .reason = revocation->reason,
						     .note = revocation->note };
	if (brb_engine_run(engine, &judge, &request.head) != BRABEION_OK)
		return brb_status_hand_over(error, &request.error);
	brb_engine_announce_revoked(engine, &request.revoked);
	if (revoked)
		*revoked = request.revoked;
	else
		brabeion_change_list_finish(&request.revoked);
	return BRABEION_OK;
}
