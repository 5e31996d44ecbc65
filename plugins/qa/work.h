/*
 * What the Q&A pack remembers of a user's work: the number of "comments", and by post two sets: "edits", the times at which the
 * user edited a post of somebody else's, and by question "answers", the ids of the answers that the user gave to it.
 *
 * A set that has grown to its bound, hundreds of items, takes in no more.
 */
#ifndef QA_WORK_H
#define QA_WORK_H

#include "post.h"

/* Comments are counted up to there; of edited posts no rule asks for more. */
#define QA_COMMENTS "comments"
#define QA_EDITED "edits"
enum { QA_COMMENTS_ENOUGH = 10, QA_EDITED_ENOUGH = 80 };

/* Of the call's user: comments, and different posts of others that were edited. */
int64_t qa_work_comments(badge_call *call);
int64_t qa_work_edited(badge_call *call);

/* True when the user edited the post at most 12 hours before or after `at`, and when that was first. */
bool qa_work_edited_near(badge_call *call, const char *post, int64_t at, int64_t *edited_at);

/* The latest time of what they count: QA_COMMENTS or QA_EDITED. */
int64_t qa_work_counted_at(badge_call *call, const char *what);

/* The user's answers to a question. Copies the next one's id and moves *answers behind it; false at the end. */
const char *qa_work_answers(badge_call *call, const char *question);
bool qa_work_next_answer(const char **answers, char answer[QA_ID_SIZE]);

/* The observer's writers. BADGE_OK or BADGE_FAILED. */
void qa_work_add_comment(badge_call *call);
int32_t qa_work_add_edit(badge_call *call, const char *post, char kind);
int32_t qa_work_add_answer(badge_call *call, const char *question, const char *answer);

/* In `merge`: two users' work is one user's. */
int32_t qa_work_merge(badge_call *call);

/* In `merge`: sets the tally `mark`, by question, for those that the one edited and the other answered. */
void qa_work_mark_joined(badge_call *call, const char *mark);

#endif
