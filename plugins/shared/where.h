/*
 * The clause `where` of the plugins that need no C: conditions on the fields of an event.
 *
 *	where: { kind: gym }                         equal; text, a number, true or false
 *	where: { kind: [gym, pool] }                 one of
 *	where: { score: { at_least: 10 } }           also at_most, above, below: of a number
 *	where: { title: { not: "" } }                there, and not equal; not: [a, b] none of them
 *	where: { note: { present: false } }          there or not
 *	where: { url: { begins: "https:" } }         also contains: of a text, which is there; a list: any of them
 *
 * Several conditions, also on one field: all of them. A field that is missing, or null, fits `present: false` alone. A text fits no
 * number, and a number no text. Numbers compare by their exact value, 60.0 as 60.
 */
#ifndef SHARED_WHERE_H
#define SHARED_WHERE_H

#include <brabeion/badge.h>

typedef struct where_test where_test;

typedef struct where {
	where_test *tests;
	uint32_t count;
} where;

/*
 * Reads the setting at `path`, which may be missing. BADGE_OK or BADGE_FAILED, with every mistake reported at its place; where_free
 * in either case. A `where` of all zeroes fits every event.
 */
int32_t where_read(badge_setup *setup, const char *path, where *conditions);
void where_free(where *conditions);

/*
 * Has the engine pass over events that cannot fit, before it asks the badge: those whose fields are not equal. `event` NULL: of
 * all events that the badge listens to. Only for a badge to which such events mean nothing at all.
 */
void where_expect(badge_setup *setup, const char *event, const where *conditions);

/* 1 when the event fits, else 0; then it has been explained (badge_explain). */
int32_t where_fits(badge_call *call, const where *conditions);

#endif
