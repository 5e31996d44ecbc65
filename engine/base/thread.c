/*
 * thread: see thread.h.
 */
#include "base/thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>

#include "base/memory.h"

typedef struct beginning {
	void *(*work)(void *context);
	void *context;
	const brabeion_allocator *allocator;
} beginning;

static void *begin(void *taken)
{
	beginning *first = taken;
	beginning told = *first;
	brb_memory_use(told.allocator);
	brb_memory_release(first);
	return told.work(told.context);
}

int brb_thread_start(pthread_t *thread, void *(*work)(void *context), void *context)
{
	sigset_t all, before;
	beginning *first = brb_memory_take(sizeof *first);
	if (!first)
		return ENOMEM;
	*first = (beginning){ work, context, brb_memory_used() };
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int why = pthread_create(thread, NULL, begin, first);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (why)
		brb_memory_release(first);
	return why;
}

void brb_thread_take_turns(void)
{
	static const struct sched_param none;
	if (sched_getscheduler(0) == SCHED_OTHER)
		sched_setscheduler(0, SCHED_BATCH, &none); /* refused: it stays as it is */
}
