/*
 * cli/input/judging_thread: see judging_thread.h. The thread blocks all signals: the reading thread handles them.
 */
#include "cli/input/judging_thread.h"

#include <signal.h>

static brabeion_status judge(brb_cli_judging_thread *judging, brb_cli_batch *batch)
{
	return brabeion_possibly_award_batch(judging->engine, batch->events, batch->count, batch->results);
}

static void *work(void *context)
{
	brb_cli_judging_thread *judging = context;
	pthread_mutex_lock(&judging->lock);
	for (;;) {
		while (!judging->ending && (!judging->given || judging->judged))
			pthread_cond_wait(&judging->changed, &judging->lock);
		if (judging->ending)
			break;
		brb_cli_batch *batch = judging->given;
		pthread_mutex_unlock(&judging->lock);
		brabeion_status status = judge(judging, batch);
		pthread_mutex_lock(&judging->lock);
		judging->status = status;
		judging->judged = true;
		pthread_cond_broadcast(&judging->changed);
	}
	pthread_mutex_unlock(&judging->lock);
	return NULL;
}

void brb_cli_judging_thread_open(brb_cli_judging_thread *judging, brabeion_engine *engine)
{
	sigset_t all, before;
	*judging = (brb_cli_judging_thread){ .engine = engine };
	pthread_mutex_init(&judging->lock, NULL);
	pthread_cond_init(&judging->changed, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	judging->has_thread = pthread_create(&judging->thread, NULL, work, judging) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void brb_cli_judging_thread_close(brb_cli_judging_thread *judging)
{
	pthread_mutex_lock(&judging->lock);
	judging->ending = true;
	pthread_cond_broadcast(&judging->changed);
	pthread_mutex_unlock(&judging->lock);
	if (judging->has_thread)
		pthread_join(judging->thread, NULL);
	pthread_cond_destroy(&judging->changed);
	pthread_mutex_destroy(&judging->lock);
}

void brb_cli_judging_thread_give(brb_cli_judging_thread *judging, brb_cli_batch *batch)
{
	brabeion_status status = judging->has_thread ? BRABEION_OK : judge(judging, batch);
	pthread_mutex_lock(&judging->lock);
	judging->given = batch;
	judging->status = status;
	judging->judged = !judging->has_thread;
	pthread_cond_broadcast(&judging->changed);
	pthread_mutex_unlock(&judging->lock);
}

brb_cli_batch *brb_cli_judging_thread_take(brb_cli_judging_thread *judging, brabeion_status *status)
{
	pthread_mutex_lock(&judging->lock);
	while (judging->given && !judging->judged)
		pthread_cond_wait(&judging->changed, &judging->lock);
	brb_cli_batch *batch = judging->given;
	*status = batch ? judging->status : BRABEION_OK;
	judging->given = NULL;
	judging->judged = false;
	pthread_mutex_unlock(&judging->lock);
	return batch;
}
