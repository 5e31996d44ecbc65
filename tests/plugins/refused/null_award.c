/* Its badge has no award. */
#include <brabeion/badge.h>

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE_PLUGIN("null-award", .slug = "null-award", BADGE_LEVELS(levels), BADGE_EVENTS(events));
