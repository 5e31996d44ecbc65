/*
 * base/thread: the library's own threads. All signals are blocked on them, since signals are the host's. They use the
 * allocator of the thread that started them.
 */
#ifndef BRB_BASE_THREAD_H
#define BRB_BASE_THREAD_H

#include <pthread.h>

/* Starts a thread, which must be joined. Returns 0 or an errno value: ENOMEM, EAGAIN. */
int brb_thread_start(pthread_t *thread, void *(*work)(void *context), void *context);

/*
 * Sets SCHED_BATCH (sched(7)): when the calling thread wakes it preempts no other, and still gets its share of the
 * processor. Leaves a thread with another policy than SCHED_OTHER as it is.
 */
void brb_thread_schedule_as_batch(void);

#endif
