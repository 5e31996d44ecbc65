/*
 * api/doctor/findings: the facts of an examination, and how checks add findings to it. (doctor.c, findings*.c)
 *
 * Guarantees: checks read nothing but the examination, so tests can set its facts.
 */
#ifndef BRB_API_FINDINGS_H
#define BRB_API_FINDINGS_H

#include "api/internal.h"
#include "store/health.h"

typedef struct brb_examination {
	brabeion_examination found;
	size_t capacity;
	brb_arena *arena; /* owns the findings' texts */
	bool failed;      /* out of memory */

	int64_t now_us;
	const char *config;          /* path of badges.yaml */
	const char *database;        /* path */
	const char *last_good_fault; /* of an engine that works with the last set that worked: why */
	const char *copies_fault; /* why there is no fit folder for copies of plugins; NULL: there is, or unknown */
	const brb_health *health; /* NULL: the database was not read */
	const brb_generation *generation; /* NULL: badges.yaml could not be loaded */
	bool has_settings;                /* the settings below are known */
	uint32_t workers;                 /* threads of a server */
	int64_t retention_us;
	int64_t jobs_most, jobs_of_user_most; /* that may be in the database; 0: any number */
	uint32_t mode;                        /* of the database and the files beside it */
	bool backfill_left;                   /* an interrupted backfill has left its database */
	size_t resident;                      /* plugin files that stay in memory; 0: not known */
} brb_examination;

/* From this many jobs on, of one user or in all, there is a finding; from four fifths of what may be, if that is less. */
enum { BRB_CROWD_JOBS = 1000, BRB_MANY_JOBS = 1000000 };

/* Copies the subject; the texts come from brb_finding_text or are static. A NULL text means out of memory. */
void brb_finding_add(brb_examination *examination, const brabeion_finding *finding);
const char *brb_finding_text(brb_examination *examination, const char *format, ...) BRB_PRINTF(2, 3);

/* For people: "64 MiB", "2014-01-21 20:26:05". */
const char *brb_finding_bytes(brb_examination *examination, int64_t bytes);
const char *brb_finding_time(brb_examination *examination, int64_t at_us);

/* "1 job", "12,000 jobs". */
const char *brb_finding_count(brb_examination *examination, int64_t count, const char *one, const char *many);

/* From how much on it is too much: `many`, or four fifths of `most` if that is less; no `most`: 0. */
int64_t brb_finding_many(int64_t many, int64_t most);

/* Sorts, alarms first. BRABEION_NO_MEMORY if adding ran out of memory. */
brabeion_status brb_findings_settle(brb_examination *examination, brabeion_error *error);

/* ---- the checks ---- */

void brb_findings_of_store(brb_examination *examination);  /* the database and its files */
void brb_findings_of_badges(brb_examination *examination); /* quarantined, failing, never earned, gone */
void brb_findings_of_events(brb_examination *examination); /* that no badge listens to */
void brb_findings_of_jobs(brb_examination *examination);

#endif
