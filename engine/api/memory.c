/*
 * api/memory: reads and sets what plugins remember. Changes go through the group commit like events, so that they and
 * events see each other in one order.
 */
#include "api/internal.h"
#include "base/value.h"
#include "judging/backend.h"

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

/* One tally or note. */
typedef struct memory_key {
	const char *plugin, *name, *subject;
} memory_key;

static brabeion_status check_key(const memory_key *key, brabeion_error *error)
{
	brabeion_status status = check_text(key->plugin, 1, BRB_NAME_BYTES_MOST, "id of the plugin", error);
	if (status == BRABEION_OK)
		status = check_text(key->name, 1, BRB_NAME_BYTES_MOST, "name of the tally or note", error);
	if (status == BRABEION_OK)
		status = check_text(key->subject, 0, BRB_SUBJECT_BYTES_MOST, "subject of the tally or note", error);
	return status;
}

/* ---- changing ---- */

typedef struct memory_request {
	brb_request head; /* first */
	memory_key key;
	brabeion_memory_kind kind;
	int64_t value;
	const char *text;
	brabeion_error invalid; /* this request is wrong; the others of the group are not rolled back */
	brabeion_error error;
} memory_request;

static brabeion_status set_in_store(brb_judge *judge, const memory_request *request, uint32_t plugin)
{
	const memory_key *key = &request->key;
	if (request->kind == BRABEION_MEMORY_TALLY)
		return brb_store_tally_set(judge->store, plugin, key->name, key->subject, request->value,
					   &judge->error);
	return brb_store_note_set(judge->store, plugin, key->name, key->subject, request->text, &judge->error);
}

static brabeion_status do_set(brb_request *head)
{
	memory_request *request = (memory_request *)(void *)head;
	brb_judge *judge = head->judge;
	uint32_t plugin = 0;
	if (!brb_judge_enter_store(judge))
		return judge->fault;
	brb_store_mark(judge->store); /* keeps the changes of earlier requests in the group */
	judge->fault = brb_store_plugin(judge->store, request->key.plugin, &plugin, &judge->error);
	if (judge->fault == BRABEION_OK && plugin)
		judge->fault = set_in_store(judge, request, plugin);
	else if (judge->fault == BRABEION_OK)
		brb_status_set(&request->invalid, BRABEION_INVALID,
			       "no plugin of the id \"%s\" has ever been loaded with this database",
			       request->key.plugin);
	return judge->fault;
}

static void fail_set(brb_request *head, brabeion_status status, const char *message)
{
	memory_request *request = (memory_request *)(void *)head;
	brb_status_set_text(&request->error, status, message);
}

static brabeion_status set(brabeion_engine *engine, memory_request *request, brabeion_error *error)
{
	BRB_CALL;
	brb_judge judge;
	brabeion_status status = brb_engine_enter_or_say(engine, &request->error);
	if (status == BRABEION_OK)
		status = check_key(&request->key, &request->error);
	if (status == BRABEION_OK && request->text)
		status = check_text(request->text, 0, BRB_NOTE_BYTES_MOST, "text of the note", &request->error);
	if (status != BRABEION_OK)
		return brb_status_hand_over(error, &request->error);
	request->head.work = do_set;
	request->head.fail = fail_set;
	if (brb_engine_run(engine, &judge, &request->head) != BRABEION_OK) {
		brabeion_error_finish(&request->invalid);
		return brb_status_hand_over(error, &request->error);
	}
	return brb_status_hand_over(error, &request->invalid);
}

brabeion_status brabeion_tally_set(brabeion_engine *engine, const char *plugin, const char *name, const char *subject,
				   int64_t value, brabeion_error *error)
{
	memory_request request = { .key = { plugin, name, subject }, .kind = BRABEION_MEMORY_TALLY, .value = value };
	return set(engine, &request, error);
}

brabeion_status brabeion_note_set(brabeion_engine *engine, const char *plugin, const char *name, const char *subject,
				  const char *text, brabeion_error *error)
{
	memory_request request = { .key = { plugin, name, subject }, .kind = BRABEION_MEMORY_NOTE, .text = text };
	return set(engine, &request, error);
}

/* ---- reading ---- */

static brabeion_status check_filter(const brabeion_memory_filter *filter, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	if (filter->kind < BRABEION_MEMORY_ANY || filter->kind > BRABEION_MEMORY_NOTE)
		return brb_status_set(error, BRABEION_INVALID, "no such kind of memory: %d", (int)filter->kind);
	if (filter->plugin)
		status = check_text(filter->plugin, 0, BRB_NAME_BYTES_MOST, "id of the plugin", error);
	if (status == BRABEION_OK && filter->name)
		status = check_text(filter->name, 0, BRB_NAME_BYTES_MOST, "name of the tally or note", error);
	if (status == BRABEION_OK && filter->subject)
		status =
			check_text(filter->subject, 0, BRB_SUBJECT_BYTES_MOST, "subject of the tally or note", error);
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
