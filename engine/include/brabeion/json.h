/*
 * brabeion/json.h: events, results and lists as JSON, for hosts that use JSON. Part of <brabeion/engine.h>.
 *
 *	brabeion_event_memory *memory = NULL;
 *	brabeion_event_memory_open(NULL, &memory, NULL);
 *	...
 *	brabeion_event event = BRABEION_EVENT();
 *	brabeion_result result = BRABEION_RESULT();
 *	if (brabeion_event_read_json(body, length, memory, &event, &error) == BRABEION_OK) {
 *		brabeion_possibly_award(engine, &event, &result);
 *		brabeion_result_write_json(&result, write_to_response, response);
 *		brabeion_result_finish(&result);
 *	}
 *	brabeion_event_memory_reset(memory);
 */
#ifndef BRABEION_JSON_H
#define BRABEION_JSON_H

#include <brabeion/core.h>
#include <brabeion/operate.h>
#include <brabeion/read.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- reading events ---------------------------------------------------------------------------------------------- */

/* The memory of events that were read. Reusable; used by one thread at a time. */
typedef struct brabeion_event_memory brabeion_event_memory;

/*
 * Threads: any.
 * Owns:    `*memory` is yours: brabeion_event_memory_close(). `allocator` (NULL: the C library's) must outlive it.
 * Errors:  BRABEION_INVALID for an allocator that lacks a function.
 */
BRABEION_API brabeion_status brabeion_event_memory_open(const brabeion_allocator *allocator,
							brabeion_event_memory **memory, brabeion_error *error);

/* reset frees all events in it and keeps some room for the next ones. Both allow NULL. */
BRABEION_API void brabeion_event_memory_reset(brabeion_event_memory *memory);
BRABEION_API void brabeion_event_memory_close(brabeion_event_memory *memory);

/*
 * Reads one JSON object as an event: what a line is for `brabeion run`. "event" and "user" are required; "id", and "at" in
 * RFC 3339 or in microseconds, may be there; every other key is a field. User and id may be integers; null is no id and no
 * time. An array or object becomes a field of BRABEION_TYPE_JSON, without spaces. Of a key that comes twice the last counts.
 *
 * `json` need not end with NUL. Bounds: 1 MiB, 64 arrays and objects inside each other (the event being the first), and
 * those of an event. Numbers are as RFC 8259, section 6, has them: integers of 64 bits, reals that are finite.
 *
 * Threads: any; the memory is used by one at a time.
 * Owns:    `*event` is set by BRABEION_EVENT() before, and lies in `memory` until it is reset or closed; `json` is read
 *          during the call only.
 * Errors:  BRABEION_INVALID with what is wrong: "expected , or } at byte 17" (the first is 1), "user: empty".
 */
BRABEION_API brabeion_status brabeion_event_read_json(const char *json, size_t size, brabeion_event_memory *memory,
						      brabeion_event *event, brabeion_error *error);

/* ---- writing ----------------------------------------------------------------------------------------------------- */

/*
 * Receives JSON piece by piece: `text` has `length` bytes, and no NUL behind them.
 * Threads: the one that writes.
 */
typedef void (*brabeion_write_callback)(void *context, const char *text, size_t length);

/*
 * Each writes one JSON value, in the form of the command's --json: valid UTF-8 on one line, whatever texts hold (broken
 * UTF-8 becomes U+FFFD), without control characters and marks that turn the direction of writing, which are escaped. Times
 * are RFC 3339 in UTC, beyond the year 9999 integer microseconds. Keys may be added;
 * the order of the present ones stays.
 *
 * Threads: any, also without an engine; they read what they are given and allocate nothing.
 * Errors:  none; the callback itself must record a failure to write.
 */

/* {"user":…,"badge":…,"level":1,"name":…,"reason":…,"at":…,"event":…,"event_id":…} */
BRABEION_API void brabeion_award_write_json(const brabeion_award_info *award, brabeion_write_callback write,
					    void *context);

/*
 * The award's keys, then "sequence", the change's; of an award "stored_at"; of what is no longer held "revoked":true, "revoked_at" and
 * "award_sequence", the award's own; of a lapse "lapsed":true besides; and "note" where there is one.
 */
BRABEION_API void brabeion_change_write_json(const brabeion_change *change, brabeion_write_callback write,
					     void *context);

/*
 * {"status":"ok","outcome":"judged","failed":0,"refused":0,"failures":[{"plugin":…,"badge":…,"message":…},…],
 * "awards":[award,…],"lapsed":[change,…]}; the outcome is one of judged, unhandled, duplicate and abandoned; "badge" is null
 * where the plugin's observe failed; a failure with "refused":true is a refusal of the event; "message" stands before
 * "failures" where there is one.
 */
BRABEION_API void brabeion_result_write_json(const brabeion_result *result, brabeion_write_callback write,
					     void *context);

/* [{"sequence":…, the award's keys, "description":…},…] */
BRABEION_API void brabeion_award_list_write_json(const brabeion_award_list *list, brabeion_write_callback write,
						 void *context);

/* [change,…] */
BRABEION_API void brabeion_change_list_write_json(const brabeion_change_list *list, brabeion_write_callback write,
						  void *context);

/* [{"user":…,"awards":…,"badges":…,"latest_at":…},…] */
BRABEION_API void brabeion_user_list_write_json(const brabeion_user_list *list, brabeion_write_callback write,
						void *context);

/* {"generation":…,"badges":[…]}, as `brabeion badges --json`. */
BRABEION_API void brabeion_badge_list_write_json(const brabeion_badge_list *list, brabeion_write_callback write,
						 void *context);

/* [{"badge":…,"held":…,…},…], as `brabeion show --progress --json` lists them. */
BRABEION_API void brabeion_progress_list_write_json(const brabeion_progress_list *list, brabeion_write_callback write,
						    void *context);

/* A job as `brabeion jobs --json` lists it; with `badges` (may be NULL), "loaded" says whether its badge is among them. */
BRABEION_API void brabeion_job_write_json(const brabeion_job_info *job, const brabeion_badge_list *badges,
					  brabeion_write_callback write, void *context);

/* The same with "frozen":{…} and "failures":[{"number":…,"at":…,"error":…},…]. */
BRABEION_API void brabeion_job_page_write_json(const brabeion_job_page *page, const brabeion_badge_list *badges,
					       brabeion_write_callback write, void *context);

/* [job,…] */
BRABEION_API void brabeion_job_list_write_json(const brabeion_job_list *list, const brabeion_badge_list *badges,
					       brabeion_write_callback write, void *context);

#ifdef __cplusplus
}
#endif

#endif
