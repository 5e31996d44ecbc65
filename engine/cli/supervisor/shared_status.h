/*
 * cli/supervisor/shared_status: what a worker process publishes to its supervisor, in memory that both map.
 *
 * The worker writes; the supervisor reads, also after the worker's death. A plugin's wild write may hit these pages: each
 * worker has its own, and the reader trusts no value beyond its type and size.
 */
#ifndef BRB_CLI_SUPERVISOR_SHARED_STATUS_H
#define BRB_CLI_SUPERVISOR_SHARED_STATUS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { BRB_CLI_SHARED_STATUS_MESSAGE_BYTES = 16 * 1024 };

typedef enum brb_cli_stage {
	BRB_CLI_STAGE_OPENING = 0,
	BRB_CLI_STAGE_WORKING = 1,
	BRB_CLI_STAGE_FINISHED = 2, /* only closing the engine is left */
	BRB_CLI_STAGE_FAILED = 3    /* likewise; `message` says why */
} brb_cli_stage;

typedef struct brb_cli_shared_status {
	_Atomic int stage;
	_Atomic bool crash_recorded; /* the crash of the process before this one is in the database */
	_Atomic uint32_t sequence; /* of the sequence lock over job, claim and since_us: odd while they are written */
	_Atomic int64_t job;       /* 0: none */
	_Atomic int64_t claim;
	_Atomic int64_t since_us; /* monotonic */
	_Atomic uint64_t jobs_done;
	char message[BRB_CLI_SHARED_STATUS_MESSAGE_BYTES];
} brb_cli_shared_status;

typedef struct brb_cli_current_job {
	int64_t job; /* 0: none */
	int64_t claim;
	int64_t since_us; /* monotonic */
} brb_cli_current_job;

/* NULL: out of memory. */
brb_cli_shared_status *brb_cli_shared_status_open(void);
void brb_cli_shared_status_close(brb_cli_shared_status *shared); /* unmaps it in this process; NULL is fine */

/* Before a worker is started. */
void brb_cli_shared_status_clear(brb_cli_shared_status *shared);

/* A brabeion_job_callback; `shared` is its context. */
void brb_cli_shared_status_set_job(void *shared, int64_t job, int64_t claim);

/* Publishes why the worker ends. */
void brb_cli_shared_status_fail(brb_cli_shared_status *shared, const char *message);

/* False: the worker is writing, or died while it wrote; `current` is unchanged. */
bool brb_cli_shared_status_read_job(brb_cli_shared_status *shared, brb_cli_current_job *current);

#endif
