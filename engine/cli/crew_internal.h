/*
 * cli/crew_internal: what a supervisor knows; shared by its files alone.
 */
#ifndef BRB_CLI_CREW_INTERNAL_H
#define BRB_CLI_CREW_INTERNAL_H

#include <signal.h>
#include <sys/types.h>

#include "cli/crew.h"
#include "cli/hand.h"

/* One place of the crew, and the process that has it now. */
typedef struct brb_cli_member {
	pid_t pid; /* 0: none */
	int orders;
	brb_cli_post *post;
	int64_t outran;   /* it is being killed for this job, which took too long; 0: it is not */
	bool is_given_up; /* it is being killed because all is to end */
	unsigned lives;
	unsigned setbacks; /* in a row, in which no job was done */
	int64_t start_us;  /* when the next is to be born, monotonic */
	bool is_done;      /* nothing is ready any more: there is no next */
	bool has_death;    /* `death` is not yet on record */
	brb_cli_death death;
} brb_cli_member;

typedef struct brb_cli_crew {
	const brb_cli_options *options;
	brb_cli_report *report;
	brabeion_work_settings settings;
	size_t count;
	brb_cli_member *members;
	int signals; /* a signalfd */
	int news;    /* an eventfd */
	sigset_t mask_before;
	bool has_opened; /* badges.yaml was fine once */
	bool ends;
	int64_t patience_us; /* when it ends: who is still there then is killed, monotonic */
	int signal;          /* that ends it; 0: none */
	int exit_code;
	char told[BRB_CLI_POST_MESSAGE_BYTES]; /* the last reason of a worker that could not go on */
} brb_cli_crew;

/* Forks one into the place. In the child it does not return. False: it could not, and that has been told. */
bool brb_cli_crew_give_birth(brb_cli_crew *crew, brb_cli_member *member);

/* Reads from badges.yaml what it says about workers now; what is wrong with it is for a worker to tell. */
void brb_cli_crew_renew_settings(brb_cli_crew *crew);

/* Looks who has died, and decides what that means. */
void brb_cli_crew_reap(brb_cli_crew *crew);

/* From now on none is born; those that are there end with the job at hand. */
void brb_cli_crew_end(brb_cli_crew *crew, int exit_code);

/* "60 s", "300 ms" */
void brb_cli_crew_duration(int64_t duration_us, char *text, size_t capacity);

#endif
