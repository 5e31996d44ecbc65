/*
 * What the Q&A pack remembers of a post, and how it is written down.
 *
 * A post is a thing, its name the post's id. Its note "post" holds what most rules ask about it; who wrote it is a reference
 * to a user, "author", so that a post follows its author who is renamed or merged, and is nobody's when the author is
 * forgotten. A post that an event names before its creation, or without one, is a post of unknown kind: its votes and edits are
 * kept all the same.
 *
 * The note is readable text in a fixed order, what most rules ask first in front:
 *
 *	kind marks peak score favorites created active parent
 *	q 3 15 12 0 1390335965383000 1390343165383000 0:
 *
 * When badges for votes, favorites and an accept were earned says the number "counted", by what is counted: the latest time
 * of it, whichever came last.
 *
 * Times are microseconds, `active` is - as long as nothing has happened to the post itself, and texts come behind
 * their length, so that they may hold anything.
 */
#ifndef QA_POST_H
#define QA_POST_H

#include <brabeion/badge.h>

#include <stdbool.h>

enum { QA_ID_SIZE = 256 }; /* ids of users and posts: at most 255 bytes and a NUL */

#define QA_HOUR INT64_C(3600000000)
#define QA_DAY (24 * QA_HOUR)
#define QA_YEAR INT64_C(31557600000000) /* 365.25 days */

/* qa_post.kind, as it is written. */
#define QA_UNKNOWN '?'
#define QA_QUESTION 'q'
#define QA_ANSWER 'a'
#define QA_WIKI 'w' /* the wiki or the excerpt of a tag */

/* qa_post.marks. Of a question, or of what answers name as theirs while its creation is not in sight: */
#define QA_ANSWERED 0x01u      /* has an answer */
#define QA_ANSWER_AT_TWO 0x02u /* has an answer that reached a score of 2 */
#define QA_SOLVED 0x04u        /* had an accepted answer before its own creation came */
/* Of an answer: */
#define QA_ACCEPTED 0x08u
#define QA_FIRST 0x10u        /* the first to its question */
#define QA_FIRST_AT_TWO 0x20u /* the first to its question that reached 2 */
/* Of the last vote and the last edit, for the rules that judge this very event: */
#define QA_ROSE 0x40u /* the last vote took the score to a new height */
#define QA_DUG 0x80u  /* the last edit came after more than 180 days of silence */
/* Of any post: */
#define QA_NOTICED 0x100u   /* had a vote; a question, or what may become one, also: a comment */
#define QA_COMMUNITY 0x200u /* its creation says that it is community-owned */

typedef struct qa_post {
	char kind;
	uint32_t marks;
	int64_t peak; /* the highest score so far, at least 0 */
	int64_t score;
	int64_t favorites;
	int64_t created_at;
	int64_t active_at; /* the latest creation, edit, rollback or applied suggestion; says something when `active` */
	bool active;
	char parent[QA_ID_SIZE]; /* an answer's question; empty: none */
} qa_post;

/* What most rules need in order to say no: the head of the note, without the rest of it. */
typedef struct qa_glance {
	char kind;
	uint32_t marks;
	int64_t peak;
} qa_glance;

/* The post that the event names in this field ("post", "parent"), NULL when it names none. An array or object is refused. */
const char *qa_post_id(badge_call *call, const char *field);

/* Reads a post; one that no event has named yet is an empty post of unknown kind. False fails the call. */
bool qa_post_read(badge_call *call, const char *id, qa_post *post);

/* Who wrote the post; NULL: not known, or the account is gone. Valid until the judgement ends. */
const char *qa_post_author(badge_call *call, const char *id);

/* Stores that the event's user wrote it. */
void qa_post_set_author(badge_call *call, const char *id);

/* What is counted of a post, and the latest time of it. */
#define QA_VOTES "votes"
#define QA_FAVORITES "favorites"
#define QA_ACCEPTS "accept"
void qa_post_count(badge_call *call, const char *id, const char *what);
int64_t qa_post_counted_at(badge_call *call, const char *id, const char *what);

/* Reads only what a glance holds. False fails the call. */
bool qa_post_glance(badge_call *call, const char *id, qa_glance *glance);

/* BADGE_OK or BADGE_FAILED. */
int32_t qa_post_write(badge_call *call, const char *id, const qa_post *post);

/* True for a user, false for "deleted", "" and NULL. */
bool qa_is_somebody(const char *user);

/* True when the post is known to be the user's own. */
bool qa_is_own(badge_call *call, const char *id, const char *user);

/* True when `later` lies more than `span` after `earlier`. No sum in it overflows. */
bool qa_is_later_by(int64_t later, int64_t earlier, int64_t span);

/* Reads a decimal number, and the one byte behind it, which must be `end`. Moves *text behind both. */
bool qa_read_number(const char **text, char end, int64_t *number);

/* Reads a text behind its length, 3:abc, and the one byte behind it. Moves *text behind both. */
bool qa_read_text(const char **text, char end, char out[QA_ID_SIZE]);

/* Writes a number and one byte behind it. Returns where the next goes; up to 21 bytes are written. */
char *qa_put_number(char *out, int64_t number, char end);

/* Likewise a text behind its length; up to 5 bytes more than its length are written. */
char *qa_put_text(char *out, const char *text, char end);

#endif
