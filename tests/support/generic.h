/*
 * generic: what the tests of the generic badges share: badge sets of one badge, and events at times written out.
 */
#ifndef BRB_TESTS_GENERIC_H
#define BRB_TESTS_GENERIC_H

#include "support/scenario.h"

/* A badges.yaml with one badge of slug "b" on event "e": `badge` is its plugin's and definition's; lines from 6 on. */
#define GENERIC_BADGE(file, badge, more) \
	"plugins:\n  - file: " file "\n    badges:\n      - { badge: " badge ", slug: b, events: [e], " more " }\n"

/* The event "e" at a time, with one field, or none (a name of NULL); answers as scene_earned. */
static inline const char *generic_fire(scene *here, const char *user, const char *at, brabeion_field field)
{
	brabeion_event event = {
		.name = "e", .user = user, .has_at = true, .fields = &field, .field_count = field.name != NULL
	};
	cr_assert_eq(brabeion_time_parse(at, &event.at_us), BRABEION_OK, "%s is no time", at);
	return scene_earned(here, &event);
}

#define NO_FIELD ((brabeion_field){ .name = NULL })

/* What "ada" earns for the event "e" at a time; at_with: with a field. */
#define EXPECT_AT(at, earned) cr_assert_str_eq(generic_fire(here, "ada", at, NO_FIELD), earned, "at %s", at)
#define EXPECT_WITH(at, field, earned) cr_assert_str_eq(generic_fire(here, "ada", at, field), earned, "at %s", at)

/* The badge set is refused with this message behind "badges.yaml:LINE:COLUMN: badge "b": ". */
static inline void generic_refused(const char *text, const char *message)
{
	scene *here = scene_new();
	scene_config(here, text);
	cr_assert_eq(brabeion_check(&here->options, NULL, &here->error), BRABEION_CONFIG, "%s", text);
	cr_assert_str_eq(scene_message(here), message);
	scene_finish(here);
}

#endif
