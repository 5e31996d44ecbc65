/*
 * generic_badges: configurations of one generic badge, and events at given times.
 */
#ifndef BRB_TESTS_GENERIC_BADGES_H
#define BRB_TESTS_GENERIC_BADGES_H

#include "support/scene.h"

/* The plugins of a badges.yaml: one badge "b" on event "e", of this plugin file and definition; `more` is on line 6. */
#define GENERIC_BADGE(file, badge, more) \
	"plugins:\n  - file: " file "\n    badges:\n      - { badge: " badge ", slug: b, events: [e], " more " }\n"

/* Fires event "e" at a time, with one field or none (a name of NULL). Returns as scene_earned. */
const char *generic_fire(scene *here, const char *user, const char *at, brabeion_field field);

#define NO_FIELD ((brabeion_field){ .name = NULL })

/* Asserts what "ada" earns for event "e" at a time, without and with a field. */
#define EXPECT_AT(at, earned) cr_assert_str_eq(generic_fire(here, "ada", at, NO_FIELD), earned, "at %s", at)
#define EXPECT_WITH(at, field, earned) cr_assert_str_eq(generic_fire(here, "ada", at, field), earned, "at %s", at)

/* Asserts that brabeion_check refuses the configuration with this message. */
void generic_refused(const char *text, const char *message);

#endif
