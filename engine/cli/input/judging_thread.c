/*
 * cli/input/judging_thread: see worker.h. The thread hears no signals: they belong to the one that reads.
 */
#include "cli/input/judging_thread.h"

#include <signal.h>

static brabeion_status judge(brb_cli_judging_thread *worker, brb_cli_batch *batch)
{
	return brabeion_possibly_award_batch(worker->engine, batch->events, batch->count, batch->results);
}

static void *work(void *context)
{
	brb_cli_judging_thread *worker = context;
	pthread_mutex_lock(&worker->lock);
	for (;;) {
		while (!worker->ending && (!worker->given || worker->judged))
			pthread_cond_wait(&worker->changed, &worker->lock);
		if (worker->ending)
			break;
		brb_cli_batch *batch = worker->given;
		pthread_mutex_unlock(&worker->lock);
		brabeion_status status = judge(worker, batch);
		pthread_mutex_lock(&worker->lock);
		worker->status = status;
		worker->judged = true;
		pthread_cond_broadcast(&worker->changed);
	}
	pthread_mutex_unlock(&worker->lock);
	return NULL;
}

void brb_cli_judging_thread_open(brb_cli_judging_thread *worker, brabeion_engine *engine)
{
	sigset_t all, before;
	*worker = (brb_cli_judging_thread){ .engine = engine };
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->changed, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	worker->has_thread = pthread_create(&worker->thread, NULL, work, worker) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void brb_cli_judging_thread_close(brb_cli_judging_thread *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->ending = true;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	if (worker->has_thread)
		pthread_join(worker->thread, NULL);
	pthread_cond_destroy(&worker->changed);
	pthread_mutex_destroy(&worker->lock);
}

void brb_cli_judging_thread_give(brb_cli_judging_thread *worker, brb_cli_batch *batch)
{
	brabeion_status status = worker->has_thread ? BRABEION_OK : judge(worker, batch);
	pthread_mutex_lock(&worker->lock);
	worker->given = batch;
	worker->status = status;
	worker->judged = !worker->has_thread;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
}

brb_cli_batch *brb_cli_judging_thread_take(brb_cli_judging_thread *worker, brabeion_status *status)
{
	pthread_mutex_lock(&worker->lock);
	while (worker->given && !worker->judged)
		pthread_cond_wait(&worker->changed, &worker->lock);
	brb_cli_batch *batch = worker->given;
	*status = batch ? worker->status : BRABEION_OK;
	worker->given = NULL;
	worker->judged = false;
	pthread_mutex_unlock(&worker->lock);
	return batch;
}
