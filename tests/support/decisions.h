/*
 * decisions: grants, revocations and the feed of changes, each returned as text that a test compares with a literal.
 */
#ifndef BRB_TESTS_DECISIONS_H
#define BRB_TESTS_DECISIONS_H

#include "support/scene.h"

/* Makes a grant. Returns its awards as "badge level reason;" each, or "status: message". */
const char *decide_grant(scene *here, const brabeion_grant *grant);

/* decide_award(here, "ada", "one", .level = 2, .comment = "why") */
#define decide_award(here, user_name, ...) \
	decide_grant(here, &(brabeion_grant)BRABEION_GRANT(.user = (user_name), .badge = __VA_ARGS__))

/* Changes as "sequence+user badge level reason/note;" each: + award, - revocation, ~ lapse; no slash without a note. */
const char *decisions_of(const brabeion_change_list *list);

/* Makes a revocation. Returns its changes as decisions_of, or "status: message". */
const char *decide_revocation(scene *here, const brabeion_revocation *revocation);

/* decide_revoke(here, "ada", "one", .level = 2, .comment = "why") */
#define decide_revoke(here, user_name, ...) \
	decide_revocation(here, &(brabeion_revocation)BRABEION_REVOCATION(.user = (user_name), .badge = __VA_ARGS__))

/* The changes after a sequence, as decisions_of. */
const char *decide_feed(scene *here, int64_t sequence, size_t limit);

/* "HOLDERS: HOLDERS-OF-LEVEL-1 HOLDERS-OF-LEVEL-2 ..." of a loaded badge. */
const char *decide_holders(scene *here, const char *slug);

#endif
