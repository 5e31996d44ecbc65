/*
 * api/clock: what the database knows of the clock, and what an operator says of it: through the group commit, like events.
 */
#include "api/internal.h"
#include "judging/backend.h"

typedef struct clock_request {
	brb_request head; /* first */
	brabeion_status (*change)(brb_store *store, struct clock_request *request, brabeion_error *error);
	int64_t mended;
} clock_request;

static brabeion_status confirm(brb_store *store, clock_request *request, brabeion_error *error)
{
	(void)request;
	return brb_store_confirm_clock(store, error);
}

static brabeion_status mend(brb_store *store, clock_request *request, brabeion_error *error)
{
	return brb_store_mend_times(store, &request->mended, error);
}

static brabeion_status do_change(brb_request *head)
{
	clock_request *request = (clock_request *)(void *)head;
	brb_judge *judge = head->judge;
	if (brb_judge_enter_store(judge))
		judge->fault = request->change(judge->store, request, &judge->error);
	return judge->fault;
}

static void fail_change(brb_request *head, brabeion_status status, const char *message)
{
	brb_status_set_text(&head->error, status, message);
}

/* False: it failed, as `fault` says. */
static bool run(brabeion_engine *engine, clock_request *request, brabeion_error *fault)
{
	brb_judge judge;
	request->head = (brb_request){ .work = do_change, .fail = fail_change };
	if (brb_engine_run(engine, &judge, &request->head) == BRABEION_OK)
		return true;
	*fault = request->head.error;
	return false;
}

brabeion_status brabeion_clock_look(brabeion_engine *engine, bool *suspect, int64_t *now_us, int64_t *newest_us,
				    brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brb_store_clock clock;
	if (brb_engine_enter_or_say(engine, &fault) == BRABEION_OK &&
	    brb_store_read_clock(engine->store, &clock, &fault) == BRABEION_OK) {
		*suspect = clock.is_suspect;
		*now_us = clock.now_us;
		*newest_us = clock.newest_us;
	}
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_clock_confirm(brabeion_engine *engine, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	clock_request request = { .change = confirm };
	if (brb_engine_enter_or_say(engine, &fault) == BRABEION_OK)
		run(engine, &request, &fault);
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_clock_mend(brabeion_engine *engine, int64_t *mended, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	clock_request request = { .change = mend };
	if (brb_engine_enter_or_say(engine, &fault) == BRABEION_OK && run(engine, &request, &fault) && mended)
		*mended = request.mended;
	return brb_status_hand_over(error, &fault);
}
