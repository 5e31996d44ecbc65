/*
 * thread: the library's own threads. All signals are blocked on them, for they are the host's; new blocks come from the
 * allocator of the thread that started them.
 */
#ifndef BRB_BASE_THREAD_H
#define BRB_BASE_THREAD_H

#include <pthread.h>

/* Starts one, to be joined. Answers 0, or why not as an errno value: ENOMEM, EAGAIN. */
int brb_thread_start(pthread_t *thread, void *(*work)(void *context), void *context);

#endif
