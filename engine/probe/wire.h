/*
 * probe/wire: what libbrabeion and brabeion-probe, the program in which plugins are tried, say to each other.
 * Part of the room probe/client.
 *
 * The library hands the program one request, whole, and gets records of one size back. Both ends are of one machine, but
 * perhaps not of one version: an upgrade may replace the program under a running server. Each side begins with a magic
 * number that changes with the form of what follows.
 *
 * Keeps true: a request or a record of anybody's making is taken apart without reading outside of it.
 */
#ifndef BRB_PROBE_WIRE_H
#define BRB_PROBE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define BRB_PROBE_MAGIC UINT32_C(0x33425042) /* "BPB3" */
#define BRB_PROBE_TEXT_BYTES 256

/* In which a plugin's code runs. */
typedef enum brb_probe_step {
	BRB_PROBE_NOTHING, /* none of it has run yet */
	BRB_PROBE_LINKING, /* its constructors */
	BRB_PROBE_OPENING, /* the open of a badge, or its own */
	BRB_PROBE_OBSERVING,
	BRB_PROBE_JUDGING,
	BRB_PROBE_TELLING, /* progress */
	BRB_PROBE_CLOSING,
	BRB_PROBE_UNLOADING, /* its destructors */
	BRB_PROBE_STEPS
} brb_probe_step;

/* Who wants to know which step comes next. `slug` is the badge's, NULL where it is the plugin as a whole. */
typedef struct brb_probe_listener {
	void (*step)(void *context, brb_probe_step step, const char *slug);
	void *context;
} brb_probe_listener;

/* ---- the request ---- */

/* One plugin that is to be tried. */
typedef struct brb_probe_wanted {
	uint32_t entry;   /* its place in the list `plugins:`, from 0 */
	const char *copy; /* the private copy to load */
} brb_probe_wanted;

typedef struct brb_probe_request {
	const char *name; /* of badges.yaml, as messages have it */
	const char *text; /* its bytes */
	size_t text_bytes;
	const char *folder; /* where a database may be made */
	int64_t step_ms;    /* how long a step may take */
	const brb_probe_wanted *wanted;
	size_t count;
	bool inspects; /* what each says of itself is written into the folder: see probe_facts.h */
} brb_probe_request;

/* False when memory is short. */
bool brb_probe_write_request(const brb_probe_request *request, brb_builder *bytes);

/* Reads it back; all of it lies in `bytes`, which must outlive it, and in the arena. False: it is none. */
bool brb_probe_read_request(const char *bytes, size_t size_bytes, brb_arena *arena, brb_probe_request *request);

/* ---- the records ---- */

typedef enum brb_probe_kind {
	BRB_PROBE_ALIVE = 1, /* nothing new; told at least once a second */
	BRB_PROBE_CRASHED,   /* `number`: the signal */
	BRB_PROBE_EXITED,    /* `number`: the exit code */
	BRB_PROBE_HUNG,
	BRB_PROBE_TROUBLE, /* the program cannot do its work; `text` says why */
	BRB_PROBE_DONE     /* the last record */
} brb_probe_kind;

/* Smaller than PIPE_BUF, so that a pipe hands it over whole. */
typedef struct brb_probe_record {
	uint32_t magic;
	uint32_t kind;
	uint32_t subject; /* in the request's `wanted` */
	uint32_t step;
	int32_t number;
	char text[BRB_PROBE_TEXT_BYTES]; /* the badge's slug, or "" */
} brb_probe_record;

/* False when it is no record of a request with so many wanted; its text is one clean line afterwards. */
bool brb_probe_check_record(brb_probe_record *record, size_t wanted);

/* What became of a plugin, as it goes behind its name: `crashed (SIGSEGV) while its badge "x" judged a trial event`. */
void brb_probe_describe(const brb_probe_record *record, int64_t step_ms, char *text, size_t text_bytes);

#endif
