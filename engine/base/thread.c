/*
 * base/thread: see thread.h.
 */
#include "base/thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>

#include "base/memory.h"

typedef struct start {
	void *(*work)(void *context);
	void *context;
	const brabeion_allocator *allocator;
} start;

static void *begin(void *taken)
{
	start *first = taken;
	start copy = *first;
	brb_memory_use(copy.allocator);
	brb_memory_release(first);
	return copy.work(copy.context);
}

int brb_thread_start(pthread_t *thread, void *(*work)(void *context), void *context)
{
	sigset_t all, before;
	start *first = brb_memory_take(sizeof *first);
	if (!first)
		return ENOMEM;
	*first = (start){ work, context, brb_memory_used() };
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int why = pthread_create(thread, NULL, begin, first);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (why)
		brb_memory_release(first);
	return why;
}

void brb_thread_schedule_as_batch(void)
{
	static const struct sched_param none;
	if (sched_getscheduler(0) == SCHED_OTHER)
		sched_setscheduler(0, SCHED_BATCH, &none); /* if refused the policy stays */
}
