/*
 * cli/supervisor/shared_status: what a worker process publishes to its supervisor, in memory that both map.
 *
 * The worker writes; the supervisor reads, also after the worker's death. A plugin's wild write may hit these pages: each
 * worker has its own, and what is read is believed only if it agrees with a check value, which depends on a secret that is
 * elsewhere. Protecting the pages between writes would cost more than many a job (mprotect(2): up to 25 us in a virtual
 * machine).
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
	BRB_CLI_STAGE_FAILED = 3,   /* likewise; `message` says why */
	BRB_CLI_STAGE_DAMAGED = -1  /* only read: something else has written there */
} brb_cli_stage;

/* What reading finds. */
typedef enum brb_cli_reading {
	BRB_CLI_READING_FINE,
	BRB_CLI_READING_BUSY,   /* the worker is writing, or died while it wrote */
	BRB_CLI_READING_DAMAGED /* something else has written there */
} brb_cli_reading;

typedef struct brb_cli_shared_status {
	_Atomic int stage;
	_Atomic bool crash_recorded;  /* the crash of the process before this one is in the database */
	_Atomic uint64_t stage_check; /* of these two */
	_Atomic uint32_t sequence; /* of the sequence lock over job, claim and since_us: odd while they are written */
	_Atomic int64_t job;       /* 0: none */
	_Atomic int64_t claim;
	_Atomic int64_t since_us;   /* monotonic */
	_Atomic uint64_t job_check; /* of sequence, job, claim and since_us */
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
void brb_cli_shared_status_clear(brb_cli_shared_status *shared, uint64_t secret);

/* The job that is judged from now on; 0: none. */
void brb_cli_shared_status_set_job(brb_cli_shared_status *shared, uint64_t secret, int64_t job, int64_t claim);

void brb_cli_shared_status_set_stage(brb_cli_shared_status *shared, uint64_t secret, brb_cli_stage stage);
void brb_cli_shared_status_set_crash_recorded(brb_cli_shared_status *shared, uint64_t secret);

/* Publishes why the worker ends. */
void brb_cli_shared_status_fail(brb_cli_shared_status *shared, uint64_t secret, const char *message);

brb_cli_stage brb_cli_shared_status_stage(const brb_cli_shared_status *shared, uint64_t secret);

/* `current` is unchanged unless it is BRB_CLI_READING_FINE. */
brb_cli_reading brb_cli_shared_status_read_job(brb_cli_shared_status *shared, uint64_t secret,
					       brb_cli_current_job *current);

#endif
