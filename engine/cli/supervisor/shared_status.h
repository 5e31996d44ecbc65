/*
 * cli/supervisor/shared_status: what a worker process notes for the one that looks after it, in memory that both see.
 *
 * The worker writes, its supervisor reads, also after the worker's death. A plugin that runs wild may write there, too:
 * so each worker has pages of its own, and what is read is believed to be numbers and at most so many bytes, no more.
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
	BRB_CLI_STAGE_FINISHED = 2, /* what comes now is its end */
	BRB_CLI_STAGE_FAILED = 3    /* likewise, and `message` says why */
} brb_cli_stage;

typedef struct brb_cli_shared_status {
	_Atomic int stage;
	_Atomic bool buried;   /* the death before this life is in the database */
	_Atomic uint32_t turn; /* odd while what follows is being written */
	_Atomic int64_t job;   /* at hand; 0: none */
	_Atomic int64_t claim;
	_Atomic int64_t since_us; /* monotonic */
	_Atomic uint64_t ended;   /* jobs that are no longer at hand */
	char message[BRB_CLI_SHARED_STATUS_MESSAGE_BYTES];
} brb_cli_shared_status;

/* What is seen of a worker's job. */
typedef struct brb_cli_read_entry {
	int64_t job;
	int64_t claim;
	int64_t since_us;
} brb_cli_read_entry;

/* NULL: there is no memory. */
brb_cli_shared_status *brb_cli_shared_status_open(void);
void brb_cli_shared_status_close(brb_cli_shared_status *post); /* in this process; NULL is fine */

/* Before a worker is born. */
void brb_cli_shared_status_clear(brb_cli_shared_status *post);

/* A brabeion_job_callback; `post` is its context. */
void brb_cli_shared_status_note(void *post, int64_t job, int64_t claim);

/* The worker cannot go on: why. */
void brb_cli_shared_status_fail(brb_cli_shared_status *post, const char *message);

/* False: it is just being written, or was when the worker died. */
bool brb_cli_shared_status_look(brb_cli_shared_status *post, brb_cli_read_entry *sight);

#endif
