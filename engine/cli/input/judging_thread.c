/*
 * cli/input/judging_thread: see judging_thread.h. The thread blocks all signals: the reading thread handles them.
 */
#include "cli/input/judging_thread.h"

#include <signal.h>
#include <stdio.h>

static brb_cli_judged judge(brb_cli_judging_thread *judging, brb_cli_batch *batch, bool commit)
{
	brb_cli_judged outcome = { BRABEION_OK, false, "" };
	brabeion_error error = BRABEION_NO_ERROR;
	if (!judging->bulk)
		outcome.status = brabeion_bulk_open(judging->engine, &judging->bulk, &error);
	if (outcome.status == BRABEION_OK && batch->count)
		outcome.status = brabeion_bulk_judge(judging->bulk, batch->events, batch->count, batch->results);
	if (outcome.status == BRABEION_OK && (commit || brabeion_bulk_is_due(judging->bulk))) {
		outcome.status = brabeion_bulk_commit(judging->bulk, &error);
		outcome.committed = outcome.status == BRABEION_OK;
	}
	if (error.message)
		snprintf(outcome.message, sizeof outcome.message, "%s", error.message);
	brabeion_error_finish(&error);
	return outcome;
}

static void end_bulk(brb_cli_judging_thread *judging)
{
	brabeion_bulk_close(judging->bulk);
	judging->bulk = NULL;
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
		bool commits = judging->commits;
		pthread_mutex_unlock(&judging->lock);
		brb_cli_judged outcome = judge(judging, batch, commits);
		pthread_mutex_lock(&judging->lock);
		judging->outcome = outcome;
		judging->judged = true;
		pthread_cond_broadcast(&judging->changed);
	}
	pthread_mutex_unlock(&judging->lock);
	end_bulk(judging);
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
	else
		end_bulk(judging);
	pthread_cond_destroy(&judging->changed);
	pthread_mutex_destroy(&judging->lock);
}

void brb_cli_judging_thread_give(brb_cli_judging_thread *judging, brb_cli_batch *batch, bool commit)
{
	brb_cli_judged outcome = { BRABEION_OK, false, "" };
	if (!judging->has_thread)
		outcome = judge(judging, batch, commit);
	pthread_mutex_lock(&judging->lock);
	judging->given = batch;
	judging->commits = commit;
	judging->outcome = outcome;
	judging->judged = !judging->has_thread;
	pthread_cond_broadcast(&judging->changed);
	pthread_mutex_unlock(&judging->lock);
}

brb_cli_batch *brb_cli_judging_thread_take(brb_cli_judging_thread *judging, brb_cli_judged *outcome)
{
	pthread_mutex_lock(&judging->lock);
	while (judging->given && !judging->judged)
		pthread_cond_wait(&judging->changed, &judging->lock);
	brb_cli_batch *batch = judging->given;
	*outcome = batch ? judging->outcome : (brb_cli_judged){ BRABEION_OK, false, "" };
	judging->given = NULL;
	judging->judged = false;
	pthread_mutex_unlock(&judging->lock);
	return batch;
}
