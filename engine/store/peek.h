/*
 * store/peek: single looks at memory and awards as they are committed, through a connection of one's own: for a
 * judgement that does not work inside the store's transaction.
 *
 * Each look is by itself, and two looks may see two moments, but for those between a begin and an end. Who acts on what
 * was seen compares it again in a transaction.
 *
 * Threads: a peek belongs to one thread at a time. It waits for no transaction.
 */
#ifndef BRB_STORE_PEEK_H
#define BRB_STORE_PEEK_H

#include "base/text.h"
#include "store/store.h"

typedef struct brb_peek brb_peek;

/* Opens nothing yet: the database's file is opened at the first look. */
brabeion_status brb_peek_open(brb_store *store, brb_peek **out, brabeion_error *error);
void brb_peek_close(brb_peek *peek); /* before the store; NULL is fine */

/*
 * All looks from the begin on see one moment, that of the first of them, until the end. Short: what is read is kept by
 * the database meanwhile. After a failure it is not begun.
 */
brabeion_status brb_peek_begin(brb_peek *peek, brabeion_error *error);
void brb_peek_end(brb_peek *peek);

brabeion_status brb_peek_tally(brb_peek *peek, uint32_t plugin, const char *name, const char *subject, int64_t *value,
			       brabeion_error *error);

/* *text is a copy in the arena, NULL when there is none. */
brabeion_status brb_peek_note(brb_peek *peek, uint32_t plugin, const char *name, const char *subject,
			      brb_arena *arena, const char **text, brabeion_error *error);

/* As brb_store_held. */
brabeion_status brb_peek_held(brb_peek *peek, const char *user, const char *slug, int64_t *count,
			      int32_t *highest_level, brabeion_error *error);

/* As brb_store_is_held. */
brabeion_status brb_peek_is_held(brb_peek *peek, const brb_store_award *award, bool *held, brabeion_error *error);

#endif
