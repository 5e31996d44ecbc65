/*
 * thread: the library's own threads. All signals are blocked on them, for they are the host's; new blocks come from the
 * allocator of the thread that started them.
 */
#ifndef BRB_BASE_THREAD_H
#define BRB_BASE_THREAD_H

#include <pthread.h>

/* Starts one, to be joined. Answers 0, or why not as an errno value: ENOMEM, EAGAIN. */
int brb_thread_start(pthread_t *thread, void *(*work)(void *context), void *context);

/*
 * The calling thread has time: from now on it does not push another off a processor when it wakes (SCHED_BATCH, sched(7)),
 * but gets its share like others. One that is served in real time stays so.
 */
void brb_thread_take_turns(void);

#endif
