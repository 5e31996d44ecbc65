/*
 * brabeion/badge.h: the plugin ABI, and all that a badge author needs. ABI version 1, header minor 0.
 *
 * A plugin is a shared object that defines one or more badges. The engine loads it, calls `award` of each badge for the
 * events it listens to, and stores the levels returned. This is a complete plugin:
 *
 *	#include <brabeion/badge.h>
 *
 *	static int32_t award(void *self, badge_call *call)
 *	{
 *		(void)self;
 *		int64_t points = badge_int(call, "points", 0);
 *		return points > 10000 ? 3 : points > 7500 ? 2 : points > 5000 ? 1 : BADGE_NOT_EARNED;
 *	}
 *
 *	static const badge_level levels[] = {
 *		BADGE_LEVEL("Bronze", "More than 5,000 points"),
 *		BADGE_LEVEL("Silver", "More than 7,500 points"),
 *		BADGE_LEVEL("Gold", "More than 10,000 points"),
 *	};
 *	static const char *const events[] = { "points_awarded" };
 *
 *	BADGE("points", levels, events, award);
 *
 * Compile it with:
 *
 *	cc -std=c11 -O2 -fPIC -fvisibility=hidden -shared -Wl,-Bsymbolic -Wl,-z,noseparate-code -o points.so points.c
 *
 * In this order: the structs that cross the border, the helpers for `award`, `observe`, `freeze`, `progress` and `merge`, the
 * helpers for `open`, and the author's macros at the end.
 *
 * Rules for a plugin's functions:
 *
 *  - `award`, `observe`, `freeze` and `progress` of one instance may run on many threads at once. Keep
 *    changing data in memory (badge_tally, badge_note), not in variables: memory is transactional and shared by all
 *    processes. `merge` never runs at the same time as itself on one database. Hold no lock of your own across a call of a
 *    helper.
 *  - `open` and `close` of one instance run on one thread each, before the first and after the last judgement. During
 *    a reload one instance may be opened and another closed while a third judges. An unchanged instance is kept;
 *    `close` may run on a thread of the engine.
 *  - A badge_call or badge_setup is valid until your function returns, and only on the thread it came on. So is every
 *    text that a helper returns. Copy what you keep.
 *  - Never let an exception, longjmp or pthread_exit leave your function. In C++ the macros catch exceptions for you
 *    and fail the badge with their what().
 *  - Nothing is freed across the border. The engine copies all texts of your descriptors.
 *
 * Text is UTF-8. Bounds: slugs, names of events, fields and memory 100 bytes (slugs of [a-z0-9._-]); users, things, keys
 * and reasons 255 bytes; hashed keys and notes 65,536 bytes. Times are microseconds since 1970-01-01T00:00:00Z. Levels
 * count from 1.
 *
 * sdk/README.md lists the promises of this header from version to version.
 */
#ifndef BRABEION_BADGE_H
#define BRABEION_BADGE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
#include <exception>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- constants --------------------------------------------------------------------------------------------------- */

#define BADGE_MAGIC 0x32444742u /* "BGD2" as bytes on a little-endian machine */
#define BADGE_ABI_MAJOR 1
#define BADGE_ABI_MINOR 0

/* What `award` returns: one of these, or a level from 1 up, or BADGE_FAILED. Any other negative number is a failure, too. */
#define BADGE_NOT_EARNED 0
#define BADGE_UNCHANGED (-3) /* nothing changes: a temporary badge keeps its levels, any other has earned nothing */
#define BADGE_REFUSED (-4)   /* this event's data is wrong, which is no failure: see badge_refuse */

/* What `open`, `observe`, `progress`, `merge` and some helpers return. */
#define BADGE_OK 0
#define BADGE_FAILED (-1)      /* failed, with a message from badge_fail or badge_setup_fail */
#define BADGE_UNSUPPORTED (-2) /* this engine is older than the helper */

/* What badge_read_int and its like return. */
#define BADGE_FIELD_FOUND 1
#define BADGE_FIELD_MISSING 0       /* there is no such field, or it is JSON null */
#define BADGE_FIELD_WRONG_KIND (-3) /* it is there, and is something else */

/* badge_definition.flags: the low 16 bits are required, an engine that does not know one refuses the plugin; the
 * high 16 bits are optional, an engine that does not know one ignores it. */
#define BADGE_MULTIPLE 0x0001u           /* may be earned many times, told apart by reason: see badge_for */
#define BADGE_ASYNC 0x0002u              /* judged later, by a worker: see badge_definition.freeze */
#define BADGE_LEVELS_FROM_CONFIG 0x0004u /* `levels:` in badges.yaml may give another number of levels */
#define BADGE_PERMANENT 0x0008u          /* for what has happened once: `temporary: true` in badges.yaml is refused */

/*
 * badge_memory.flags: one of each group, joined by |. What is left out is the first of its group. The low 16 bits are
 * required, the high 16 optional, as in badge_definition.flags.
 */

/* Whose it is. */
#define BADGE_OF_USER 0x0000u  /* a user's: forgotten with the user, merged with another's */
#define BADGE_OF_THING 0x0001u /* anything else's that has a name: a post, a day; never forgotten or merged */

/* What is kept. */
#define BADGE_KIND_NUMBER 0x0000u /* a 64-bit number: badge_tally */
#define BADGE_KIND_TEXT 0x0010u   /* a text: badge_note */
#define BADGE_KIND_USER 0x0020u   /* a reference to a user, follows renames and merges: badge_user_ref */

/* What the keys under the name are. */
#define BADGE_KEYS_TEXT 0x0000u
#define BADGE_KEYS_USERS 0x0100u  /* users, kept as references to them */
#define BADGE_KEYS_HASHED 0x0200u /* kept as keyed hashes: can be found and counted, not listed */

/*
 * What happens when two users become one, for each key, where both have a cell; a cell that only one of them has is kept. Names
 * of users may have any that fits the kind. Names of things may have one only with BADGE_KEYS_USERS: for the cells of the
 * two users under one thing.
 */
#define BADGE_MERGE_DEFAULT 0x0000u  /* numbers: BADGE_MERGE_SUM; texts and references: BADGE_MERGE_KEEP */
#define BADGE_MERGE_SUM 0x1000u      /* numbers: the sum, cut to 64 bits */
#define BADGE_MERGE_MAX 0x2000u      /* numbers: the greater */
#define BADGE_MERGE_MIN 0x3000u      /* numbers: the lesser */
#define BADGE_MERGE_OR 0x4000u       /* numbers: the bits of both */
#define BADGE_MERGE_EARLIEST 0x5000u /* numbers that are times: the earlier of those that are there */
#define BADGE_MERGE_KEEP 0x6000u     /* that of the user who stays */
#define BADGE_MERGE_OWN 0x7000u      /* names of users: what the function `merge` makes of both */

/* What badge_type returns, and what a badge_field is of. */
#define BADGE_TYPE_NONE 0 /* no such field, or JSON null */
#define BADGE_TYPE_INT 1
#define BADGE_TYPE_REAL 2
#define BADGE_TYPE_BOOL 3
#define BADGE_TYPE_TEXT 4
#define BADGE_TYPE_JSON 5 /* an array or object, as JSON text */

/* For badge_log. */
#define BADGE_LOG_ERROR 1
#define BADGE_LOG_WARNING 2
#define BADGE_LOG_INFO 3
#define BADGE_LOG_DEBUG 4

#if defined(__GNUC__) || defined(__clang__)
#define BADGE_EXPORT __attribute__((visibility("default")))
#define BADGE_PRINTF(string, first) __attribute__((format(printf, string, first)))
#else
#define BADGE_EXPORT
#define BADGE_PRINTF(string, first)
#endif

/* ---- what crosses the border ------------------------------------------------------------------------------------- */

typedef struct badge_host badge_host;

/* One judgement, and one opening. Both begin with the engine's functions; the rest is private to the engine. */
typedef struct badge_call {
	const badge_host *host;
} badge_call;

typedef struct badge_setup {
	const badge_host *host;
} badge_setup;

typedef struct badge_level {
	const char *name;
	const char *description;
} badge_level;

/*
 * One name of memory, declared: made by BADGE_TALLY, BADGE_NOTE and BADGE_MEMORY. The scope of a name is where it is
 * declared: in a badge_definition each slug under which the definition is used has memory of its own; in a badge_plugin the
 * badges of the plugin share it. One plugin cannot declare a name in both.
 */
typedef struct badge_memory {
	const char *name;
	uint32_t flags;    /* BADGE_OF_* | BADGE_KIND_* | BADGE_KEYS_* | BADGE_MERGE_*: 0 is BADGE_TALLY's */
	uint32_t reserved; /* 0 */
} badge_memory;

/* One named value of the state for badge_later. Made by badge_field_int(), _real(), _bool() and _text(). */
typedef struct badge_field {
	const char *name;
	uint32_t type;     /* BADGE_TYPE_* */
	uint32_t reserved; /* 0 */
	union {
		int64_t integer; /* of BADGE_TYPE_INT, and of BADGE_TYPE_BOOL: 1 or 0 */
		double real;
		const char *text; /* of BADGE_TYPE_TEXT and BADGE_TYPE_JSON */
	} value;
} badge_field;

typedef struct badge_definition {
	uint32_t struct_size; /* sizeof(badge_definition) when compiled */
	uint32_t level_size;  /* sizeof(badge_level) when compiled: the stride of `levels` */
	const char *slug;
	const badge_level *levels;
	const char *const *events;
	const badge_memory *memory; /* what each badge made of this definition remembers */
	uint32_t level_count;
	uint32_t event_count;
	uint32_t memory_count;
	uint32_t memory_size; /* sizeof(badge_memory) when compiled: the stride of `memory` */
	uint32_t flags;
	uint32_t reserved; /* 0 */

	/*
	 * Judges the event of `call`: BADGE_NOT_EARNED, a level, BADGE_UNCHANGED, BADGE_REFUSED or BADGE_FAILED.
	 * Threads: any, concurrently. `self` is what `open` stored, or NULL. For an async badge it may run more than once
	 * per event: its changes and awards apply once.
	 */
	int32_t (*award)(void *self, badge_call *call);

	/*
	 * Optional, async badges: runs when the event arrives, and adds to the state what must be read at that moment.
	 * `award` later reads that state. Threads: any, concurrently.
	 */
	void (*freeze)(void *self, badge_call *call);

	/* Optional: reads the settings of badges.yaml, once per use of the definition. BADGE_OK or BADGE_FAILED. */
	int32_t (*open)(badge_setup *setup, void **self);
	void (*close)(void *self);

	/*
	 * Optional: reports the progress of the call's user towards a level, from 1 to level_count, by
	 * badge_progress(), and returns its result. BADGE_OK without that call: there is nothing to report.
	 * Threads: any, concurrently, also while events are judged. There is no event: see badge_progress().
	 */
	int32_t (*progress)(void *self, badge_call *call, int32_t level);

	/*
	 * Two users become one. Required for names of BADGE_MERGE_OWN; optional for a badge that asks by badge_later to be
	 * judged for what the two have together. badge_user is the user who stays; the
	 * helpers of memory read and write that user's cells, badge_merged_tally and its like read those of the user who goes.
	 * It runs once for each slug, inside the merge's transaction. BADGE_OK; a failure fails the merge, and nothing of
	 * it is stored.
	 */
	int32_t (*merge)(void *self, badge_call *call);
} badge_definition;

typedef struct badge_plugin {
	uint32_t magic;        /* BADGE_MAGIC */
	uint32_t struct_size;  /* sizeof(badge_plugin) when compiled */
	uint16_t header_minor; /* BADGE_ABI_MINOR when compiled */
	uint16_t needs_minor;  /* the least engine minor it can live with */
	uint32_t flags;        /* none yet; low 16 bits required, high 16 optional */
	const char *id;        /* the plugin's own name: its memory is kept under it */
	const char *version;   /* informational; may be NULL */
	const badge_definition *const *badges;
	const char *const *watches; /* the events that `observe` sees */
	const badge_memory *memory; /* what `observe` and all badges of the plugin share */
	uint32_t badge_count;
	uint32_t watch_count;
	uint32_t memory_count;
	uint32_t memory_size; /* sizeof(badge_memory) when compiled: the stride of `memory` */

	/* Optional: reads the plugin's own settings. Its `self` is given to `observe`, `merge` and `close` of the plugin. */
	int32_t (*open)(badge_setup *setup, void **self);
	void (*close)(void *self);

	/*
	 * Optional: sees each watched event once, before the plugin's badges do. BADGE_OK, BADGE_REFUSED or BADGE_FAILED:
	 * without BADGE_OK the plugin's badges do not judge the event.
	 */
	int32_t (*observe)(void *self, badge_call *call);

	/* As badge_definition.merge, for the plugin's own names of BADGE_MERGE_OWN only. */
	int32_t (*merge)(void *self, badge_call *call);
} badge_plugin;

/*
 * The engine's functions. Append-only: a plugin looks at struct_size before it uses a function that came after
 * version 1.0. Authors use the helpers below, never this table.
 *
 * A function that fails for the engine's reasons (the database, for example) fails the whole event. One that fails for the
 * plugin's reasons (a name that is not declared, a sum that overflows) fails the badge. In both cases the return value of
 * `award` is ignored.
 */
struct badge_host {
	uint32_t struct_size;
	uint16_t abi_major;
	uint16_t abi_minor;

	/* the event; get_int, get_real and get_bool return BADGE_FIELD_* */
	const char *(*slug)(badge_call *call);
	const char *(*event)(badge_call *call);
	const char *(*user)(badge_call *call);
	const char *(*event_id)(badge_call *call);
	int64_t (*at)(badge_call *call);
	int32_t (*offset)(badge_call *call, int32_t *minutes);
	uint32_t (*type)(badge_call *call, const char *name);
	int32_t (*get_int)(badge_call *call, const char *name, int64_t *value);
	int32_t (*get_real)(badge_call *call, const char *name, double *value);
	int32_t (*get_bool)(badge_call *call, const char *name, int32_t *value);
	const char *(*get_text)(badge_call *call, const char *name);

	/* memory: `owner` NULL: the call's user; `key` NULL, or "" where keys are not hashed: the plain cell */
	int64_t (*cell_number)(badge_call *call, const char *name, const char *owner, const char *key);
	int64_t (*cell_add)(badge_call *call, const char *name, const char *owner, const char *key, int64_t delta);
	int32_t (*cell_set_number)(badge_call *call, const char *name, const char *owner, const char *key,
				   int64_t value);
	const char *(*cell_text)(badge_call *call, const char *name, const char *owner, const char *key);
	int32_t (*cell_set_text)(badge_call *call, const char *name, const char *owner, const char *key,
				 const char *text);
	const char *(*cell_user)(badge_call *call, const char *name, const char *owner, const char *key);
	int32_t (*cell_set_user)(badge_call *call, const char *name, const char *owner, const char *key,
				 const char *user);
	int64_t (*key_count)(badge_call *call, const char *name, const char *owner);
	const char *(*key_next)(badge_call *call, const char *name, const char *owner, const char *after);

	/* merging: the memory of the user who goes */
	int64_t (*merged_number)(badge_call *call, const char *name, const char *key);
	const char *(*merged_text)(badge_call *call, const char *name, const char *key);
	const char *(*merged_user)(badge_call *call, const char *name, const char *key);
	int64_t (*merged_key_count)(badge_call *call, const char *name);
	const char *(*merged_key_next)(badge_call *call, const char *name, const char *after);

	/* awards */
	int32_t (*held)(badge_call *call, const char *user, const char *slug);
	int64_t (*held_count)(badge_call *call, const char *user, const char *slug);
	int32_t (*to)(badge_call *call, const char *user);
	int32_t (*for_reason)(badge_call *call, const char *reason);
	int32_t (*earned_at)(badge_call *call, int64_t at);
	int32_t (*grant)(badge_call *call, const char *slug, int32_t level, const char *user, const char *reason);

	/* freeze */
	int32_t (*set_int)(badge_call *call, const char *name, int64_t value);
	int32_t (*set_real)(badge_call *call, const char *name, double value);
	int32_t (*set_bool)(badge_call *call, const char *name, int32_t value);
	int32_t (*set_text)(badge_call *call, const char *name, const char *value);

	/* judging again later (`field_size` is the stride of `state`), progress */
	int32_t (*later)(badge_call *call, int64_t at, const badge_field *state, uint32_t field_size, uint32_t count);
	int32_t (*progress)(badge_call *call, int64_t done, int64_t goal);

	/* errors and log */
	void (*fail)(badge_call *call, const char *message);
	void (*refuse)(badge_call *call, const char *message);
	void (*log)(badge_call *call, int32_t level, const char *message);

	/* opening */
	const char *(*setup_slug)(badge_setup *setup);
	uint32_t (*setup_level_count)(badge_setup *setup);
	uint32_t (*setting_type)(badge_setup *setup, const char *path);
	int64_t (*setting_count)(badge_setup *setup, const char *path);
	const char *(*setting_key)(badge_setup *setup, const char *path, uint32_t index);
	int64_t (*setting_int)(badge_setup *setup, const char *path, int64_t otherwise);
	double (*setting_real)(badge_setup *setup, const char *path, double otherwise);
	int32_t (*setting_bool)(badge_setup *setup, const char *path, int32_t otherwise);
	const char *(*setting_text)(badge_setup *setup, const char *path, const char *otherwise);
	int32_t (*setup_expect)(badge_setup *setup, const char *field, const char *value);
	void (*setup_fail)(badge_setup *setup, const char *path, const char *message);
	int32_t (*setup_is_temporary)(badge_setup *setup);

	/* names and texts */
	int32_t (*is_user)(badge_call *call, const char *name);
	int64_t (*hash)(badge_call *call, const char *text);
	int32_t (*setup_expect_in)(badge_setup *setup, const char *event, const char *field, const char *value);

	/* badges whose rules are settings */
	int32_t (*setup_subject)(badge_setup *setup, const char *field);
	int32_t (*setup_multiple)(badge_setup *setup);
	int32_t (*setup_listen)(badge_setup *setup, const char *event);
	int32_t (*explain)(badge_call *call, const char *message);
};

/* Whether the engine has a function that came after version 1.0. */
#define BADGE_HOST_HAS(host, function) \
	((host)->struct_size >= offsetof(badge_host, function) + sizeof((host)->function))

/* ---- the event (in award, observe and freeze) -------------------------------------------------------------------- */

/* The badge's own slug: one definition may be used under many. In `observe` the plugin's id. */
static inline const char *badge_slug(badge_call *call)
{
	return call->host->slug(call);
}

/* The event's name. */
static inline const char *badge_event(badge_call *call)
{
	return call->host->event(call);
}

/* 1 when the event has this name, else 0. */
static inline int32_t badge_event_is(badge_call *call, const char *name)
{
	return strcmp(call->host->event(call), name) == 0;
}

/* The user of the event, by the present name: an event under a name that was merged into another user is the other's. */
static inline const char *badge_user(badge_call *call)
{
	return call->host->user(call);
}

/*
 * 1 when the text names the user of the event, by the present name or one that was merged into the user, else 0. Ask this of
 * fields that hold names ("by"): comparing them with badge_user misses the other names.
 */
static inline int32_t badge_is_user(badge_call *call, const char *name)
{
	return call->host->is_user(call, name);
}

/* The event's id, empty when it came without one. */
static inline const char *badge_event_id(badge_call *call)
{
	return call->host->event_id(call);
}

/* When the event happened, in microseconds since 1970 UTC. */
static inline int64_t badge_at(badge_call *call)
{
	return call->host->at(call);
}

/*
 * The offset from UTC of the clock that the event was timed by, in minutes: 120 for a time that was given as
 * "2026-07-01T09:00:00+02:00". Returns 1 when the event carried one, else 0, and leaves `minutes` alone: a time that ends
 * in "Z" carries none, and neither does "brabeion.due".
 */
static inline int32_t badge_offset(badge_call *call, int32_t *minutes)
{
	return call->host->offset(call, minutes);
}

/* ---- state: the event's named values ----------------------------------------------------------------------------- */

/*
 * BADGE_TYPE_*; BADGE_TYPE_NONE when the event has no such field. A number that is whole and within 64 bits is
 * BADGE_TYPE_INT, however it was written: 60.0 is 60, to all that read it.
 */
static inline uint32_t badge_type(badge_call *call, const char *name)
{
	return call->host->type(call, name);
}

static inline int32_t badge_refuse(badge_call *call, const char *format, ...) BADGE_PRINTF(2, 3);

/*
 * Refuses the event, as badge_refuse does, because a field is of another kind than the badge needs; `wanted` says which:
 * "field "amount" must be a whole number, not the text "75"". Returns BADGE_REFUSED.
 */
static inline int32_t badge_refuse_field(badge_call *call, const char *name, const char *wanted)
{
	const char *text = call->host->get_text(call, name);
	if (!text)
		return badge_refuse(call, "field \"%s\" must be %s", name, wanted);
	switch (call->host->type(call, name)) {
	case BADGE_TYPE_TEXT:
		return badge_refuse(call, "field \"%s\" must be %s, not the text \"%.100s\"", name, wanted, text);
	case BADGE_TYPE_JSON:
		return badge_refuse(call, "field \"%s\" must be %s, not an %s", name, wanted,
				    text[0] == '[' ? "array" : "object");
	}
	return badge_refuse(call, "field \"%s\" must be %s, not %s", name, wanted, text);
}

/*
 * The value of a field; `otherwise` when the event has no such field. A field that is there and is something else is told:
 * it refuses the event (badge_refuse), whatever the badge then returns. A badge to which such a field is the same as a
 * missing one reads it by badge_read_int and its like.
 */

/* An integer, or a real number that is whole and within 64 bits. */
static inline int64_t badge_int(badge_call *call, const char *name, int64_t otherwise)
{
	int64_t value = otherwise;
	int32_t found = call->host->get_int(call, name, &value);
	if (found == BADGE_FIELD_WRONG_KIND)
		badge_refuse_field(call, name, "a whole number");
	return found == BADGE_FIELD_FOUND ? value : otherwise;
}

/* A real number or an integer. */
static inline double badge_real(badge_call *call, const char *name, double otherwise)
{
	double value = otherwise;
	int32_t found = call->host->get_real(call, name, &value);
	if (found == BADGE_FIELD_WRONG_KIND)
		badge_refuse_field(call, name, "a number");
	return found == BADGE_FIELD_FOUND ? value : otherwise;
}

/* True or false as 1 or 0. */
static inline int32_t badge_bool(badge_call *call, const char *name, int32_t otherwise)
{
	int32_t value = otherwise;
	int32_t found = call->host->get_bool(call, name, &value);
	if (found == BADGE_FIELD_WRONG_KIND)
		badge_refuse_field(call, name, "true or false");
	return found == BADGE_FIELD_FOUND ? value : otherwise;
}

/* A text field; a number or true/false as its text; an array or object as JSON text; else `otherwise`. */
static inline const char *badge_text(badge_call *call, const char *name, const char *otherwise)
{
	const char *value = call->host->get_text(call, name);
	return value ? value : otherwise;
}

/*
 * The same, for those who decide themselves what a field of another kind means: BADGE_FIELD_FOUND with the value;
 * BADGE_FIELD_MISSING or BADGE_FIELD_WRONG_KIND, and `value` is left alone: see badge_refuse_field. A real number that is not whole, or beyond 64 bits, is no integer.
 */
static inline int32_t badge_read_int(badge_call *call, const char *name, int64_t *value)
{
	return call->host->get_int(call, name, value);
}

static inline int32_t badge_read_real(badge_call *call, const char *name, double *value)
{
	return call->host->get_real(call, name, value);
}

static inline int32_t badge_read_bool(badge_call *call, const char *name, int32_t *value)
{
	return call->host->get_bool(call, name, value);
}

/* A text, or a number or true/false as its text. An array or object is of the wrong kind. */
static inline int32_t badge_read_text(badge_call *call, const char *name, const char **value)
{
	uint32_t type = call->host->type(call, name);
	if (type == BADGE_TYPE_NONE)
		return BADGE_FIELD_MISSING;
	if (type == BADGE_TYPE_JSON)
		return BADGE_FIELD_WRONG_KIND;
	const char *text = call->host->get_text(call, name);
	if (!text)
		return BADGE_FIELD_MISSING;
	*value = text;
	return BADGE_FIELD_FOUND;
}

/* ---- memory: what is remembered between events ------------------------------------------------------------------- */

/*
 * Memory is made of cells: tallies (64-bit numbers), notes (texts) and references to users. A cell is found by
 *
 *  - a name, which is declared (badge_memory): a name that is not, or is of another kind, fails the badge with a message that
 *    shows the line to add. It is looked up among the badge's own names first, then among the plugin's; in `observe` and the
 *    plugin's own `merge` among the plugin's only;
 *  - an owner: for names of users a user, NULL for the call's own (badge_user); for names of things (BADGE_OF_THING) the
 *    thing's name, which must be given: "post 7", or "site" where there is only one;
 *  - a key under the name: NULL for the plain cell. So is "", but for hashed keys, where the empty text is one like any other.
 *
 * Who a user is, the engine knows: owners, keys (BADGE_KEYS_USERS) and references (BADGE_KIND_USER) that are users follow a
 * user who is renamed or merged with another, and are gone when the user is forgotten. So do not write names of users into
 * other keys, into notes or into names of things: declare what is a user as one.
 *
 * Cells are stored with the event's awards, together or not at all; what a badge changed is undone when it fails. A tally
 * of 0 takes no room.
 */

/* The tally; 0 when there is none. */
static inline int64_t badge_tally_of(badge_call *call, const char *name, const char *owner, const char *key)
{
	return call->host->cell_number(call, name, owner, key);
}

/* Adds, and returns the new value. A sum beyond 64 bits refuses the event for the badge, as badge_refuse does, and changes nothing. */
static inline int64_t badge_tally_add_of(badge_call *call, const char *name, const char *owner, const char *key,
					 int64_t delta)
{
	return call->host->cell_add(call, name, owner, key, delta);
}

/* Sets the tally; 0 removes it. BADGE_OK or BADGE_FAILED. */
static inline int32_t badge_tally_set_of(badge_call *call, const char *name, const char *owner, const char *key,
					 int64_t value)
{
	return call->host->cell_set_number(call, name, owner, key, value);
}

/* The same, for the plain cell of the call's user. */
static inline int64_t badge_tally(badge_call *call, const char *name)
{
	return badge_tally_of(call, name, NULL, NULL);
}

static inline int64_t badge_tally_add(badge_call *call, const char *name, int64_t delta)
{
	return badge_tally_add_of(call, name, NULL, NULL, delta);
}

static inline int32_t badge_tally_set(badge_call *call, const char *name, int64_t value)
{
	return badge_tally_set_of(call, name, NULL, NULL, value);
}

/* The note, NULL when there is none. The text is valid until your function returns. */
static inline const char *badge_note_of(badge_call *call, const char *name, const char *owner, const char *key)
{
	return call->host->cell_text(call, name, owner, key);
}

/* Sets the note, which may be empty; NULL removes it. BADGE_OK or BADGE_FAILED. */
static inline int32_t badge_note_set_of(badge_call *call, const char *name, const char *owner, const char *key,
					const char *text)
{
	return call->host->cell_set_text(call, name, owner, key, text);
}

/* The same, for the plain cell of the call's user. */
static inline const char *badge_note(badge_call *call, const char *name)
{
	return badge_note_of(call, name, NULL, NULL);
}

static inline int32_t badge_note_set(badge_call *call, const char *name, const char *text)
{
	return badge_note_set_of(call, name, NULL, NULL, text);
}

/* The present name of the user that is referred to; NULL when there is none, or the user was forgotten. */
static inline const char *badge_user_ref(badge_call *call, const char *name, const char *owner, const char *key)
{
	return call->host->cell_user(call, name, owner, key);
}

/* Refers to a user, who may be new; NULL removes the reference. BADGE_OK or BADGE_FAILED. */
static inline int32_t badge_user_ref_set(badge_call *call, const char *name, const char *owner, const char *key,
					 const char *user)
{
	return call->host->cell_set_user(call, name, owner, key, user);
}

/* How many keys there are under a name, the plain cell not counted. Fast, however many. */
static inline int64_t badge_key_count(badge_call *call, const char *name, const char *owner)
{
	return call->host->key_count(call, name, owner);
}

/*
 * Lists the keys under a name, in an order of the engine's that stays: the one after `after`, the first for NULL. NULL at the
 * end. Keys that are users come as their present names; forgotten ones are passed over. Cells may be changed meanwhile. Hashed
 * keys cannot be listed.
 *
 * At most 10,000 calls in one judgement; more fail the badge. So keep what you need of many keys in a tally of its own, or
 * see badge_key_count. In `merge` there is no such bound.
 */
static inline const char *badge_key_next(badge_call *call, const char *name, const char *owner, const char *after)
{
	return call->host->key_next(call, name, owner, after);
}

/*
 * 64 bits of a keyed hash of a text of up to 65,536 bytes, the same for the life of the database and another in each. Keep it in
 * place of a text that may be a name and is only to be recognised: nobody can find out the text from it, and it takes 8 bytes.
 */
static inline int64_t badge_hash(badge_call *call, const char *text)
{
	return call->host->hash(call, text);
}

/* ---- merge: two users become one --------------------------------------------------------------------------------- */

/*
 * In `merge`, badge_user is the user who stays; all helpers of memory read and write that user's cells. These read the
 * cells of the user who goes, which are gone afterwards. Hashed keys cannot be listed here, either: names with them need a
 * rule. Outside of `merge` they fail the call.
 *
 * In `merge` there is no event: badge_event is "brabeion.merge", the id is empty, there are no fields, badge_at is the current
 * time. What can be changed is memory; and a badge, not the plugin as a whole, may ask by badge_later to be judged for what
 * both histories have earned together. badge_grant, badge_to and their like fail the call. Whether the rules of other names
 * have been applied by then is not defined.
 */
static inline int64_t badge_merged_tally(badge_call *call, const char *name, const char *key)
{
	return call->host->merged_number(call, name, key);
}

static inline const char *badge_merged_note(badge_call *call, const char *name, const char *key)
{
	return call->host->merged_text(call, name, key);
}

static inline const char *badge_merged_user_ref(badge_call *call, const char *name, const char *key)
{
	return call->host->merged_user(call, name, key);
}

static inline int64_t badge_merged_key_count(badge_call *call, const char *name)
{
	return call->host->merged_key_count(call, name);
}

static inline const char *badge_merged_key_next(badge_call *call, const char *name, const char *after)
{
	return call->host->merged_key_next(call, name, after);
}

/* ---- awards ------------------------------------------------------------------------------------------------------ */

/* The highest level of a badge (of any plugin) that the user holds, 0 for none. `user` NULL: the event's user. */
static inline int32_t badge_held(badge_call *call, const char *user, const char *slug)
{
	return call->host->held(call, user, slug);
}

/* How many awards of a badge (of any plugin) the user holds. `user` NULL: the event's user. */
static inline int64_t badge_held_count(badge_call *call, const char *user, const char *slug)
{
	return call->host->held_count(call, user, slug);
}

/*
 * The award that is being judged goes to this user instead of the event's. In `award` only. A user that is empty, too
 * long or not UTF-8 fails the badge. Returns BADGE_OK or BADGE_FAILED, which may be ignored.
 */
static inline int32_t badge_to(badge_call *call, const char *user)
{
	return call->host->to(call, user);
}

/*
 * The reason of the award that is being judged: a BADGE_MULTIPLE badge is held once per level and reason. Without it
 * the reason is the event's id, else a fresh number. In `award` only. It fails a badge that is not multiple.
 * Returns BADGE_OK or BADGE_FAILED, which may be ignored.
 */
static inline int32_t badge_for(badge_call *call, const char *reason)
{
	return call->host->for_reason(call, reason);
}

/*
 * The award that is being judged, and those of badge_grant from here on, were earned at this time, in microseconds since 1970
 * UTC, instead of the event's; the last of several calls counts. In `award` only. For a badge that counts it is the latest time
 * of what was counted, so that an event that comes late does not date the award to a moment at which it was not earned. A time outside the years 0000 to 9999 fails the badge. Returns BADGE_OK or BADGE_FAILED, which may be
 * ignored.
 */
static inline int32_t badge_earned_at(badge_call *call, int64_t at)
{
	return call->host->earned_at(call, at);
}

/*
 * A further award in the same call: a badge of the same plugin, by its slug in use. `user` NULL: the event's user;
 * `reason` NULL: none. It was earned at the event's time, or that of badge_earned_at. An award already held is ignored. In `award` and `observe`. BADGE_OK or BADGE_FAILED.
 */
static inline int32_t badge_grant(badge_call *call, const char *slug, int32_t level, const char *user,
				  const char *reason)
{
	return call->host->grant(call, slug, level, user, reason);
}

/* ---- freeze: changes to the badge's own copy of the state -------------------------------------------------------- */

/*
 * Set or replace a field of the frozen state, within the bounds of an event's fields. In `freeze` only. They return
 * BADGE_OK or BADGE_FAILED, which may be ignored.
 */
static inline int32_t badge_set_int(badge_call *call, const char *name, int64_t value)
{
	return call->host->set_int(call, name, value);
}

static inline int32_t badge_set_real(badge_call *call, const char *name, double value)
{
	return call->host->set_real(call, name, value);
}

static inline int32_t badge_set_bool(badge_call *call, const char *name, int32_t value)
{
	return call->host->set_bool(call, name, value);
}

static inline int32_t badge_set_text(badge_call *call, const char *name, const char *value)
{
	return call->host->set_text(call, name, value);
}

/* ---- later: to be judged again at a time ------------------------------------------------------------------------- */

static inline badge_field badge_field_int(const char *name, int64_t value)
{
	badge_field field;
	field.name = name;
	field.type = BADGE_TYPE_INT;
	field.reserved = 0;
	field.value.integer = value;
	return field;
}

static inline badge_field badge_field_real(const char *name, double value)
{
	badge_field field = badge_field_int(name, 0);
	field.type = BADGE_TYPE_REAL;
	field.value.real = value;
	return field;
}

static inline badge_field badge_field_bool(const char *name, int32_t value)
{
	badge_field field = badge_field_int(name, value != 0);
	field.type = BADGE_TYPE_BOOL;
	return field;
}

static inline badge_field badge_field_text(const char *name, const char *value)
{
	badge_field field = badge_field_int(name, 0);
	field.type = BADGE_TYPE_TEXT;
	field.value.text = value;
	return field;
}

/* An array or object, as JSON text. */
static inline badge_field badge_field_json(const char *name, const char *value)
{
	badge_field field = badge_field_text(name, value);
	field.type = BADGE_TYPE_JSON;
	return field;
}

/*
 * Asks for this badge to be judged again for the event's user at a time, in microseconds since 1970 UTC. `award` then
 * gets an event "brabeion.due" (badge_is_due) without an id, with the time `at` and the fields `state`, which are copied;
 * `state` may be NULL with a `count` of 0. A time in the past is due at once.
 *
 * The request is stored with the judgement's changes: dropped when the badge fails, and judged once, also across
 * restarts. Several may wait for one badge and user; they are judged in the order of their times, then of their requests.
 *
 * In `award` and in a badge's `merge`, at most 100 times in one call. When the event is due itself, `at` must be later than its time.
 * Returns BADGE_OK; or BADGE_FAILED, and the badge has failed.
 */
static inline int32_t badge_later(badge_call *call, int64_t at, const badge_field *state, uint32_t count)
{
	return call->host->later(call, at, state, (uint32_t)sizeof(badge_field), count);
}

/* 1 when badge_later asked for the event, else 0. */
static inline int32_t badge_is_due(badge_call *call)
{
	return badge_event_is(call, "brabeion.due");
}

/* ---- progress: how far a user is --------------------------------------------------------------------------------- */

/*
 * Reports the user's progress towards the level that `progress` was called for: 37 of 100. In `progress` only; the last of
 * several calls counts.
 *
 * `goal` is at least 1; less fails the call. `done` is cut to 0 and the goal: a user who has done enough may still have to
 * wait for the next event to earn the level. Both are in the badge's own unit.
 *
 * The engine calls `progress` for the lowest level that the user can still earn. For a BADGE_MULTIPLE badge, whose levels are
 * earned repeatedly, it calls it for level 1, then for the next one while the report is complete.
 *
 * In `progress` there is no event: badge_event is "brabeion.progress", the id is empty, there are no fields. badge_user is
 * the user in question, badge_at the current time. Memory and awards are read from one snapshot of committed data.
 * Changes (badge_tally_add, badge_note_set, badge_grant, badge_later ...) fail the call, as badge_fail does: the caller
 * then gets the message in place of progress. The failure does not count against the badge. Judging does not wait for
 * `progress`; the caller does.
 *
 * Returns BADGE_OK or BADGE_FAILED, so that `return badge_progress(call, done, goal);` reads well.
 */
static inline int32_t badge_progress(badge_call *call, int64_t done, int64_t goal)
{
	return call->host->progress(call, done, goal);
}

/* ---- errors and log ---------------------------------------------------------------------------------------------- */

/*
 * Fails the badge for this event, with a message for the operator's log (cut at 511 bytes): its changes are dropped,
 * and it earns nothing, whatever `award` returns. Other badges are not touched. Returns BADGE_FAILED, so that
 * `return badge_fail(call, ...)` reads well.
 */
static inline int32_t badge_fail(badge_call *call, const char *format, ...) BADGE_PRINTF(2, 3);
static inline int32_t badge_fail(badge_call *call, const char *format, ...)
{
	char message[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	call->host->fail(call, message);
	return BADGE_FAILED;
}

/*
 * Refuses the event for this badge, because its data is wrong: `score` is -5. The message (cut at 511 bytes) is for whoever
 * sent it: it is in the event's result, and in the log at "info". As with badge_fail, the badge's changes are dropped, it earns
 * nothing, and other badges are not touched; but nothing has failed: it brings no badge nearer to its quarantine, and no job is
 * repeated. In `award`, `freeze` and `observe`; elsewhere it is badge_fail. Returns BADGE_REFUSED, so that
 * `return badge_refuse(call, ...)` reads well.
 */
static inline int32_t badge_refuse(badge_call *call, const char *format, ...)
{
	char message[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	call->host->refuse(call, message);
	return BADGE_REFUSED;
}

/*
 * Whether somebody wants to know why: 1 while there is a journal that keeps what badge_explain says. It costs next to nothing,
 * so that a text need not be made for nobody.
 */
static inline int32_t badge_is_explained(badge_call *call)
{
	return call->host->explain(call, NULL);
}

/*
 * Says why the event earned nothing, for `brabeion explain`: "score is 8, from 10 is needed". Kept with the badge's answer where
 * there is a journal, cut at 255 bytes; the last of several calls counts. Whoever may read the journal reads it. In `award` only;
 * elsewhere nothing is done.
 */
static inline void badge_explain(badge_call *call, const char *format, ...) BADGE_PRINTF(2, 3);
static inline void badge_explain(badge_call *call, const char *format, ...)
{
	char message[256];
	va_list arguments;
	if (!badge_is_explained(call))
		return;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	call->host->explain(call, message);
}

/* Writes to the engine's log under the badge's name. `level` is BADGE_LOG_*. The message is cut at 511 bytes. */
static inline void badge_log(badge_call *call, int32_t level, const char *format, ...) BADGE_PRINTF(3, 4);
static inline void badge_log(badge_call *call, int32_t level, const char *format, ...)
{
	char message[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	call->host->log(call, level, message);
}

/* ---- settings (in open) ------------------------------------------------------------------------------------------ */

/*
 * Settings come from badges.yaml, typed and nested. A path names one: "count", "window.days", "at.0" (lists count
 * from 0), "" for the whole. A setting of the wrong type is reported with its line and column and refuses the
 * badge; so is a setting that `open` never asked for, with the nearest name that it did ask for.
 */

/* The slug that the badge has in badges.yaml. In a plugin's own `open` the plugin's id. */
static inline const char *badge_setup_slug(badge_setup *setup)
{
	return setup->host->setup_slug(setup);
}

/* The number of levels, with `levels:` of badges.yaml. 0 in a plugin's own `open`. */
static inline uint32_t badge_setup_level_count(badge_setup *setup)
{
	return setup->host->setup_level_count(setup);
}

/*
 * 1 when badges.yaml says `temporary: true`, else 0. The badge's levels above the one that `award` returns then lapse. So
 * at each event `award` must return the level that the user has reached as of now, or BADGE_UNCHANGED where the event has
 * nothing to do with it: one that comes late, say, or again. In the `open` of a definition; in a plugin's own it is 0.
 */
static inline int32_t badge_setup_is_temporary(badge_setup *setup)
{
	return BADGE_HOST_HAS(setup->host, setup_is_temporary) && setup->host->setup_is_temporary(setup);
}

/* BADGE_TYPE_*: BADGE_TYPE_JSON for a list or mapping, BADGE_TYPE_NONE when it is not there. */
static inline uint32_t badge_setting_type(badge_setup *setup, const char *path)
{
	return setup->host->setting_type(setup, path);
}

/* How many items a list or mapping has; 0 when it is not there; -1 when it is neither. */
static inline int64_t badge_setting_count(badge_setup *setup, const char *path)
{
	return setup->host->setting_count(setup, path);
}

/* The index-th key of a mapping, from 0; NULL past the end. */
static inline const char *badge_setting_key(badge_setup *setup, const char *path, uint32_t index)
{
	return setup->host->setting_key(setup, path, index);
}

static inline int64_t badge_setting_int(badge_setup *setup, const char *path, int64_t otherwise)
{
	return setup->host->setting_int(setup, path, otherwise);
}

static inline double badge_setting_real(badge_setup *setup, const char *path, double otherwise)
{
	return setup->host->setting_real(setup, path, otherwise);
}

static inline int32_t badge_setting_bool(badge_setup *setup, const char *path, int32_t otherwise)
{
	return setup->host->setting_bool(setup, path, otherwise);
}

/* The text is valid until `open` returns. */
static inline const char *badge_setting_text(badge_setup *setup, const char *path, const char *otherwise)
{
	return setup->host->setting_text(setup, path, otherwise);
}

/*
 * The badge only wants events whose field has this value, compared as text, as badge_text gives it: "blue", "5", "true".
 * The engine then judges no other event of those that the badge listens to, without asking the badge: `award` and `freeze` are
 * not called, and a temporary badge keeps its levels. Several values of one field: any of them. Several fields: each of
 * them. At most 16 values in all, of at most 255 bytes. "brabeion.due" always comes.
 *
 * In the `open` of a definition only; in a plugin's own it fails. Returns BADGE_OK or BADGE_FAILED, which may be ignored.
 */
static inline int32_t badge_setup_expect(badge_setup *setup, const char *field, const char *value)
{
	return setup->host->setup_expect(setup, field, value);
}

/*
 * The same for the events of one name: those of other names are judged whatever their fields are. What badge_setup_expect
 * declares holds for them, too; the 16 values are of both together.
 */
static inline int32_t badge_setup_expect_in(badge_setup *setup, const char *event, const char *field,
					    const char *value)
{
	return setup->host->setup_expect_in(setup, event, field, value);
}

/*
 * The badge is judged for the user that this field of the event names, the author of a post that is liked, say, and not for
 * the one whose event it is: badge_user, memory, levels that lapse, the award and badge_later are of that user. An event
 * without the field is passed over; one in which it is no text or number of 1 to 255 bytes is refused. Events that the engine
 * raises or badge_later asked for come as ever.
 *
 * In the `open` of a definition only; the last of several calls counts. Returns BADGE_OK or BADGE_FAILED, which may be ignored.
 */
static inline int32_t badge_setup_subject(badge_setup *setup, const char *field)
{
	return setup->host->setup_subject(setup, field);
}

/*
 * The badge listens to the events of this name, too, beside those of its definition or of badges.yaml: one that a setting names. At
 * most 16 calls that add one. In the `open` of a definition only. Returns BADGE_OK or BADGE_FAILED, which may be ignored.
 */
static inline int32_t badge_setup_listen(badge_setup *setup, const char *event)
{
	return setup->host->setup_listen(setup, event);
}

/*
 * This use of the definition may be earned many times, as if it had BADGE_MULTIPLE. In the `open` of a definition only. A badge
 * that is `temporary: true` is refused then. Returns BADGE_OK or BADGE_FAILED, which may be ignored.
 */
static inline int32_t badge_setup_multiple(badge_setup *setup)
{
	return setup->host->setup_multiple(setup);
}

/*
 * Refuses the badge with a message that is shown with the line and column of the setting at `path` ("" for all
 * settings). Returns BADGE_FAILED. The message is cut at 511 bytes.
 */
static inline int32_t badge_setup_fail(badge_setup *setup, const char *path, const char *format, ...)
	BADGE_PRINTF(3, 4);
static inline int32_t badge_setup_fail(badge_setup *setup, const char *path, const char *format, ...)
{
	char message[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	setup->host->setup_fail(setup, path, message);
	return BADGE_FAILED;
}

/* The one symbol that a plugin exports. The macros below define it. */
extern BADGE_EXPORT const badge_plugin badge_plugin_v1;

#ifdef __cplusplus
} /* extern "C" */
#endif

/* ---- the author's macros ----------------------------------------------------------------------------------------- */

/*
 * One badge without memory, short form; the plugin's id is the slug. C11, C++17, C++20.
 *
 *	BADGE("points", levels, events, award);
 *
 * One badge with any field, by name: .slug .flags .award .freeze .open .close .progress .merge, and the three macros. C11,
 * C++20 (there in this order: slug, levels, events, memory, flags, award, freeze, open, close, progress, merge).
 *
 *	static const badge_memory memory[] = {
 *		BADGE_TALLY("comments"),                                  // a number of the user; merging sums
 *		BADGE_NOTE("title"),                                      // a text of the user
 *		BADGE_MEMORY("best", BADGE_MERGE_MAX),                    // a number of the user; merging keeps the greater
 *		BADGE_MEMORY("seen", BADGE_KEYS_HASHED),                  // the members of a set
 *		BADGE_MEMORY("author", BADGE_OF_THING | BADGE_KIND_USER), // the author of a post
 *		BADGE_MEMORY("voters", BADGE_OF_THING | BADGE_KEYS_USERS),
 *		BADGE_MEMORY("days", BADGE_KIND_TEXT | BADGE_MERGE_OWN),  // merged by .merge
 *	};
 *	BADGE_PLUGIN("points", .slug = "points", BADGE_LEVELS(levels), BADGE_EVENTS(events), BADGE_REMEMBERS(memory),
 *	             .flags = BADGE_MULTIPLE, .award = award, .open = open_badge, .close = close_badge, .merge = merge);
 *
 * A pack of badges that share memory, with an observe of their own if they like. C11, C++20 (in this order: version,
 * needs_minor, badges, watches, memory, open, close, observe, merge).
 *
 *	BADGE_DEFINE(student, .slug = "student", BADGE_LEVELS(student_levels), BADGE_EVENTS(votes), .award = ...);
 *	BADGE_DEFINE(teacher, .slug = "teacher", BADGE_LEVELS(teacher_levels), BADGE_EVENTS(votes), .award = ...);
 *
 *	static const badge_definition *const badges[] = { &student, &teacher };
 *	BADGE_PACK("school", .version = "1.0", BADGE_BADGES(badges), BADGE_WATCHES(votes), BADGE_REMEMBERS(memory),
 *	           .observe = observe);
 *
 * C++17 has no names of fields: give them in that order, the arrays without a macro. Those at the end may be left out.
 *
 *	BADGE_PLUGIN("points", "points", levels, events, memory, BADGE_MULTIPLE, award);
 *
 * Each takes its semicolon, and one of BADGE, BADGE_PLUGIN and BADGE_PACK makes a plugin. Arrays are given by name:
 * their length is counted.
 */
#define BADGE_LEVEL(name, description) \
	{                              \
		name, description      \
	}
#define BADGE_MEMORY(name, flags) \
	{                         \
		name, flags, 0    \
	}
#define BADGE_TALLY(name) BADGE_MEMORY(name, BADGE_OF_USER | BADGE_KIND_NUMBER)
#define BADGE_NOTE(name) BADGE_MEMORY(name, BADGE_OF_USER | BADGE_KIND_TEXT)
#define BADGE_COUNT_OF(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

#ifndef __cplusplus

#define BADGE_LEVELS(array) .levels = (array), .level_count = BADGE_COUNT_OF(array)
#define BADGE_EVENTS(array) .events = (array), .event_count = BADGE_COUNT_OF(array)
#define BADGE_REMEMBERS(array) .memory = (array), .memory_count = BADGE_COUNT_OF(array)
#define BADGE_BADGES(array) .badges = (array), .badge_count = BADGE_COUNT_OF(array)
#define BADGE_WATCHES(array) .watches = (array), .watch_count = BADGE_COUNT_OF(array)

#define BADGE_DEFINE(variable, ...)                                                                   \
	static const badge_definition variable = { .struct_size = (uint32_t)sizeof(badge_definition), \
						   .level_size = (uint32_t)sizeof(badge_level),       \
						   .memory_size = (uint32_t)sizeof(badge_memory),     \
						   __VA_ARGS__ }

#define BADGE_PACK(plugin_id, ...)                                                            \
	const badge_plugin badge_plugin_v1 = { .magic = BADGE_MAGIC,                          \
					       .struct_size = (uint32_t)sizeof(badge_plugin), \
					       .header_minor = BADGE_ABI_MINOR,               \
					       .id = plugin_id,                               \
					       .memory_size = (uint32_t)sizeof(badge_memory), \
					       __VA_ARGS__ }

#define BADGE_PLUGIN(plugin_id, ...)                                                \
	BADGE_DEFINE(badge_the_one, __VA_ARGS__);                                   \
	static const badge_definition *const badge_the_only[] = { &badge_the_one }; \
	BADGE_PACK(plugin_id, BADGE_BADGES(badge_the_only))

#define BADGE(badge_slug_, levels_, events_, award_) \
	BADGE_PLUGIN(badge_slug_, .slug = badge_slug_, BADGE_LEVELS(levels_), BADGE_EVENTS(events_), .award = award_)

#else /* C++: the same words, with the functions wrapped so that no exception leaves them */

namespace badge_cxx
{

/* An array and its length; made of an array, too. */
template <typename T> struct list {
	const T *items = nullptr;
	uint32_t count = 0;

	constexpr list() = default;
	constexpr list(const T *items_, uint32_t count_) : items(items_), count(count_)
	{
	}
	template <size_t N> constexpr list(const T (&array)[N]) : items(array), count(uint32_t(N))
	{
	}
};

/* What the author writes, in the order in which C++20 wants it. */
struct definition {
	const char *slug = nullptr;
	list<badge_level> levels = {};
	list<const char *> events = {};
	list<badge_memory> memory = {};
	uint32_t flags = 0;
	int32_t (*award)(void *self, badge_call *call) = nullptr;
	void (*freeze)(void *self, badge_call *call) = nullptr;
	int32_t (*open)(badge_setup *setup, void **self) = nullptr;
	void (*close)(void *self) = nullptr;
	int32_t (*progress)(void *self, badge_call *call, int32_t level) = nullptr;
	int32_t (*merge)(void *self, badge_call *call) = nullptr;
};

struct plugin {
	const char *version = nullptr;
	uint16_t needs_minor = 0;
	list<const badge_definition *> badges = {};
	list<const char *> watches = {};
	list<badge_memory> memory = {};
	int32_t (*open)(badge_setup *setup, void **self) = nullptr;
	void (*close)(void *self) = nullptr;
	int32_t (*observe)(void *self, badge_call *call) = nullptr;
	int32_t (*merge)(void *self, badge_call *call) = nullptr;
};

/* The guarded function where the author gave one. */
template <typename F, typename G> constexpr F where_given(F given, G mine)
{
	return given != nullptr ? F(mine) : nullptr;
}

#if defined(__cpp_exceptions) || defined(__EXCEPTIONS)
#define BADGE_CXX_GUARDED(call_, failed_)                             \
	try {                                                         \
		call_;                                                \
	} catch (const std::exception &problem) {                     \
		failed_(problem.what());                              \
	} catch (...) {                                               \
		failed_("an exception that is not a std::exception"); \
	}
#else
#define BADGE_CXX_GUARDED(call_, failed_) \
	(void)(failed_);                  \
	call_
#endif

template <const definition &D> struct guarded {
	static int32_t award(void *self, badge_call *call) noexcept
	{
		int32_t answer = BADGE_FAILED;
		const auto failed = [call](const char *what) { badge_fail(call, "%s", what); };
		BADGE_CXX_GUARDED(answer = D.award(self, call), failed);
		return answer;
	}
	static void freeze(void *self, badge_call *call) noexcept
	{
		const auto failed = [call](const char *what) { badge_fail(call, "%s", what); };
		BADGE_CXX_GUARDED(D.freeze(self, call), failed);
	}
	static int32_t open(badge_setup *setup, void **self) noexcept
	{
		int32_t answer = BADGE_FAILED;
		const auto failed = [setup](const char *what) { badge_setup_fail(setup, "", "%s", what); };
		BADGE_CXX_GUARDED(answer = D.open(setup, self), failed);
		return answer;
	}
	static void close(void *self) noexcept
	{
		const auto failed = [](const char *) {};
		BADGE_CXX_GUARDED(D.close(self), failed);
	}
	static int32_t progress(void *self, badge_call *call, int32_t level) noexcept
	{
		int32_t answer = BADGE_FAILED;
		const auto failed = [call](const char *what) { badge_fail(call, "%s", what); };
		BADGE_CXX_GUARDED(answer = D.progress(self, call, level), failed);
		return answer;
	}
	static int32_t merge(void *self, badge_call *call) noexcept
	{
		int32_t answer = BADGE_FAILED;
		const auto failed = [call](const char *what) { badge_fail(call, "%s", what); };
		BADGE_CXX_GUARDED(answer = D.merge(self, call), failed);
		return answer;
	}
	static constexpr badge_definition made()
	{
		return { uint32_t(sizeof(badge_definition)),
			 uint32_t(sizeof(badge_level)),
			 D.slug,
			 D.levels.items,
			 D.events.items,
			 D.memory.items,
			 D.levels.count,
			 D.events.count,
			 D.memory.count,
			 uint32_t(sizeof(badge_memory)),
			 D.flags,
			 0,
			 where_given(D.award, award),
			 where_given(D.freeze, freeze),
			 where_given(D.open, open),
			 where_given(D.close, close),
			 where_given(D.progress, progress),
			 where_given(D.merge, merge) };
	}
};

template <const plugin &P> struct guarded_plugin {
	static int32_t open(badge_setup *setup, void **self) noexcept
	{
		int32_t answer = BADGE_FAILED;
		const auto failed = [setup](const char *what) { badge_setup_fail(setup, "", "%s", what); };
		BADGE_CXX_GUARDED(answer = P.open(setup, self), failed);
		return answer;
	}
	static void close(void *self) noexcept
	{
		const auto failed = [](const char *) {};
		BADGE_CXX_GUARDED(P.close(self), failed);
	}
	static int32_t observe(void *self, badge_call *call) noexcept
	{
		int32_t answer = BADGE_FAILED;
		const auto failed = [call](const char *what) { badge_fail(call, "%s", what); };
		BADGE_CXX_GUARDED(answer = P.observe(self, call), failed);
		return answer;
	}
	static int32_t merge(void *self, badge_call *call) noexcept
	{
		int32_t answer = BADGE_FAILED;
		const auto failed = [call](const char *what) { badge_fail(call, "%s", what); };
		BADGE_CXX_GUARDED(answer = P.merge(self, call), failed);
		return answer;
	}
	static constexpr badge_plugin made(const char *id)
	{
		return { BADGE_MAGIC,
			 uint32_t(sizeof(badge_plugin)),
			 BADGE_ABI_MINOR,
			 P.needs_minor,
			 0,
			 id,
			 P.version,
			 P.badges.items,
			 P.watches.items,
			 P.memory.items,
			 P.badges.count,
			 P.watches.count,
			 P.memory.count,
			 uint32_t(sizeof(badge_memory)),
			 where_given(P.open, open),
			 where_given(P.close, close),
			 where_given(P.observe, observe),
			 where_given(P.merge, merge) };
	}
};

#undef BADGE_CXX_GUARDED

} /* namespace badge_cxx */

#define BADGE_LEVELS(array) .levels = { array, BADGE_COUNT_OF(array) }
#define BADGE_EVENTS(array) .events = { array, BADGE_COUNT_OF(array) }
#define BADGE_REMEMBERS(array) .memory = { array, BADGE_COUNT_OF(array) }
#define BADGE_BADGES(array) .badges = { array, BADGE_COUNT_OF(array) }
#define BADGE_WATCHES(array) .watches = { array, BADGE_COUNT_OF(array) }

#define BADGE_CXX_DEFINE(variable, ...)                                                 \
	static constexpr badge_cxx::definition variable##_as_written = { __VA_ARGS__ }; \
	static constexpr badge_definition variable = badge_cxx::guarded<variable##_as_written>::made()

#define BADGE_CXX_PACK(plugin_id, ...)                                                \
	static constexpr badge_cxx::plugin badge_plugin_as_written = { __VA_ARGS__ }; \
	const badge_plugin badge_plugin_v1 = badge_cxx::guarded_plugin<badge_plugin_as_written>::made(plugin_id)

#define BADGE_DEFINE(variable, ...) BADGE_CXX_DEFINE(variable, __VA_ARGS__)
#define BADGE_PACK(plugin_id, ...) BADGE_CXX_PACK(plugin_id, __VA_ARGS__)

#define BADGE_CXX_ONE(plugin_id)                                                    \
	static const badge_definition *const badge_the_only[] = { &badge_the_one }; \
	BADGE_CXX_PACK(plugin_id, nullptr, 0, badge_the_only)

#define BADGE_PLUGIN(plugin_id, ...)                  \
	BADGE_CXX_DEFINE(badge_the_one, __VA_ARGS__); \
	BADGE_CXX_ONE(plugin_id)

#define BADGE(badge_slug_, levels_, events_, award_)                                   \
	BADGE_CXX_DEFINE(badge_the_one, badge_slug_, levels_, events_, {}, 0, award_); \
	BADGE_CXX_ONE(badge_slug_)

#endif

#endif
