/*
 * judge_fixture: a generation of plugins whose functions the test defines, a store, and functions that fire events.
 * Awards and calls are kept as text, so that a test can compare them with a literal.
 */
#ifndef BRB_TESTS_JUDGE_FIXTURE_H
#define BRB_TESTS_JUDGE_FIXTURE_H

#include "base/memory.h"
#include "base/reentrancy.h"
#include "judging/backend.h"
#include "judging/judgement.h"
#include "judging/quarantine.h"
#include "support/log_capture.h"
#include "support/store_fixture.h"

typedef int32_t (*award_function)(void *self, badge_call *call);

enum { PLUGINS_MOST = 4, BADGES_MOST = 64, NOW_US = 1700000000 };

extern brb_store *store;
extern brb_generation generation;
extern brb_plugin plugins[PLUGINS_MOST];
extern brb_badge badges[BADGES_MOST];
extern brb_trouble troubles[BADGES_MOST];
extern brb_registry registry;
extern brb_quarantine quarantine;
extern brb_judge_shared shared;
extern size_t plugin_count, badge_count;
extern brabeion_result result;
extern char trace[8192]; /* texts of note_trace */
extern int clock_reads;

void open_judge_fixture(void);
void close_judge_fixture(void);

/* ---- a generation by hand ---- */

brb_plugin *new_plugin(const char *id);

/* Adds the badge, or (badge NULL) the plugin's observe, to the route of the event. */
void hear(const char *event, const brb_plugin *plugin, const brb_badge *badge);

/* Adds an observe function: before the badges of its plugin, as in a real generation. */
void watch(brb_plugin *plugin, const char *event, award_function observe);

/* A badge of `level_count` levels, registered with the store, that hears `event` (NULL: none). */
brb_badge *new_badge(brb_plugin *plugin, const char *slug, uint32_t level_count, const char *event,
		     award_function award_badge);
brb_badge *new_multiple(brb_plugin *plugin, const char *slug, const char *event, award_function award_badge);

/* ---- memory: each new plugin declares numbers and texts of things ---- */

/* Declares other names in place of these, with the store. */
void remember(brb_plugin *plugin, const badge_memory *memory, uint32_t count);
void badge_remembers(brb_badge *badge, const badge_memory *memory, uint32_t count);

/* A name of the plugin, or of the badge. */
const brb_store_memory *memory_of(const brb_declared *declared, const char *name);

/* In a plugin's function: the plain cell of a thing, "" is "site". */
int64_t thing_tally(badge_call *call, const char *name, const char *thing);
int64_t thing_add(badge_call *call, const char *name, const char *thing, int64_t delta);
int32_t thing_set(badge_call *call, const char *name, const char *thing, int64_t value);
const char *thing_note(badge_call *call, const char *name, const char *thing);
int32_t thing_note_set(badge_call *call, const char *name, const char *thing, const char *text);

/* The same of the first plugin, in a transaction that is open. "(none)": there is no note. */
int64_t present_tally(const char *name, const char *thing);
const char *present_note(const char *name, const char *thing);
void set_present_tally(const char *name, const char *thing, int64_t value);
void set_present_note(const char *name, const char *thing, const char *text);

/* In a transaction of its own. */
int64_t stored_tally(const char *name, const char *thing);
const char *stored_note(const char *name, const char *thing);

/* ---- judging ---- */

/* A judge that leads: it joins no group commit, and the test ends the transaction. */
brb_judge new_judge(void);

/* Judges into `result`, in a transaction that the judge begins if it needs one. */
void judge_into(brb_judge *judge, const brabeion_event *event);

/* Judge one event and commit. False: it needed no transaction. */
bool fire_event(const brabeion_event *event);
bool fire(const char *name, const char *user);
bool fire_id(const char *name, const char *user, const char *id);

/* ---- outcomes ---- */

/* The awards of the result: "slug:level:user:reason " each. */
const char *awarded(void);

/* The failures of the result: a line "slug: message" each, of an observe "observe of PLUGIN: message". */
const char *failures_of_result(void);

/* Appends "text " to the trace. */
void note_trace(const char *text);

int64_t stored_awards(void);

/* Asserts that no badge failed, and these awards. */
#define EXPECT_AWARDED(words)                                         \
	do {                                                          \
		cr_expect_eq(result.status, BRABEION_OK);             \
		cr_expect_eq(result.outcome, BRABEION_JUDGED);        \
		cr_expect_eq(result.failed, 0, "%s", result.message); \
		cr_expect_null(result.message);                       \
		cr_expect_str_eq(awarded(), words);                   \
	} while (0)

/* Asserts that `count` badges failed, the first with this message. */
#define EXPECT_FAILED(count, words)                                                  \
	do {                                                                         \
		cr_expect_eq(result.status, BRABEION_OK);                            \
		cr_expect_eq(result.outcome, BRABEION_JUDGED);                       \
		cr_expect_eq(result.failed, count, "%u", result.failed);             \
		cr_expect_str_eq(result.message ? result.message : "(none)", words); \
	} while (0)

#endif
