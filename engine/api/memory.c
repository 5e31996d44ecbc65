/*
 * api/memory: reads and sets what plugins remember. Changes go through the group commit like events, so that they and
 * events see each other in one order.
 */
#include "api/internal.h"
#include "base/value.h"
#include "judging/backend.h"
#include "store/operator/memory_change.h"
#include "store/operator/user_change.h"

/* ---- bounds: those of a plugin's helpers (judging/call) ---- */

static brabeion_status check_text(const char *text, size_t least, size_t most, const char *what,
				  brabeion_error *error)
{
	size_t length = text ? brb_text_checked_length(text, most) : SIZE_MAX;
	if (length != SIZE_MAX && length >= least)
		return BRABEION_OK;
	if (!text || !text[0])
		return brb_status_set(error, BRABEION_INVALID, "the %s is %s", what, text ? "empty" : "NULL");
	return brb_status_set(error, BRABEION_INVALID, "the %s is longer than %zu bytes or not UTF-8", what, most);
}

static brabeion_status check_place(const brabeion_memory_change *change, brabeion_error *error)
{
	brabeion_status status = check_text(change->plugin, 1, BRB_NAME_BYTES_MOST, "id of the plugin", error);
	if (status == BRABEION_OK)
		status = check_text(change->badge, 0, BRB_NAME_BYTES_MOST, "badge of the memory", error);
	if (status == BRABEION_OK)
		status = check_text(change->name, 1, BRB_NAME_BYTES_MOST, "name of the memory", error);
	if (status == BRABEION_OK)
		status = check_text(change->owner, 0, BRB_SUBJECT_BYTES_MOST, "owner of the memory", error);
	if (status == BRABEION_OK)
		status = check_text(change->key, 0, BRB_SUBJECT_BYTES_MOST, "key of the memory", error);
	return status;
}

static brabeion_status check_change(const brabeion_memory_change *change, bool remove, brabeion_error *error)
{
	brabeion_status status = check_place(change, error);
	if (status == BRABEION_OK && (change->kind < 0 || change->kind > BRABEION_MEMORY_USER))
		status = brb_status_set(error, BRABEION_INVALID, "no such kind of memory: %d", (int)change->kind);
	if (status == BRABEION_OK && !remove && change->kind != BRABEION_MEMORY_NUMBER)
		status = check_text(change->text, 0, BRB_NOTE_BYTES_MOST, "text of the memory", error);
	if (status == BRABEION_OK && change->comment)
		status = check_text(change->comment, 0, BRB_REMARK_BYTES_MOST, "comment", error);
	return status;
}

static brabeion_status check_user(brabeion_engine *engine, const brabeion_memory_change *change,
				  brabeion_error *error)
{
	brb_arena arena = { 0 };
	brb_found_user user = { .found = true };
	brabeion_status status = BRABEION_OK;
	if (change->existing_user && change->owner_kind == BRABEION_OWNER_USER)
		status = brb_store_find_user(engine->store, change->owner, &arena, &user, error);
	if (status == BRABEION_OK && !user.found)
		status = brb_engine_no_user(change->owner, user.near, "", error);
	brb_arena_finish(&arena);
	return status;
}

/* ---- changing ---- */

typedef struct memory_request {
	brb_request head; /* first */
	brabeion_memory_change theirs;
	bool remove, existed;
	brabeion_error invalid; /* this request is wrong; the others of the group are not rolled back */
} memory_request;

/* BRABEION_INVALID goes to `invalid`. */
static brabeion_status change_in_store(brb_judge *judge, memory_request *request)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_memory_change change = { .change = &request->theirs,
				     .at_us = brb_clock_now_us(judge->clock),
				     .remove = request->remove };
	brabeion_status status = brb_store_plugin(judge->store, request->theirs.plugin, &change.plugin, &error);
	if (status == BRABEION_OK && !change.plugin)
		status = brb_status_set(&error, BRABEION_INVALID,
					"no plugin of the id \"%s\" has ever been loaded with this database",
					request->theirs.plugin);
	if (status == BRABEION_OK)
		status = brb_store_change_memory(judge->store, &change, &request->existed, &error);
	if (status != BRABEION_INVALID)
		return brb_status_hand_over(&judge->error, &error);
	brb_status_hand_over(&request->invalid, &error);
	return BRABEION_OK;
}

static brabeion_status do_change(brb_request *head)
{
	memory_request *request = (memory_request *)(void *)head;
	brb_judge *judge = head->judge;
	if (!brb_judge_enter_store(judge))
		return judge->fault;
	brb_store_mark(judge->store); /* keeps the changes of earlier requests in the group */
	judge->fault = change_in_store(judge, request);
	return judge->fault;
}

static brabeion_status change(brabeion_engine *engine, const brabeion_memory_change *theirs, memory_request *request,
			      brabeion_error *error)
{
	BRB_CALL;
	brb_judge judge;
	brabeion_status status = brb_engine_enter_to_write(engine, &request->head.error);
	if (status == BRABEION_OK)
		status = brb_size_take(BRB_SIZE_MEMORY_CHANGE, theirs, &request->theirs, &request->head.error);
	request->theirs.badge = request->theirs.badge ? request->theirs.badge : "";
	request->theirs.key = request->theirs.key ? request->theirs.key : "";
	if (status == BRABEION_OK)
		status = check_change(&request->theirs, request->remove, &request->head.error);
	if (status == BRABEION_OK)
		status = check_user(engine, &request->theirs, &request->head.error);
	if (status != BRABEION_OK)
		return brb_status_hand_over(error, &request->head.error);
	request->head.work = do_change;
	if (brb_engine_run(engine, &judge, &request->head) != BRABEION_OK) {
		brabeion_error_finish(&request->invalid);
		return brb_status_hand_over(error, &request->head.error);
	}
	return brb_status_hand_over(error, &request->invalid);
}

brabeion_status brabeion_memory_set(brabeion_engine *engine, const brabeion_memory_change *theirs,
				    brabeion_error *error)
{
	memory_request request = { .remove = false };
	return change(engine, theirs, &request, error);
}

brabeion_status brabeion_memory_remove(brabeion_engine *engine, const brabeion_memory_change *theirs, bool *removed,
				       brabeion_error *error)
{
	memory_request request = { .remove = true };
	brabeion_status status = change(engine, theirs, &request, error);
	if (status == BRABEION_OK && removed)
		*removed = request.existed;
	return status;
}

/* ---- reading ---- */

static brabeion_status check_filter(const brabeion_memory_filter *filter, brabeion_error *error)
{
	const struct {
		const char *text, *what;
		size_t most;
	} parts[] = {
		{ filter->plugin, "id of the plugin", BRB_NAME_BYTES_MOST },
		{ filter->badge, "badge of the memory", BRB_NAME_BYTES_MOST },
		{ filter->name, "name of the memory", BRB_NAME_BYTES_MOST },
		{ filter->user, "user", BRB_SUBJECT_BYTES_MOST },
		{ filter->thing, "thing", BRB_SUBJECT_BYTES_MOST },
		{ filter->key, "key of the memory", BRB_SUBJECT_BYTES_MOST },
	};
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0] && status == BRABEION_OK; i++)
		if (parts[i].text)
			status = check_text(parts[i].text, 0, parts[i].most, parts[i].what, error);
	return status;
}

brabeion_status brabeion_memory(brabeion_engine *engine, const brabeion_memory_filter *theirs,
				brabeion_memory_list *list, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_memory_filter filter;
	if (brb_engine_enter_or_say(engine, &fault) == BRABEION_OK &&
	    brb_size_take(BRB_SIZE_MEMORY_FILTER, theirs, &filter, &fault) == BRABEION_OK &&
	    check_filter(&filter, &fault) == BRABEION_OK &&
	    brb_store_list_memory(engine->store, &filter, list, &fault) == BRABEION_OK)
		list->stride = sizeof *list->items;
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_memory_changes(brabeion_engine *engine, const brabeion_memory_filter *theirs,
					brabeion_memory_record *record, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_memory_filter filter;
	if (brb_engine_enter_or_say(engine, &fault) == BRABEION_OK &&
	    brb_size_take(BRB_SIZE_MEMORY_FILTER, theirs, &filter, &fault) == BRABEION_OK &&
	    check_filter(&filter, &fault) == BRABEION_OK &&
	    brb_store_list_memory_changes(engine->store, &filter, record, &fault) == BRABEION_OK)
		record->stride = sizeof *record->entries;
	return brb_status_hand_over(error, &fault);
}
