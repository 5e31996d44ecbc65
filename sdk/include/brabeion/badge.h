/*
 * brabeion/badge.h: the plugin ABI, and all that a badge author needs. ABI version 1, header minor 2.
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
 * In this order: the structs that cross the border, the helpers for `award`, `observe`, `freeze` and `progress`, the helpers
 * for `open`, and the author's macros at the end.
 *
 * Rules for a plugin's functions:
 *
 *  - `award`, `observe`, `freeze` and `progress` of one instance may run on many threads at once. Keep
 *    changing data in memory (badge_tally, badge_note), not in variables: memory is transactional and shared by all
 *    processes. Hold no lock of your own across a call of a helper.
 *  - `open` and `close` of one instance run on one thread each, before the first and after the last judgement. During
 *    a reload one instance may be opened and another closed while a third judges. An unchanged instance is kept;
 *    `close` may run on a thread of the engine.
 *  - A badge_call or badge_setup is valid until your function returns, and only on the thread it came on. So is every
 *    text that a helper returns. Copy what you keep.
 *  - Never let an exception, longjmp or pthread_exit leave your function. In C++ the macros catch exceptions for you
 *    and fail the badge with their what().
 *  - Nothing is freed across the border. The engine copies all texts of your descriptors.
 *
 * Text is UTF-8. Bounds: slugs, names of events, fields and memory 100 bytes (slugs of [a-z0-9._-]); users, subjects
 * and reasons 255 bytes; notes 65,536 bytes. Times are microseconds since 1970-01-01T00:00:00Z. Levels count from 1.
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

#define BADGE_MAGIC 0x31444742u /* "BGD1" as bytes on a little-endian machine */
#define BADGE_ABI_MAJOR 1
#define BADGE_ABI_MINOR 2

/* What `award` returns: BADGE_NOT_EARNED, or a level from 1 up, or BADGE_FAILED (see badge_fail). */
#define BADGE_NOT_EARNED 0

/* What `open`, `observe` and some helpers return. */
#define BADGE_OK 0
#define BADGE_FAILED (-1)      /* failed, with a message from badge_fail or badge_setup_fail */
#define BADGE_UNSUPPORTED (-2) /* this engine is older than the helper */

/* badge_definition.flags: the low 16 bits are required, an engine that does not know one refuses the plugin; the
 * high 16 bits are optional, an engine that does not know one ignores it. */
#define BADGE_MULTIPLE 0x0001u           /* may be earned many times, told apart by reason: see badge_for */
#define BADGE_ASYNC 0x0002u              /* judged later, by a worker: see badge_definition.freeze */
#define BADGE_LEVELS_FROM_CONFIG 0x0004u /* `levels:` in badges.yaml may give another number of levels */

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

/* One named value of the state for badge_later. Made by badge_field_int(), _real(), _bool() and _text(). Since 1.1. */
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
	uint32_t level_count;
	uint32_t event_count;
	uint32_t flags;
	uint32_t reserved; /* 0 */

	/*
	 * Judges the event of `call`. Threads: any, concurrently. `self` is what `open` stored, or NULL. For an async
	 * badge it may run more than once per event: its changes and awards apply once.
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
	 * Optional, since 1.2: reports the progress of the call's user towards a level, from 1 to level_count, by
	 * badge_progress(), and returns its result. BADGE_OK without that call: there is nothing to report.
	 * Threads: any, concurrently, also while events are judged. There is no event: see badge_progress().
	 */
	int32_t (*progress)(void *self, badge_call *call, int32_t level);
} badge_definition;

typedef struct badge_plugin {
	uint32_t magic;        /* BADGE_MAGIC */
	uint32_t struct_size;  /* sizeof(badge_plugin) when compiled */
	uint16_t header_minor; /* BADGE_ABI_MINOR when compiled */
	uint16_t needs_minor;  /* the least engine minor it can live with */
	uint32_t flags;        /* none yet; low 16 bits required, high 16 optional */
	const char *id;        /* the plugin's own name: the scope of its memory */
	const char *version;   /* informational; may be NULL */
	const badge_definition *const *badges;
	const char *const *watches; /* the events that `observe` sees */
	uint32_t badge_count;
	uint32_t watch_count;

	/* Optional: reads the plugin's own settings. Its `self` is given to `observe` and `close` of the plugin. */
	int32_t (*open)(badge_setup *setup, void **self);
	void (*close)(void *self);

	/* Optional: sees each watched event once, before the plugin's badges do. BADGE_OK or BADGE_FAILED. */
	int32_t (*observe)(void *self, badge_call *call);
} badge_plugin;

/*
 * The engine's functions. Append-only: a plugin looks at struct_size before it uses a function that came after
 * version 1.0. Authors use the helpers below, never this table.
 *
 * A function that fails for the engine's reasons (the database, for example) fails the whole event. One that fails for the
 * plugin's reasons (a name too long, a sum that overflows) fails the badge. In both cases the return value of `award` is
 * ignored.
 */
struct badge_host {
	uint32_t struct_size;
	uint16_t abi_major;
	uint16_t abi_minor;

	/* 1.0: the event */
	const char *(*slug)(badge_call *call);
	const char *(*event)(badge_call *call);
	const char *(*user)(badge_call *call);
	const char *(*event_id)(badge_call *call);
	int64_t (*at)(badge_call *call);
	uint32_t (*type)(badge_call *call, const char *name);
	int32_t (*get_int)(badge_call *call, const char *name, int64_t *value);
	int32_t (*get_real)(badge_call *call, const char *name, double *value);
	int32_t (*get_bool)(badge_call *call, const char *name, int32_t *value);
	const char *(*get_text)(badge_call *call, const char *name);

	/* 1.0: memory and awards */
	int64_t (*tally)(badge_call *call, const char *name, const char *subject);
	int64_t (*tally_add)(badge_call *call, const char *name, const char *subject, int64_t delta);
	int32_t (*tally_set)(badge_call *call, const char *name, const char *subject, int64_t value);
	const char *(*note)(badge_call *call, const char *name, const char *subject);
	int32_t (*note_set)(badge_call *call, const char *name, const char *subject, const char *text);
	int32_t (*held)(badge_call *call, const char *user, const char *slug);
	int64_t (*held_count)(badge_call *call, const char *user, const char *slug);
	int32_t (*to)(badge_call *call, const char *user);
	int32_t (*for_reason)(badge_call *call, const char *reason);
	int32_t (*grant)(badge_call *call, const char *slug, int32_t level, const char *user, const char *reason);

	/* 1.0: freeze */
	int32_t (*set_int)(badge_call *call, const char *name, int64_t value);
	int32_t (*set_real)(badge_call *call, const char *name, double value);
	int32_t (*set_bool)(badge_call *call, const char *name, int32_t value);
	int32_t (*set_text)(badge_call *call, const char *name, const char *value);

	/* 1.0: errors and log */
	void (*fail)(badge_call *call, const char *message);
	void (*log)(badge_call *call, int32_t level, const char *message);

	/* 1.0: opening */
	const char *(*setup_slug)(badge_setup *setup);
	uint32_t (*setup_level_count)(badge_setup *setup);
	uint32_t (*setting_type)(badge_setup *setup, const char *path);
	int64_t (*setting_count)(badge_setup *setup, const char *path);
	const char *(*setting_key)(badge_setup *setup, const char *path, uint32_t index);
	int64_t (*setting_int)(badge_setup *setup, const char *path, int64_t otherwise);
	double (*setting_real)(badge_setup *setup, const char *path, double otherwise);
	int32_t (*setting_bool)(badge_setup *setup, const char *path, int32_t otherwise);
	const char *(*setting_text)(badge_setup *setup, const char *path, const char *otherwise);
	void (*setup_fail)(badge_setup *setup, const char *path, const char *message);

	/* 1.1: judging again later; `field_size` is the stride of `state` */
	int32_t (*later)(badge_call *call, int64_t at, const badge_field *state, uint32_t field_size, uint32_t count);

	/* 1.2: progress */
	int32_t (*progress)(badge_call *call, int64_t done, int64_t goal);
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

/* The user of the event. */
static inline const char *badge_user(badge_call *call)
{
	return call->host->user(call);
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

/* ---- state: the event's named values ----------------------------------------------------------------------------- */

/* BADGE_TYPE_*; BADGE_TYPE_NONE when the event has no such field. */
static inline uint32_t badge_type(badge_call *call, const char *name)
{
	return call->host->type(call, name);
}

/* An integer field, or a real one that is a whole number within 64 bits; else `otherwise`. */
static inline int64_t badge_int(badge_call *call, const char *name, int64_t otherwise)
{
	int64_t value = otherwise;
	return call->host->get_int(call, name, &value) ? value : otherwise;
}

/* A real or integer field; else `otherwise`. */
static inline double badge_real(badge_call *call, const char *name, double otherwise)
{
	double value = otherwise;
	return call->host->get_real(call, name, &value) ? value : otherwise;
}

/* A true/false field as 1 or 0; else `otherwise`. */
static inline int32_t badge_bool(badge_call *call, const char *name, int32_t otherwise)
{
	int32_t value = otherwise;
	return call->host->get_bool(call, name, &value) ? value : otherwise;
}

/* A text field; a number or true/false as its text; an array or object as JSON text; else `otherwise`. */
static inline const char *badge_text(badge_call *call, const char *name, const char *otherwise)
{
	const char *value = call->host->get_text(call, name);
	return value ? value : otherwise;
}

/* ---- memory: what the plugin remembers between events ------------------------------------------------------------ */

/*
 * Tallies are 64-bit numbers, notes are texts; each lives under a name and a subject (a user, a post, "" ...). All
 * badges of one plugin id share them. They are stored with the event's awards, together or not at all; what a badge
 * changed is undone when it fails.
 */

/* The tally, 0 when there is none yet. */
static inline int64_t badge_tally(badge_call *call, const char *name, const char *subject)
{
	return call->host->tally(call, name, subject);
}

/* Adds, and returns the new value. A sum beyond 64 bits fails the badge and changes nothing. */
static inline int64_t badge_tally_add(badge_call *call, const char *name, const char *subject, int64_t delta)
{
	return call->host->tally_add(call, name, subject, delta);
}

/* Sets the tally. BADGE_OK or BADGE_FAILED. */
static inline int32_t badge_tally_set(badge_call *call, const char *name, const char *subject, int64_t value)
{
	return call->host->tally_set(call, name, subject, value);
}

/* The note, NULL when there is none. The text is valid until your function returns. */
static inline const char *badge_note(badge_call *call, const char *name, const char *subject)
{
	return call->host->note(call, name, subject);
}

/* Sets the note, or removes it with NULL. BADGE_OK or BADGE_FAILED. */
static inline int32_t badge_note_set(badge_call *call, const char *name, const char *subject, const char *text)
{
	return call->host->note_set(call, name, subject, text);
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
 * A further award in the same call: a badge of the same plugin, by its slug in use. `user` NULL: the event's user;
 * `reason` NULL: none. An award already held is ignored. In `award` and `observe`. BADGE_OK or BADGE_FAILED.
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

/* ---- later: to be judged again at a time (since 1.1) --------------------------------------------------------- */

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
 * In `award` only, at most 100 times in one judgement. When the event is due itself, `at` must be later than its time.
 * Returns BADGE_OK; BADGE_FAILED, and the badge has failed; BADGE_UNSUPPORTED in an engine of ABI 1.0, which ignores the
 * request (with .needs_minor = 1 it refuses the plugin instead).
 */
static inline int32_t badge_later(badge_call *call, int64_t at, const badge_field *state, uint32_t count)
{
	const badge_host *host = call->host;
	if (!BADGE_HOST_HAS(host, later))
		return BADGE_UNSUPPORTED;
	return host->later(call, at, state, (uint32_t)sizeof(badge_field), count);
}

/* 1 when badge_later asked for the event, else 0. */
static inline int32_t badge_is_due(badge_call *call)
{
	return badge_event_is(call, "brabeion.due");
}

/* ---- progress: how far a user is (since 1.2) ---------------------------------------------------------------------- */

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
	const badge_host *host = call->host;
	if (!BADGE_HOST_HAS(host, progress))
		return BADGE_UNSUPPORTED;
	return host->progress(call, done, goal);
}

/* ---- errors and log ----------------------------------------------------------------------------------------------------- */

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
 * Refuses the badge with a message that is shown with the line and column of the setting at `path` ("" for all settings). Returns BADGE_FAILED. The message is cut at 511 bytes.
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
 * One badge, short form; the plugin's id is the slug. C11, C++17, C++20.
 *
 *	BADGE("points", levels, events, award);
 *
 * One badge with any field, by name: .slug .flags .award .freeze .open .close .progress, and the two macros. C11, C++20
 * (there in this order: slug, levels, events, flags, award, freeze, open, close, progress).
 *
 *	BADGE_PLUGIN("points", .slug = "points", BADGE_LEVELS(levels), BADGE_EVENTS(events), .flags = BADGE_MULTIPLE,
 *	             .award = award, .open = open_badge, .close = close_badge);
 *
 * A pack of badges that share memory, with an observe of their own if they like. C11, C++20 (in this order: version,
 * needs_minor, badges, watches, open, close, observe).
 *
 *	BADGE_DEFINE(student, .slug = "student", BADGE_LEVELS(student_levels), BADGE_EVENTS(votes), .award = ...);
 *	BADGE_DEFINE(teacher, .slug = "teacher", BADGE_LEVELS(teacher_levels), BADGE_EVENTS(votes), .award = ...);
 *
 *	static const badge_definition *const badges[] = { &student, &teacher };
 *	BADGE_PACK("school", .version = "1.0", BADGE_BADGES(badges), BADGE_WATCHES(votes), .observe = observe);
 *
 * Each takes its semicolon, and one of BADGE, BADGE_PLUGIN and BADGE_PACK makes a plugin. Arrays are given by name:
 * their length is counted.
 */
#define BADGE_LEVEL(name, description) \
	{                              \
		name, description      \
	}
#define BADGE_COUNT_OF(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

#ifndef __cplusplus

#define BADGE_LEVELS(array) .levels = (array), .level_count = BADGE_COUNT_OF(array)
#define BADGE_EVENTS(array) .events = (array), .event_count = BADGE_COUNT_OF(array)
#define BADGE_BADGES(array) .badges = (array), .badge_count = BADGE_COUNT_OF(array)
#define BADGE_WATCHES(array) .watches = (array), .watch_count = BADGE_COUNT_OF(array)

#define BADGE_DEFINE(variable, ...)                                                                   \
	static const badge_definition variable = { .struct_size = (uint32_t)sizeof(badge_definition), \
						   .level_size = (uint32_t)sizeof(badge_level),       \
						   __VA_ARGS__ }

#define BADGE_PACK(plugin_id, ...)                                                            \
	const badge_plugin badge_plugin_v1 = { .magic = BADGE_MAGIC,                          \
					       .struct_size = (uint32_t)sizeof(badge_plugin), \
					       .header_minor = BADGE_ABI_MINOR,               \
					       .id = plugin_id,                               \
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

template <typename T> struct list {
	const T *items = nullptr;
	uint32_t count = 0;
};

/* What the author writes, in the order in which C++20 wants it. */
struct definition {
	const char *slug = nullptr;
	list<badge_level> levels = {};
	list<const char *> events = {};
	uint32_t flags = 0;
	int32_t (*award)(void *self, badge_call *call) = nullptr;
	void (*freeze)(void *self, badge_call *call) = nullptr;
	int32_t (*open)(badge_setup *setup, void **self) = nullptr;
	void (*close)(void *self) = nullptr;
	int32_t (*progress)(void *self, badge_call *call, int32_t level) = nullptr;
};

struct plugin {
	const char *version = nullptr;
	uint16_t needs_minor = 0;
	list<const badge_definition *> badges = {};
	list<const char *> watches = {};
	int32_t (*open)(badge_setup *setup, void **self) = nullptr;
	void (*close)(void *self) = nullptr;
	int32_t (*observe)(void *self, badge_call *call) = nullptr;
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
	static constexpr badge_definition made()
	{
		return { uint32_t(sizeof(badge_definition)),
			 uint32_t(sizeof(badge_level)),
			 D.slug,
			 D.levels.items,
			 D.events.items,
			 D.levels.count,
			 D.events.count,
			 D.flags,
			 0,
			 where_given(D.award, award),
			 where_given(D.freeze, freeze),
			 where_given(D.open, open),
			 where_given(D.close, close),
			 where_given(D.progress, progress) };
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
			 P.badges.count,
			 P.watches.count,
			 where_given(P.open, open),
			 where_given(P.close, close),
			 where_given(P.observe, observe) };
	}
};

#undef BADGE_CXX_GUARDED

} /* namespace badge_cxx */

#define BADGE_LEVELS(array) .levels = { array, BADGE_COUNT_OF(array) }
#define BADGE_EVENTS(array) .events = { array, BADGE_COUNT_OF(array) }
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
	BADGE_CXX_PACK(plugin_id, nullptr, 0, { badge_the_only, 1 }, { nullptr, 0 }, nullptr, nullptr, nullptr)

#define BADGE_PLUGIN(plugin_id, ...)                  \
	BADGE_CXX_DEFINE(badge_the_one, __VA_ARGS__); \
	BADGE_CXX_ONE(plugin_id)

#define BADGE(badge_slug_, levels_, events_, award_)                                                           \
	BADGE_CXX_DEFINE(badge_the_one, badge_slug_, { levels_, BADGE_COUNT_OF(levels_) },                     \
			 { events_, BADGE_COUNT_OF(events_) }, 0, award_, nullptr, nullptr, nullptr, nullptr); \
	BADGE_CXX_ONE(badge_slug_)

#endif

#endif
