/*
 * brabeion/engine.h: the engine, for the server that embeds it.
 *
 * Events go in, badges judge them, awards are stored exactly once in SQLite and reported to callbacks:
 *
 *	#include <brabeion/engine.h>
 *
 *	static void announce(void *context, const brabeion_award_info *award)
 *	{
 *		printf("%s earned %s\n", award->user, award->name);
 *	}
 *
 *	int main(void)
 *	{
 *		brabeion_engine *engine = NULL;
 *		brabeion_error error = BRABEION_NO_ERROR;
 *		brabeion_options options = BRABEION_OPTIONS(.config = "badges.yaml");
 *		if (brabeion_open(&options, &engine, &error) != BRABEION_OK) {
 *			fprintf(stderr, "%s\n", error.message);
 *			brabeion_error_finish(&error);
 *			return 1;
 *		}
 *		brabeion_on_award(engine, announce, NULL);
 *
 *		brabeion_field state[] = { BRABEION_INT("points", 7600) };
 *		brabeion_event event = BRABEION_EVENT(.name = "points_awarded", .user = "ada",
 *						      .fields = state, .field_count = 1);
 *		brabeion_result result = BRABEION_RESULT();
 *		if (brabeion_possibly_award(engine, &event, &result) != BRABEION_OK)
 *			fprintf(stderr, "%s\n", result.message);
 *		brabeion_result_finish(&result);
 *		brabeion_close(engine);
 *	}
 *
 * With an `id`, an event may be sent again, after an error or when the server does not know: it is judged once.
 *
 * <brabeion/core.h> has opening, events, results, callbacks and time; <brabeion/json.h> events and results as JSON;
 * <brabeion/read.h> what a site shows; <brabeion/bulk.h> long histories; <brabeion/operate.h> what an operator does, and may
 * change until 1.0.
 *
 * Life cycle: open, use from any thread, close once when no other call is in progress. Two engines in one process do
 * not know of each other. libbrabeion(3) is about the server around it: worker processes, event loops, shutting down.
 *
 * Threads: every function may be called from any thread, also at once, except brabeion_close, which is the last.
 *
 * Calls from inside: a plugin's function, the log callback, the clock and the allocator must not call the engine: it
 * returns BRABEION_REENTRANT. On-award, on-revoke and on-reload callbacks and completions may call anything but
 * brabeion_close; in an on-reload callback brabeion_reload returns BRABEION_REENTRANT.
 *
 * Fork: an engine belongs to the process that opened it. In a child of fork every call returns BRABEION_FORKED and
 * touches nothing. Open after fork.
 *
 * Errors: a function that can fail returns a brabeion_status and, where it takes a brabeion_error, a message that
 * says where and what. Out-parameters are untouched on failure, unless their function says otherwise. Every
 * brabeion_error pointer may be NULL; else it is initialised, and a message that it holds is freed and replaced.
 * Any function may return BRABEION_REENTRANT, BRABEION_FORKED and BRABEION_NO_MEMORY; "Errors" lists the others. The
 * library never prints and never exits.
 *
 * Text is UTF-8, ends with NUL. Bounds: user, event id and reason 255 bytes; names of events and fields 100 bytes;
 * 256 fields; text values 1 MiB. Times are microseconds since 1970-01-01T00:00:00Z. Levels count from 1.
 *
 * Compatibility: a host compiled today runs with next year's library, of the same soname.
 *
 *  - Structs that a host allocates begin with `struct_size`, set by their macro: BRABEION_OPTIONS(), BRABEION_RESULT().
 *    In C++17 use the functions brabeion_options_init() and so on. The library reads and writes no more than that size; a
 *    struct without it is refused with BRABEION_INVALID. They may get new members at the end, for which zero means "as
 *    before".
 *  - Structs that the library allocates may get new members at the end. Arrays of them come with a stride: use
 *    brabeion_award_list_at() and so on, never sizeof, and copy no such struct.
 *  - brabeion_error, brabeion_field, and the lists (a count, a stride, a pointer, the library's memory) never change.
 *  - No function, member or constant is removed or changes its meaning; enums may get new constants, for which a host needs
 *    a default. Of operate.h this holds from 1.0 on.
 *
 * Each function has its version in the library's symbols (BRABEION_0.1): a host that needs a newer library is refused by
 * the loader.
 */
#ifndef BRABEION_ENGINE_H
#define BRABEION_ENGINE_H

#include <brabeion/bulk.h>
#include <brabeion/core.h>
#include <brabeion/json.h>
#include <brabeion/operate.h>
#include <brabeion/read.h>

#endif
