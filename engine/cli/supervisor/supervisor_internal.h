/*
 * cli/supervisor/supervisor_internal: what a supervisor knows; shared by its files alone.
 */
#ifndef BRB_CLI_SUPERVISOR_SUPERVISOR_INTERNAL_H
#define BRB_CLI_SUPERVISOR_SUPERVISOR_INTERNAL_H

#include <signal.h>
#include <sys/types.h>

#include "cli/supervisor/supervisor.h"
#include "cli/supervisor/worker_process.h"

/* One place of the crew, and the process that has it now. */
typedef struct brb_cli_child {
	pid_t pid; /* 0: none */
	int orders;
	brb_cli_shared_status *post;
	int64_t outran;   /* it is being killed for this job, which took too long; 0: it is not */
	bool is_given_up; /* it is being killed because all is to end */
	unsigned lives;
	unsigned setbacks; /* in a row, in which no job was done */
	int64_t start_us;  /* when the next is to be born, monotonic */
	bool is_done;      /* nothing is ready any more: there is no next */
	bool has_death;    /* `death` is not yet on record */
	brb_cli_crash death;
} brb_cli_child;

typedef struct brb_cli_supervisor {
	const brb_cli_options *options;
	brb_cli_report *report;
	brabeion_work_settings settings;
	size_t count;
	brb_cli_child *members;
	int signals; /* a signalfd */
	int news;    /* an eventfd */
	sigset_t mask_before;
	bool has_opened; /* badges.yaml was fine once */
	bool ends;
	int64_t kill_deadline_us; /* when it ends: who is still there then is killed, monotonic */
	int signal;               /* that ends it; 0: none */
	int exit_code;
	char told[BRB_CLI_SHARED_STATUS_MESSAGE_BYTES]; /* the last reason of a worker that could not go on */
} brb_cli_supervisor;

/* Forks one into the place. In the child it does not return. False: it could not, and that has been told. */
bool brb_cli_supervisor_spawn(brb_cli_supervisor *crew, brb_cli_child *member);

/* Reads from badges.yaml what it says about workers now; what is wrong with it is for a worker to tell. */
void brb_cli_supervisor_renew_settings(brb_cli_supervisor *crew);

/* Looks who has died, and decides what that means. */
void brb_cli_supervisor_reap(brb_cli_supervisor *crew);

/* From now on none is born; those that are there end with the job at hand. */
void brb_cli_supervisor_end(brb_cli_supervisor *crew, int exit_code);

/* "60 s", "300 ms" */
void brb_cli_supervisor_duration(int64_t duration_us, char *text, size_t capacity);

#endif
