/*
 * cli/supervisor/children: the supervisor's child processes: starting, commanding, killing and reaping them.
 */
#ifndef BRB_CLI_SUPERVISOR_CHILDREN_H
#define BRB_CLI_SUPERVISOR_CHILDREN_H

#include <signal.h>
#include <sys/types.h>

#include "cli/supervisor/worker_process.h"

/* A slot for a worker, and the process that fills it now. */
typedef struct brb_cli_child {
	pid_t pid;      /* 0: none */
	int command_fd; /* a pipe's writing end */
	brb_cli_shared_status *shared;
	uint64_t secret; /* of `shared`, another for each process */
	int claim_fd;    /* a pipe's reading end, for a brb_cli_claim_note */
	bool is_careful; /* the next process is to judge one job at a time: the last died at a job that it could not tell */
	bool is_damaged;     /* it is being killed because a plugin has written over `shared` */
	int busy_looks;      /* in a row at `shared` that was being written */
	int64_t overdue_job; /* it is being killed because this job exceeded the time limit; 0: it is not */
	bool is_given_up;    /* it is being killed because the supervisor ends */
	unsigned starts;
	unsigned setbacks; /* exits in a row without a finished job */
	int64_t start_us;  /* when to start the next process, monotonic */
	bool is_done;      /* no job is ready: start no other */
	bool has_crash;    /* `crash` is not recorded yet */
	brb_cli_crash crash;
} brb_cli_child;

typedef struct brb_cli_supervisor {
	const brb_cli_options *options;
	brb_cli_report *report;
	brabeion_work_settings settings;
	size_t count;
	brb_cli_child *children;
	int signal_fd; /* a signalfd */
	int event_fd;  /* an eventfd */
	sigset_t mask_before;
	bool has_opened; /* a worker has loaded badges.yaml and its plugins */
	bool is_ending;
	int64_t kill_deadline_us; /* once it is ending: workers left then are killed, monotonic */
	int signal;               /* that ends it; 0: none */
	int exit_code;
	char last_failure[BRB_CLI_SHARED_STATUS_MESSAGE_BYTES]; /* as reported last; "": none since a worker opened */
} brb_cli_supervisor;

/* Forks a process into the slot. In the child it does not return. False: failed and reported. */
bool brb_cli_children_spawn(brb_cli_supervisor *supervisor, brb_cli_child *child);

/* Reads the settings of workers from badges.yaml. Faults are ignored: a worker reports them. */
void brb_cli_children_update_settings(brb_cli_supervisor *supervisor);

/* Reaps those that exited, reports why, and plans their successors. */
void brb_cli_children_reap(brb_cli_supervisor *supervisor);

/* Sends all of them a BRB_CLI_COMMAND. */
void brb_cli_children_command(brb_cli_supervisor *supervisor, char command);

/* Starts no more; those that run finish their current job. Only the first call's exit code counts. */
void brb_cli_children_end(brb_cli_supervisor *supervisor, int exit_code);

void brb_cli_children_kill(brb_cli_supervisor *supervisor);

/* "60 s", "300 ms" */
void brb_cli_children_duration(int64_t duration_us, char *text, size_t capacity);

#endif
