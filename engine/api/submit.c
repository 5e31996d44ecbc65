/*
 * api/submit: events without waiting. One queue of submitted events, one thread that judges them in batches, one queue
 * of completions that the host's own thread runs when the descriptor is readable.
 *
 * Guarantees: first in, first out; no event is accepted beyond the bounds; an accepted event completes once, or never
 * if the engine is closed before it is dispatched.
 */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "api/batch.h"
#include "base/list.h"
#include "base/memory.h"
#include "base/thread.h"
#include "base/value.h"

enum { EVENTS_MOST = 10000, EVENTS_IN_A_BATCH = 256 };
static const size_t bytes_most = 64 * 1024 * 1024;

/* A submitted event in its own memory; it passes through both queues. */
struct brb_submission {
	brb_submission *next;
	brb_arena memory;
	brabeion_event event;
	brabeion_result result;
	brabeion_completion_callback completion;
	void *context;
};

static void append(brb_submission_queue *queue, brb_submission *submission)
{
	submission->next = NULL;
	if (queue->last)
		queue->last->next = submission;
	else
		queue->first = submission;
	queue->last = submission;
}

static brb_submission *take_first(brb_submission_queue *queue)
{
	brb_submission *submission = queue->first;
	if (submission)
		queue->first = submission->next;
	if (!queue->first)
		queue->last = NULL;
	return submission;
}

static void free_submission(brb_submission *submission)
{
	brabeion_result_finish(&submission->result);
	brb_arena_finish(&submission->memory);
	brb_memory_release(submission);
}

/* ---- copying ---- */

static bool copy_text(brb_arena *memory, const char **text)
{
	if (*text)
		*text = brb_arena_copy(memory, *text);
	return *text != NULL;
}

static bool copy_fields(brb_arena *memory, brabeion_event *event)
{
	brabeion_field *fields = brb_arena_take(memory, (event->field_count + 1) * sizeof *fields);
	if (!fields)
		return false;
	for (size_t i = 0; i < event->field_count; i++) {
		fields[i] = event->fields[i];
		bool has_text = fields[i].type == BRABEION_TYPE_TEXT || fields[i].type == BRABEION_TYPE_JSON;
		if (!copy_text(memory, &fields[i].name) || (has_text && !copy_text(memory, &fields[i].value.text)))
			return false;
	}
	event->fields = fields;
	return true;
}

static brb_submission *copy_event(const brabeion_event *event)
{
	brb_submission *submission = brb_memory_take_zeroed(1, sizeof *submission);
	if (!submission)
		return NULL;
	submission->event = *event;
	if (copy_text(&submission->memory, &submission->event.name) &&
	    copy_text(&submission->memory, &submission->event.user) &&
	    (!event->id || copy_text(&submission->memory, &submission->event.id)) &&
	    copy_fields(&submission->memory, &submission->event))
		return submission;
	free_submission(submission);
	return NULL;
}

/* ---- the thread ---- */

/* Judges up to a batch of waiting events. Called with the lock held; releases it while judging. */
static void judge_batch_locked(brabeion_engine *engine)
{
	brb_submissions *submissions = &engine->submissions;
	brabeion_event events[EVENTS_IN_A_BATCH];
	brabeion_result results[EVENTS_IN_A_BATCH];
	brb_submission *taken[EVENTS_IN_A_BATCH];
	size_t count = 0;
	brb_reentrancy_begin_call();
	while (count < EVENTS_IN_A_BATCH && submissions->waiting.first) {
		taken[count] = take_first(&submissions->waiting);
		events[count] = taken[count]->event;
		count++;
	}
	pthread_mutex_unlock(&submissions->lock);
	brb_engine_judge(engine, events, count, results);
	for (size_t i = 0; i < count; i++)
		taken[i]->result = results[i];
	pthread_mutex_lock(&submissions->lock);
	for (size_t i = 0; i < count; i++)
		append(&submissions->completed, taken[i]);
	uint64_t one = 1;
	ssize_t written = write(submissions->fd, &one, sizeof one);
	(void)written; /* fails only when the counter is full: it is readable then */
}

static void *work(void *context)
{
	brabeion_engine *engine = context;
	brb_submissions *submissions = &engine->submissions;
	pthread_mutex_lock(&submissions->lock);
	while (submissions->waiting.first || !submissions->ending) {
		if (submissions->waiting.first)
			judge_batch_locked(engine);
		else
			pthread_cond_wait(&submissions->changed, &submissions->lock);
	}
	pthread_mutex_unlock(&submissions->lock);
	return NULL;
}

static bool start_thread_locked(brabeion_engine *engine)
{
	brb_submissions *submissions = &engine->submissions;
	submissions->has_thread = brb_thread_start(&submissions->thread, work, engine) == 0;
	return submissions->has_thread;
}

static bool open_fd_locked(brb_submissions *submissions)
{
	if (submissions->fd < 0)
		submissions->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return submissions->fd >= 0;
}

/* ---- opening and closing ---- */

void brb_submissions_init(brb_submissions *submissions, size_t capacity)
{
	pthread_mutex_init(&submissions->lock, NULL);
	pthread_cond_init(&submissions->changed, NULL);
	submissions->fd = -1;
	submissions->capacity = capacity ? capacity : EVENTS_MOST;
}

void brb_submissions_finish(brb_submissions *submissions)
{
	pthread_mutex_lock(&submissions->lock);
	submissions->ending = true;
	pthread_cond_signal(&submissions->changed);
	pthread_mutex_unlock(&submissions->lock);
	if (submissions->has_thread)
		pthread_join(submissions->thread, NULL);
	for (brb_submission *left; (left = take_first(&submissions->completed));)
		free_submission(left);
	if (submissions->fd >= 0)
		close(submissions->fd);
	pthread_cond_destroy(&submissions->changed);
	pthread_mutex_destroy(&submissions->lock);
}

/* ---- the public calls ---- */

static brabeion_status take_locked(brabeion_engine *engine, brb_submission *submission)
{
	brb_submissions *submissions = &engine->submissions;
	size_t bytes = submission->memory.used_bytes;
	/* an event larger than the whole queue is accepted when nothing waits, else it never could be */
	if (submissions->count >= submissions->capacity ||
	    (submissions->count && submissions->used_bytes + bytes > bytes_most))
		return BRABEION_FULL;
	if (!open_fd_locked(submissions) || (!submissions->has_thread && !start_thread_locked(engine)))
		return BRABEION_SYSTEM;
	append(&submissions->waiting, submission);
	submissions->count++;
	submissions->used_bytes += bytes;
	pthread_cond_signal(&submissions->changed);
	return BRABEION_OK;
}

brabeion_status brabeion_submit(brabeion_engine *engine, const brabeion_event *theirs,
				brabeion_completion_callback completion, void *context)
{
	BRB_CALL;
	brabeion_error error = BRABEION_NO_ERROR;
	brb_arena arena = { 0 };
	brabeion_event event;
	brb_submission *submission = NULL;
	brabeion_status status = brb_engine_enter_to_write(engine, &error);
	if (status == BRABEION_OK)
		status = brb_batch_take_event(&arena, theirs, &event, &error);
	if (status == BRABEION_OK)
		status = brb_judge_check(&event, &error);
	if (status == BRABEION_OK && !(submission = copy_event(&event)))
		status = BRABEION_NO_MEMORY;
	brabeion_error_finish(&error);
	brb_arena_finish(&arena);
	if (!submission)
		return status;
	submission->completion = completion;
	submission->context = context;
	pthread_mutex_lock(&engine->submissions.lock);
	status = take_locked(engine, submission);
	pthread_mutex_unlock(&engine->submissions.lock);
	if (status != BRABEION_OK)
		free_submission(submission);
	return status;
}

int brabeion_completions_fd(brabeion_engine *engine)
{
	BRB_CALL;
	if (brb_engine_enter(engine) != BRABEION_OK)
		return -1;
	pthread_mutex_lock(&engine->submissions.lock);
	open_fd_locked(&engine->submissions);
	int fd = engine->submissions.fd;
	pthread_mutex_unlock(&engine->submissions.lock);
	return fd;
}

static void call_completion(void *context)
{
	brb_submission *submission = context;
	submission->completion(submission->context, &submission->result);
}

static void complete(brabeion_engine *engine, brb_submission *submission)
{
	brb_batch_describe(&submission->result);
	if (submission->result.status == BRABEION_OK)
		brb_engine_announce(engine, &submission->result, 1);
	if (submission->completion)
		brb_engine_call_back(call_completion, submission);
}

size_t brabeion_dispatch(brabeion_engine *engine)
{
	BRB_CALL;
	if (brb_engine_enter(engine) != BRABEION_OK || brb_engine_is_announcing())
		return 0;
	brb_submissions *submissions = &engine->submissions;
	size_t count = 0;
	pthread_mutex_lock(&submissions->lock);
	uint64_t ignored;
	ssize_t drained = submissions->fd >= 0 ? read(submissions->fd, &ignored, sizeof ignored) : 0;
	(void)drained; /* fails when another thread has drained it */
	brb_submission_queue completed = submissions->completed;
	submissions->completed = (brb_submission_queue){ 0 };
	pthread_mutex_unlock(&submissions->lock);
	for (brb_submission *submission; (submission = take_first(&completed)); count++) {
		pthread_mutex_lock(&submissions->lock); /* frees its place first, as the completion may submit */
		submissions->count--;
		submissions->used_bytes -= submission->memory.used_bytes;
		pthread_mutex_unlock(&submissions->lock);
		complete(engine, submission);
		free_submission(submission);
	}
	return count;
}
