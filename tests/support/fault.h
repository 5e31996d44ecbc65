/*
 * fault: the fixture of fault tests: one scenario that uses the whole engine, and the invariants of the database after a
 * part of it has failed.
 *
 * Each event leaves several traces (its seen id, a tally under two names, an award whose reason is its id, awards by
 * level), so that an event stored in part shows. The scenario can be repeated: run again without faults, it must end in
 * the state that fault_is_whole compares with.
 *
 * The database is read by a connection of the test, not by the engine, while nothing fails.
 */
#ifndef BRB_TESTS_FAULT_H
#define BRB_TESTS_FAULT_H

#include <sqlite3.h>

#include "support/storm.h"

enum { FAULT_MESSAGE_BYTES = 200, FAULT_STATE_BYTES = 4096 };

#define FAULT_CONFIG                                                                         \
	"synchronous: full\n"                                                                \
	"busy_timeout: 100ms\n"                                                              \
	"probe: off\n"                                                                       \
	"plugins:\n"                                                                         \
	"  - file: memory_user.so\n"                                                         \
	"    badges:\n"                                                                      \
	"      - { badge: memory-user, slug: first, settings: { name: a, at: 1 } }\n"        \
	"      - { badge: memory-user, slug: third, settings: { name: b, at: 3 } }\n"        \
	"  - file: obedient.so\n"                                                            \
	"    badges: [{ badge: many, events: [memory] }, { badge: one, events: [never] }]\n" \
	"  - file: good_one.so\n"                                                            \
	"    badges: [{ badge: good-one, events: [memory, visit] }]\n"

typedef struct fault_scene {
	storm base;
	char database[STORM_PATH_BYTES];
	long failed; /* calls that returned an error in the last fault_run */
	long wrong;  /* errors without a message, or with a status that no call may return */
	char first[FAULT_MESSAGE_BYTES];
	unsigned acknowledged; /* a bit for each event that returned BRABEION_OK in any run */
} fault_scene;

/* ---- the events ---- */

typedef struct fault_event {
	const char *id;
	const char *user;
	int points;
} fault_event;

enum { FAULT_SINGLE = 4, FAULT_EVENTS = 7, FAULT_NOTED = FAULT_EVENTS };

extern const fault_event fault_events[FAULT_EVENTS];

/* The event "memory" of such an entry, with the field `points`. */
brabeion_event fault_make_event(const fault_event *event, const brabeion_field *points);

/* ---- the scenario ---- */

void fault_init(fault_scene *scene, const char *config);
void fault_finish(fault_scene *scene);

/* Removes the database, for another round. */
void fault_start_over(fault_scene *scene);

/* Opens the engine unless it is open. False: it failed. */
bool fault_open(fault_scene *scene);
void fault_close(fault_scene *scene);

/* Opens the engine unless it is open, and uses all of it but close. */
void fault_run(fault_scene *scene);

/* A part of it: the first FAULT_SINGLE events, one by one. */
void fault_judge_singles(fault_scene *scene);

/* Counts an error, and prints one that no call may return; frees it. False: it is an error. */
bool fault_note_error(fault_scene *scene, const char *what, brabeion_error *error);

/* ---- the database ---- */

sqlite3 *fault_connect(const fault_scene *scene);

/*
 * The first column of the first row as a number; 0 without one. The SQL may use temp.tallies, temp.notes and seen_hash()
 * (support/memory_tables.h).
 */
long fault_ask_number(const fault_scene *scene, const char *sql);

/* Counts violated invariants, and events that were acknowledged and are not stored. Prints them. */
long fault_count_violations(const fault_scene *scene);

/* True when the database holds what a scenario without faults leaves; prints it otherwise. */
bool fault_is_whole(const fault_scene *scene);

#endif
