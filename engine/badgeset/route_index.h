/*
 * badgeset/route_index: which badges of a route an event is for, by the value of one of its fields. Of two thousand badges
 * that each want another value of "kind" an event then meets those of its own, and the others are not asked.
 *
 * The field is the one that most badges of the route have a condition on (plugin/conditions). A badge that is found still
 * checks all of its conditions.
 *
 * Threads: read by any, once made.
 */
#ifndef BRB_BADGESET_ROUTE_INDEX_H
#define BRB_BADGESET_ROUTE_INDEX_H

#include <brabeion/engine.h>

#include "base/arena.h"
#include "base/table.h"

typedef struct brb_route brb_route;

/* Positions of steps in the route, ascending. */
typedef struct brb_step_list {
	uint32_t count, capacity;
	uint32_t *positions;
} brb_step_list;

typedef struct brb_route_index {
	const char *field;
	brb_table values;   /* text of a value -> brb_step_list */
	brb_step_list rest; /* for any value: observe, and badges without a condition on the field */
} brb_route_index;

enum {
	BRB_ROUTE_INDEX_LEAST = 16
}; /* so many badges must have a condition on the field: fewer are as fast without */

/* Gives the route an index where it has a use for one; the route is complete. False: no memory. */
bool brb_route_index_make(brb_route *route, brb_arena *arena);
void brb_route_index_finish(brb_route_index *index); /* NULL is fine; the memory is the arena's */

/* A walk over the steps that an event may be for, in the route's order. */
typedef struct brb_route_walk {
	const brb_route_index *index;
	const brb_step_list *found; /* for the event's value */
	uint32_t of_found, of_rest; /* the next of each */
} brb_route_walk;

void brb_route_walk_begin(brb_route_walk *walk, const brb_route_index *index, const brabeion_event *event);

/* The first step from this position on; UINT32_MAX when there is none. Positions do not go back. */
uint32_t brb_route_walk_from(brb_route_walk *walk, uint32_t position);

#endif
