/*
 * probe/protocol: the request that libbrabeion sends to brabeion-probe, and the records of one size that it gets back.
 *
 * Both ends are on one machine but perhaps not of one version: an upgrade may replace the program under a running server.
 * Each side begins with a magic number that changes with the format of what follows.
 *
 * Guarantees: reading a request or record, whatever it contains, reads nothing outside of it.
 */
#ifndef BRB_PROBE_PROTOCOL_H
#define BRB_PROBE_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define BRB_PROBE_MAGIC UINT32_C(0x35425042) /* "BPB5" */
#define BRB_PROBE_TEXT_BYTES 256

/* The number under which the program has the folder of copies open. */
enum { BRB_PROBE_COPIES = 3 };

/* The steps in which a plugin's code runs. */
typedef enum brb_probe_step {
	BRB_PROBE_NOTHING, /* none of it runs */
	BRB_PROBE_LINKING, /* its constructors */
	BRB_PROBE_OPENING, /* the open of a badge, or its own */
	BRB_PROBE_OBSERVING,
	BRB_PROBE_JUDGING,
	BRB_PROBE_PROGRESS,
	BRB_PROBE_MERGING,
	BRB_PROBE_CLOSING,
	BRB_PROBE_UNLOADING, /* its destructors */
	BRB_PROBE_STEPS
} brb_probe_step;

/* Called before each step. `slug` is the badge's; NULL: the plugin as a whole. */
typedef struct brb_probe_listener {
	void (*step)(void *context, brb_probe_step step, const char *slug);
	void *context;
} brb_probe_listener;

/* ---- the request ---- */

/* One plugin to try. */
typedef struct brb_probe_wanted {
	uint32_t entry;   /* its index in the list `plugins:` */
	const char *copy; /* the private copy to load: below the folder of copies, or an absolute path */
} brb_probe_wanted;

typedef struct brb_probe_request {
	const char *name; /* of badges.yaml, for messages */
	const char *text; /* its bytes */
	size_t text_bytes;
	const char *folder; /* for a database, and for facts.h */
	int64_t step_ms;    /* how long a step may take */
	const brb_probe_wanted *wanted;
	size_t count;
	bool inspects; /* write what each plugin declares into the folder: see facts.h */
	int copies;    /* descriptor of the folder of copies, which the program gets as BRB_PROBE_COPIES; not sent */
} brb_probe_request;

/* False: no memory. */
bool brb_probe_write_request(const brb_probe_request *request, brb_builder *bytes);

/* Reads it back. It points into `bytes` and the arena, which must outlive it. False: malformed, or no memory. */
bool brb_probe_read_request(const char *bytes, size_t size_bytes, brb_arena *arena, brb_probe_request *request);

/* ---- the records ---- */

typedef enum brb_probe_kind {
	BRB_PROBE_ALIVE = 1, /* no news; sent at least once a second */
	BRB_PROBE_CRASHED,   /* `number`: the signal */
	BRB_PROBE_EXITED,    /* `number`: the exit code */
	BRB_PROBE_HUNG,
	BRB_PROBE_CLOSED,     /* it closed descriptors that are not its own */
	BRB_PROBE_UNDECLARED, /* it uses memory that it does not declare; `text` says which */
	BRB_PROBE_TROUBLE,    /* the program cannot go on; `text` says why */
	BRB_PROBE_DONE        /* the last record */
} brb_probe_kind;

/* Smaller than PIPE_BUF, so that writing it to a pipe is atomic. */
typedef struct brb_probe_record {
	uint32_t magic;
	uint32_t kind;
	uint32_t subject; /* index in the request's `wanted` */
	uint32_t step;
	int32_t number;
	char text[BRB_PROBE_TEXT_BYTES]; /* else the badge's slug, or "" */
} brb_probe_record;

/* False when it is no record for a request with so many plugins. Makes its text one clean line. */
bool brb_probe_check_record(brb_probe_record *record, size_t wanted);

/* What a plugin did, to go behind its name: `crashed (SIGSEGV) while its badge "x" judged a trial event`. */
void brb_probe_describe(const brb_probe_record *record, int64_t step_ms, char *text, size_t text_bytes);

#endif
