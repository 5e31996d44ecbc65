/*
 * What the Q&A pack remembers of a user's standing: two numbers, "reputation" (what votes, accepts and bounties have brought
 * so far, without the 1 that everybody begins with) and "joined" (when the account was created).
 */
#ifndef QA_STANDING_H
#define QA_STANDING_H

#include "post.h"

enum { QA_UPVOTE_WORTH = 10, QA_DOWNVOTE_WORTH = -2, QA_ACCEPT_WORTH = 15 };

/* Adds to the reputation of the event's user; nothing for a deleted one, or for a post that is the community's. */
void qa_standing_add(badge_call *call, const qa_post *post, int64_t worth);

/*
 * The same for a post that has a reward once: whose reputation it went to is kept with the post, so that it can be taken back,
 * from whoever that user is by then.
 */
void qa_standing_reward(badge_call *call, const char *id, const qa_post *post, int64_t worth);
void qa_standing_take_back(badge_call *call, const char *id, int64_t worth);

/* Stores when the event's user joined. A second creation of the same user changes nothing. */
void qa_standing_begin(badge_call *call);

/* The event's user: the reputation, with the 1 that it begins with, and the time of joining, 0 when not known. */
int64_t qa_standing_reputation(badge_call *call);
int64_t qa_standing_joined(badge_call *call);

#endif
