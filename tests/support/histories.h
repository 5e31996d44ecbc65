/*
 * histories: random histories of users, for each plugin that ships: what happens to whom, when, and what comes last.
 *
 * The same seed gives the same history. Times lie within what the plugin takes for late, and an event refers only to posts that
 * were written before the history begins: so what is earned does not depend on the order.
 */
#ifndef BRB_TESTS_HISTORIES_H
#define BRB_TESTS_HISTORIES_H

#include "support/scene.h"

typedef struct chance {
	uint64_t state;
} chance;

/* From 0 up to `below`. */
int64_t chance_below(chance *here, int64_t below);

enum { HAPPENING_FIELDS = 6 };

/* An event with its texts. Must not be copied. */
typedef struct happening {
	const char *name;
	char user[64];
	int64_t at_us;
	size_t field_count;
	brabeion_field fields[HAPPENING_FIELDS];
	char texts[HAPPENING_FIELDS][128];
} happening;

typedef struct history_kind {
	const char *name;
	const char *config; /* badges.yaml */
	int64_t span_days;  /* the times of its events */
	int64_t most;       /* events */
	bool is_async;
	const char *given; /* lines of the memory that begin so tell when awards were given, which a merge keeps */
	void (*next)(chance *here, happening *event);
	/* The index-th event that comes before, and after all: one for each badge. False past the last; NULL: none, next(). */
	bool (*before)(size_t index, happening *event);
	bool (*after)(size_t index, happening *event);
} history_kind;

extern const history_kind history_kinds[];
extern const size_t history_kind_count;

/*
 * A second scene of the same badges.yaml, whose database is a copy of the first's, in which nothing has happened yet: so both make the
 * same hashes.
 */
scene *history_twin(scene *here, const char *config);

/* Judges an event, as `user`. */
void history_judge(scene *here, const happening *event, const char *user);

/* Waits until no job is left. */
void history_work(scene *here, const history_kind *kind);

/* A user's awards, "slug level reason" each, sorted; all that plugins remember, sorted. Free the text. */
char *history_awards(scene *here, const char *user);
char *history_memory(scene *here);

#endif
