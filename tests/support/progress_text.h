/*
 * progress_text: the progress of a user as text that a test compares with a literal.
 */
#ifndef BRB_TESTS_PROGRESS_TEXT_H
#define BRB_TESTS_PROGRESS_TEXT_H

#include "support/scene.h"

/*
 * Of one badge, or (slug NULL) of all: "badge level/level_count held_level held: done/goal;" each, with "-" where the badge
 * has no progress, or its error; "status: message" where the call failed.
 */
const char *progress_of(scene *here, const char *user, const char *slug);

#endif
