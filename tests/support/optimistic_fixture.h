/*
 * optimistic_fixture: the judge's fixture with all its badges loaded, and functions that change the database meanwhile,
 * as another process would. Plugin 1 is "plug".
 */
#ifndef BRB_TESTS_OPTIMISTIC_FIXTURE_H
#define BRB_TESTS_OPTIMISTIC_FIXTURE_H

#include "support/judge_fixture.h"
#include "worker/optimistic.h"

extern brb_badge *loaded[BADGES_MOST];
extern brb_plugin *plug;

/* With the plugin. */
void open_optimistic(void);
void close_optimistic(void);

/* Adds all badges made so far to the generation. */
void load_badges(void);

/* ---- committed changes of another process ---- */

void others_set_tally(const char *name, int64_t value);
void others_set_note(const char *name, const char *text);
void others_award(const char *user, const brb_badge *badge, uint32_t level, const char *reason);

/* The committed value, read in a separate transaction. */
int64_t committed_tally(const char *name);

/* ---- judging and applying ---- */

extern brb_optimistic *optimistic;
extern const brabeion_event visit; /* what is judged */
extern char why_not[256];          /* the last judgement's failure; "": none */

brb_optimistic_part judge_outside(const brb_badge *badge);

/* Applies in the open transaction; true if applied, into `result`. */
bool apply(const brb_badge *badge, const brb_optimistic_part *part);
bool apply_alone(const brb_badge *badge, const brb_optimistic_part *part);

#endif
