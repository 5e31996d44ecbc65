/*
 * judging/history: see history.h.
 */
#include "judging/history.h"

void brb_history_init(brb_history *history, uint32_t attempts_most)
{
	*history = (brb_history){ .now_us = INT64_MIN,
				  .published_us = INT64_MIN,
				  .next_us = INT64_MAX,
				  .kept = { .now_us = INT64_MIN },
				  .attempts_most = attempts_most };
}

void brb_history_finish(brb_history *history)
{
	brb_store_claimed_list_finish(&history->claimed);
}

static void publish(brb_history *history, int64_t now_us)
{
	history->now_us = now_us;
	atomic_store_explicit(&history->published_us, now_us, memory_order_relaxed);
}

void brb_history_set_now(brb_history *history, int64_t now_us)
{
	if (now_us > history->now_us)
		publish(history, now_us);
}

int64_t brb_history_now_us(const brb_history *history)
{
	return atomic_load_explicit(&history->published_us, memory_order_relaxed);
}

void brb_history_keep(brb_judge *judge)
{
	brb_history *history = judge->shared->history;
	if (history && !judge->in_transaction)
		history->kept = (brb_history_moment){ history->id, history->now_us };
}

void brb_history_restore(brb_history *history)
{
	if (history->id && history->id != history->kept.id)
		history->drop(history->context, history->id);
	history->id = history->kept.id;
	publish(history, history->kept.now_us);
	history->next_us = history->id ? INT64_MIN : INT64_MAX; /* the next claim finds out */
}

bool brb_history_begin(brb_judge *judge, int64_t *id)
{
	brb_history *history = judge->shared->history;
	if (!history->id) {
		int64_t begun = 0;
		judge->fault = brb_store_history_new(judge->store, &begun, &judge->error);
		if (judge->fault == BRABEION_OK)
			judge->fault = history->begin(history->context, begun, &judge->error);
		if (judge->fault == BRABEION_OK)
			history->id = begun;
	}
	*id = history->id;
	return judge->fault == BRABEION_OK;
}
