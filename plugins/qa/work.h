/*
 * What the Q&A pack remembers of a user's work on a post of others: one note "work" per user and post, and two tallies
 * per user, "comments" and "edited" (different posts edited).
 *
 * The note lists when the user edited the post, newest first, then which answers he gave to it:
 *
 *	e1390343165383000 e1390335965383000 a4:1067
 *
 * (each item ends in a space). A note that has grown to its bound, thousands of items, takes in no more.
 */
#ifndef QA_WORK_H
#define QA_WORK_H

#include "post.h"

/* The tallies stop there: no rule asks for more. */
enum { QA_COMMENTS_ENOUGH = 10, QA_EDITED_ENOUGH = 80 };

/* The note, "" when there is none. */
const char *qa_work(badge_call *call, const char *user, const char *post);

/* True when it has an edit at most 12 hours before or after `at`. */
bool qa_work_edited_near(const char *work, int64_t at);

/* Copies the next answer's id and moves *work behind it. False at the end. */
bool qa_work_next_answer(const char **work, char answer[QA_ID_SIZE]);

/* The observer's writers. BADGE_OK or BADGE_FAILED. */
int32_t qa_work_add_edit(badge_call *call, const char *user, const char *post, char kind);
int32_t qa_work_add_answer(badge_call *call, const char *user, const char *question, const char *answer);

/* Counts one comment, or one more different post edited, up to the highest number that a rule needs. */
void qa_count(badge_call *call, const char *tally, const char *user, int64_t enough);

#endif
