/*
 * api/manual: grants and revocations by people, and what badges make of them. They go through the group commit like events, so that they and
 * events see each other in one order.
 */
#include <string.h>

#include "api/batch.h"
#include "base/list.h"
#include "base/value.h"
#include "judging/backend.h"
#include "judging/due.h"
#include "judging/judgement.h"

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

/* The result is ours. */
static brabeion_status award(brabeion_engine *engine, const brabeion_grant *grant, brabeion_result *result)
{
	brb_judge judge;
	grant_request request = { .head = { .work = do_grant, .fail = fail_grant },
				  .grant = grant,
				  .result = result };
	brabeion_status status = brb_engine_run(engine, &judge, &request.head);
	if (status != BRABEION_OK)
		return status;
	brb_count(&judge.counters->awards, result->award_count);
	brb_engine_announce(engine, result, 1);
	return result->status;
}

brabeion_status brabeion_award(brabeion_engine *engine, const brabeion_grant *theirs, brabeion_result *result)
{
	BRB_CALL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_result own = { 0 };
	brabeion_grant grant;
	brabeion_status status = brb_engine_enter_to_write(engine, &error);
	if (status == BRABEION_OK && brb_size_check(BRB_SIZE_RESULT, result, &error) != BRABEION_OK) {
		brb_log_write(&engine->log, BRABEION_LOG_ERROR, "%s", error.message);
		result = NULL;
		status = error.status;
	}
	if (status == BRABEION_OK)
		status = brb_size_take(BRB_SIZE_GRANT, theirs, &grant, &error);
	if (status == BRABEION_OK)
		status = award(engine, &grant, &own);
	else
		brb_judge_abandon(&own, 0, 1, status, error.message);
	brb_batch_give(&own, result);
	brabeion_error_finish(&error);
	return status;
}

/* ---- revocations ---- */

typedef struct revoke_request {
	brb_request head; /* first */
	brb_store_revocation revocation;
	brabeion_change_list revoked; /* and what badges made of it */
	bool judged;
} revoke_request;

static bool add_change(brabeion_change_list *list, size_t *capacity, const brabeion_change *change)
{
	brabeion_change *added = brb_list_add(&list->changes, &list->count, capacity, sizeof *added);
	if (!added)
		return false;
	*added = *change;
	added->award = brb_list_copy_award(list->memory, change->award);
	added->comment = brb_arena_copy(list->memory, change->comment);
	return added->award && added->comment;
}

/* In storing order. False: out of memory. */
static bool add_followed(brabeion_change_list *list, const brabeion_result *followed)
{
	uint32_t lapsed = 0, awarded = 0;
	size_t capacity = list->count;
	bool added = true;
	while (added && (lapsed < followed->lapsed_count || awarded < followed->award_count)) {
		const brabeion_award_info *award = &followed->awards[awarded];
		bool is_lapse =
			lapsed < followed->lapsed_count &&
			(awarded == followed->award_count || followed->lapsed[lapsed].sequence < award->sequence);
		if (is_lapse)
			added = add_change(list, &capacity, &followed->lapsed[lapsed++]);
		else
			added = add_change(list, &capacity,
					   &(brabeion_change){ .sequence = award->sequence,
							       .kind = BRABEION_CHANGE_AWARDED,
							       .at_us = award->at_us,
							       .comment = "",
							       .award = award });
		awarded += !is_lapse;
	}
	return added;
}

/* Badges hear of it in the same transaction. */
static void judge_revoked(revoke_request *request)
{
	brb_judge *judge = request->head.judge;
	brabeion_result followed = { 0 };
	brb_judge_revoked(judge, request->revoked.changes, request->revoked.count, &followed);
	if (judge->shared->history && judge->fault == BRABEION_OK)
		brb_due_settle(judge, &followed);
	if (judge->fault == BRABEION_OK && !add_followed(&request->revoked, &followed))
		judge->fault = brb_status_no_memory(&judge->error);
	brabeion_result_finish(&followed);
	if (judge->scratch.used_bytes)
		brb_arena_reset(&judge->scratch);
}

static brabeion_status do_revoke(brb_request *head)
{
	revoke_request *request = (revoke_request *)(void *)head;
	brb_judge *judge = head->judge;
	request->judged = true;
	brb_history_keep(judge);
	request->revoked.memory = brb_list_memory();
	if (!request->revoked.memory)
		judge->fault = brb_status_no_memory(&judge->error);
	else if (brb_judge_enter_store(judge)) {
		request->revocation.at_us = brb_clock_now_us(judge->clock);
		judge->fault = brb_store_revoke(judge->store, &request->revocation, &request->revoked, &judge->error);
	}
	if (judge->fault == BRABEION_OK)
		judge_revoked(request);
	return judge->fault;
}

static void fail_revoke(brb_request *head, brabeion_status status, const char *message)
{
	revoke_request *request = (revoke_request *)(void *)head;
	if (request->judged && head->judge->shared->history)
		brb_history_restore(head->judge->shared->history);
	brabeion_change_list_finish(&request->revoked);
	brb_status_set_text(&request->head.error, status, message);
}

static uint64_t count_awards(const brabeion_change_list *list)
{
	uint64_t count = 0;
	for (size_t i = 0; i < list->count; i++)
		count += list->changes[i].kind == BRABEION_CHANGE_AWARDED;
	return count;
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
	return status == BRABEION_OK ? check_text(revocation->comment, BRB_REMARK_BYTES_MOST, "comment", error)
				     : status;
}

brabeion_status brabeion_revoke(brabeion_engine *engine, const brabeion_revocation *theirs,
				brabeion_change_list *revoked, brabeion_error *error)
{
	BRB_CALL;
	revoke_request request = { .head = { .work = do_revoke, .fail = fail_revoke } };
	brabeion_revocation revocation;
	brb_judge judge;
	brabeion_status status = brb_engine_enter_to_write(engine, &request.head.error);
	if (status == BRABEION_OK)
		status = brb_size_take(BRB_SIZE_REVOCATION, theirs, &revocation, &request.head.error);
	if (status == BRABEION_OK)
		status = check_revocation(&revocation, &request.head.error);
	if (status != BRABEION_OK)
		return brb_status_hand_over(error, &request.head.error);
	request.revocation = (brb_store_revocation){ .user = revocation.user,
						     .slug = revocation.badge,
						     .level = revocation.level,
						     .reason = revocation.reason,
						     .note = revocation.comment };
	if (brb_engine_run(engine, &judge, &request.head) != BRABEION_OK)
		return brb_status_hand_over(error, &request.head.error);
	brb_count(&judge.counters->awards, count_awards(&request.revoked));
	brb_engine_announce_revoked(engine, &request.revoked);
	request.revoked.stride = sizeof *request.revoked.changes;
	if (revoked)
		*revoked = request.revoked;
	else
		brabeion_change_list_finish(&request.revoked);
	return BRABEION_OK;
}
