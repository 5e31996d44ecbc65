/*
 * badgeset/user_set: how many different users have met something, as far as it matters: a set of hashes of their names.
 * Two names of one hash count as one user.
 */
#ifndef BRB_BADGESET_USER_SET_H
#define BRB_BADGESET_USER_SET_H

#include <stdbool.h>
#include <stdint.h>

typedef struct brb_user_set {
	uint64_t *hashes; /* open addressing; 0: an empty place */
	uint32_t capacity, count;
} brb_user_set;

/* Adds the user, who may be in it. False: out of memory. */
bool brb_user_set_add(brb_user_set *set, const char *user);

/* Empties it, and gives its memory back. */
void brb_user_set_finish(brb_user_set *set);

#endif
