/*
 * brabeion/read.h: for sites that show badges: awards, the feed, users, badges, progress, languages, pictures. Include
 * <brabeion/engine.h>.
 */
#ifndef BRABEION_READ_H
#define BRABEION_READ_H

#include <brabeion/core.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- awards and the feed ----------------------------------------------------------------------------------------- */

/* Which part of a list, and in which language. Zero is the default of each member; NULL stands for all defaults. */
typedef struct brabeion_list_options {
	uint32_t struct_size;
	const char *language; /* of names and descriptions; NULL or "": as on record. See "languages", below */
	int64_t before; /* the page of entries before this one: an award's id, a change's sequence; 0: the newest */
	size_t limit;   /* most entries; 0: all */
} brabeion_list_options;

#define BRABEION_LIST_OPTIONS(...) BRABEION_STRUCT(brabeion_list_options, __VA_ARGS__)
BRABEION_INIT(brabeion_list_options)

typedef struct brabeion_award_list {
	size_t count;
	size_t stride;
	brabeion_award_info *awards; /* brabeion_award_list_at() */
	void *memory;                /* the library's */
} brabeion_award_list;

BRABEION_ACCESSOR(brabeion_award_list, awards, stride, brabeion_award_info, brabeion_award_list_at)

/* Frees what the list holds and empties it, like all of these functions. NULL is allowed. Threads: any, also after the
 * engine is closed. */
BRABEION_API void brabeion_award_list_finish(brabeion_award_list *list);

/*
 * A user's awards, newest first (in the reverse order of being stored), also those whose badge is no longer loaded.
 *
 * Threads: any, also at once; like all reading it waits for no writer.
 * Owns:    `list` is yours: brabeion_award_list_finish().
 * Errors:  BRABEION_INVALID for a name out of bounds, or a text that is no language; BRABEION_STORE, BRABEION_BUSY. An
 *          unknown user: an empty list.
 */
BRABEION_API brabeion_status brabeion_user_awards(brabeion_engine *engine, const char *user,
						  const brabeion_list_options *options, brabeion_award_list *list,
						  brabeion_error *error);

/* One badge's awards, newest first; otherwise as brabeion_user_awards. A slug without awards: an empty list. */
BRABEION_API brabeion_status brabeion_badge_awards(brabeion_engine *engine, const char *slug,
						   const brabeion_list_options *options, brabeion_award_list *list,
						   brabeion_error *error);

typedef struct brabeion_change_list {
	size_t count;
	size_t stride;
	brabeion_change *changes; /* brabeion_change_list_at() */
	void *memory;             /* the library's */
} brabeion_change_list;

BRABEION_ACCESSOR(brabeion_change_list, changes, stride, brabeion_change, brabeion_change_list_at)

BRABEION_API void brabeion_change_list_finish(brabeion_change_list *list);

/*
 * The feed: awards, revocations and lapses with a greater sequence, oldest first, also those that other processes stored.
 * Pass the last sequence to the next call: nothing is listed twice or left out. `options->before` is not used.
 *
 * Threads: any, also at once.
 * Owns:    `list` is yours: brabeion_change_list_finish().
 * Errors:  BRABEION_INVALID for a text that is no language; BRABEION_STORE, BRABEION_BUSY.
 */
BRABEION_API brabeion_status brabeion_changes_since(brabeion_engine *engine, int64_t sequence,
						    const brabeion_list_options *options, brabeion_change_list *list,
						    brabeion_error *error);

/*
 * A descriptor that becomes readable when the database may have changed, by this process or another. Wait for it with
 * poll, then call brabeion_changes_since, which resets it.
 *
 * Threads: any.
 * Owns:    the engine's own: do not read or close it, and take it out of the loop before brabeion_close.
 * Errors:  -1 when the system has none, and where the engine may not be called.
 */
BRABEION_API int brabeion_changes_fd(brabeion_engine *engine);

/*
 * A user's changes: awards, grants (of the event "brabeion.granted"), revocations and lapses, newest first, each with
 * its comment. What was forgotten (brabeion_forget_user) is not listed.
 *
 * Threads, errors: as brabeion_user_awards.
 * Owns:    `list` is yours: brabeion_change_list_finish().
 */
BRABEION_API brabeion_status brabeion_user_changes(brabeion_engine *engine, const char *user,
						   const brabeion_list_options *options, brabeion_change_list *list,
						   brabeion_error *error);

/* How many awards a user holds; `user` NULL: all users together. Threads and errors as brabeion_user_awards. */
BRABEION_API brabeion_status brabeion_count_awards(brabeion_engine *engine, const char *user, int64_t *count,
						   brabeion_error *error);

/* One user who holds awards. */
typedef struct brabeion_user {
	const char *user;
	int64_t awards;       /* how many */
	int64_t badges;       /* how many different badges */
	int64_t latest_at_us; /* the latest time of an award */
} brabeion_user;

typedef struct brabeion_user_list {
	size_t count;
	size_t stride;
	brabeion_user *users; /* brabeion_user_list_at() */
	void *memory;         /* the library's */
} brabeion_user_list;

BRABEION_ACCESSOR(brabeion_user_list, users, stride, brabeion_user, brabeion_user_list_at)

BRABEION_API void brabeion_user_list_finish(brabeion_user_list *list);

/*
 * The users who hold most awards, most first; of users with as many, the one recorded first. `after`: the page after this user, by the user's
 * present number of awards; NULL: the first page; nothing comes after a user without awards. `limit` 0: all. A page costs the same
 * however many users there are.
 *
 * Threads: any, also at once.
 * Owns:    `list` is yours: brabeion_user_list_finish().
 * Errors:  BRABEION_STORE, BRABEION_BUSY.
 */
BRABEION_API brabeion_status brabeion_users(brabeion_engine *engine, const char *after, size_t limit,
					    brabeion_user_list *list, brabeion_error *error);

/* ---- badges ------------------------------------------------------------------------------------------------------ */

typedef struct brabeion_level {
	const char *name;
	const char *description;
	int64_t holders; /* users who hold this level */
} brabeion_level;

typedef struct brabeion_badge {
	const char *slug;
	const char *plugin;      /* its id */
	const char *plugin_file; /* the path it was loaded from */
	bool multiple;
	bool async; /* judged later */
	uint32_t level_count;
	size_t level_stride;
	const brabeion_level *levels; /* brabeion_badge_level() */
	uint32_t event_count;
	const char *const *events;
	int64_t holders;  /* users who hold any level */
	bool quarantined; /* by this engine or another on the database: see brabeion_release */
	int64_t quarantined_since_us;
	const char *quarantine_reason; /* "it failed for 100 users in a row, at last on event ...", else "" */
	int64_t passed_over; /* events that it was not asked about while it was quarantined, by any engine ... */
	int64_t passed_over_first_us; /* ... and that no backfill has judged since: when the first came, and the last */
	int64_t passed_over_last_us;
	bool hidden;               /* do not show it to a user who does not hold it */
	bool retired;              /* nobody earns it any more */
	int64_t earnable_from_us;  /* only events from then on earn it; 0: no bound */
	int64_t earnable_until_us; /* ... and before that, likewise */
} brabeion_badge;

BRABEION_ACCESSOR(brabeion_badge, levels, level_stride, brabeion_level, brabeion_badge_level)

typedef struct brabeion_badge_list {
	size_t count;
	size_t stride;
	brabeion_badge *badges; /* in the order of badges.yaml: brabeion_badge_list_at() */
	void *memory;           /* the library's */
	uint64_t generation;
} brabeion_badge_list;

BRABEION_ACCESSOR(brabeion_badge_list, badges, stride, brabeion_badge, brabeion_badge_list_at)

BRABEION_API void brabeion_badge_list_finish(brabeion_badge_list *list);

/*
 * All loaded badges, also hidden ones: what is shown to a user leaves them out where the user does not hold them. `language`
 * as in brabeion_list_options.
 *
 * Threads: any, also at once.
 * Owns:    `list` is yours: brabeion_badge_list_finish().
 * Errors:  BRABEION_INVALID for a text that is no language; BRABEION_STORE, BRABEION_BUSY.
 */
BRABEION_API brabeion_status brabeion_badges(brabeion_engine *engine, const char *language, brabeion_badge_list *list,
					     brabeion_error *error);

/* ---- progress ---------------------------------------------------------------------------------------------------- */

/* How far a user is with one badge. Texts are never NULL. */
typedef struct brabeion_progress {
	const char *badge; /* the slug */
	bool multiple;
	int64_t held;        /* awards of it that the user holds */
	uint32_t held_level; /* the highest level held; 0: none */
	uint32_t level_count;
	uint32_t level;           /* the next one; 0: none is left to earn, or the badge has ended */
	const char *name;         /* of the next level; "" when there is none */
	const char *description;  /* likewise */
	bool has_progress;        /* done and goal are set: the badge reports progress */
	int64_t done;             /* from 0 to goal, in whatever the badge counts */
	int64_t goal;             /* from 1 */
	bool quarantined;         /* and not asked: see brabeion_release */
	const char *error;        /* why its progress is not known, from its plugin or the engine; else "" */
	bool hidden;              /* from users who do not hold it: this one does */
	bool retired;             /* nobody earns it any more */
	bool ended;               /* it is retired, or the time in which it could be earned is over */
	int64_t earnable_from_us; /* as in brabeion_badge */
	int64_t earnable_until_us;
} brabeion_progress;

typedef struct brabeion_progress_list {
	size_t count;
	size_t stride;
	brabeion_progress *badges; /* in the order of badges.yaml: brabeion_progress_list_at() */
	void *memory;              /* the library's */
	uint64_t generation;
} brabeion_progress_list;

BRABEION_ACCESSOR(brabeion_progress_list, badges, stride, brabeion_progress, brabeion_progress_list_at)

BRABEION_API void brabeion_progress_list_finish(brabeion_progress_list *list);

/*
 * How far a user is with each loaded badge, or with the one of a slug: which level is next and how much of it is done.
 * For the bars of a profile: a badge with a `level` and has_progress is one; those without are listed as well. So there is
 * an entry for each badge, but for a hidden one that the user does not hold: of that there is none, also by its slug. An
 * unknown user has done nothing.
 *
 * Next is the lowest level above the highest that the user holds; levels that were revoked and cannot be earned again are
 * skipped. A badge that is multiple never ends: next is its first level that is not complete by what the badge says.
 * `done` may have reached the goal: the award then comes with the next event, or with a job that waits.
 *
 * Badges compute it themselves (`progress` in <brabeion/badge.h>) from committed data, all as of one moment, and as of
 * now: in a history, as of its last event. Nothing is changed or awarded. A badge that fails has its `error`, does not
 * affect the others, and does not count for the quarantine.
 *
 * Threads: any, also at once. It waits for no writer, and no event waits for it; it takes as long as the plugins do, and
 *          SQLite's WAL cannot shrink meanwhile.
 * Owns:    `list` is yours: brabeion_progress_list_finish().
 * Errors:  BRABEION_INVALID for no user, a name out of bounds, or a slug that is not loaded; BRABEION_STORE,
 *          BRABEION_BUSY.
 */
BRABEION_API brabeion_status brabeion_user_progress(brabeion_engine *engine, const char *user, const char *slug,
						    brabeion_progress_list *list, brabeion_error *error);

/* ---- languages --------------------------------------------------------------------------------------------------- */

/*
 * badges.yaml may give the names and descriptions of levels in several languages. On record, in results and in callbacks
 * they are in one, the file's `language`. Functions with a `language` take a tag of BCP 47 such as "de" or "pt-BR"; NULL
 * and "" are the file's. That language is tried, then the wider ones ("pt"), then the file's; what is not translated, and
 * what is not loaded any more, is as on record.
 */

/* The texts of a level. */
typedef struct brabeion_level_words {
	uint32_t struct_size;
	const char *name;
	const char *description;
	void *memory; /* the library's */
} brabeion_level_words;

#define BRABEION_LEVEL_WORDS(...) BRABEION_STRUCT(brabeion_level_words, __VA_ARGS__)
BRABEION_INIT(brabeion_level_words)

BRABEION_API void brabeion_level_words_finish(brabeion_level_words *words);

/*
 * The texts of one level of a loaded badge, for an award in a result or callback. `level` 0: the highest.
 *
 * Threads: any, also at once; it does not wait.
 * Owns:    `words` is yours: brabeion_level_words_finish().
 * Errors:  BRABEION_INVALID for a badge or level that is not loaded, or a text that is no language.
 */
BRABEION_API brabeion_status brabeion_translate_level(brabeion_engine *engine, const char *slug, uint32_t level,
						      const char *language, brabeion_level_words *words,
						      brabeion_error *error);

/* ---- pictures ---------------------------------------------------------------------------------------------------- */

typedef struct brabeion_picture {
	uint32_t struct_size;
	bool drawn; /* by the engine; else the file that badges.yaml names, as it was when it was loaded */
	const char *media_type; /* "image/svg+xml", "image/png", "image/jpeg", "image/webp" or "image/gif" */
	size_t size_bytes;
	const char *bytes; /* followed by a NUL */
	void *memory;      /* the library's */
} brabeion_picture;

#define BRABEION_PICTURE(...) BRABEION_STRUCT(brabeion_picture, __VA_ARGS__)
BRABEION_INIT(brabeion_picture)

BRABEION_API void brabeion_picture_finish(brabeion_picture *picture);

/*
 * The picture of a level of a loaded badge: its `image:` in badges.yaml, else a medal, drawn from slug, level and color:
 * always the same, byte for byte. `level` 0: the highest. `language` is of the medal's title, as above.
 *
 * A medal is safe to serve. An SVG file is served as its author made it: where the author is not trusted, show it by <img>,
 * or with a Content-Security-Policy, as scripts in it would else run.
 *
 * Threads: any, also at once; it does not wait.
 * Owns:    `picture` is yours: brabeion_picture_finish().
 * Errors:  BRABEION_INVALID for a badge or level that is not loaded, or a text that is no language.
 */
BRABEION_API brabeion_status brabeion_level_image(brabeion_engine *engine, const char *slug, uint32_t level,
						  const char *language, brabeion_picture *picture,
						  brabeion_error *error);

/* The same, always as SVG: a picture of another type is embedded. */
BRABEION_API brabeion_status brabeion_draw_badge(brabeion_engine *engine, const char *slug, uint32_t level,
						 const char *language, brabeion_picture *picture,
						 brabeion_error *error);

/*
 * A user's trophy case as SVG: a card with a medal for each badge that they hold, at its highest level, the latest first,
 * at most 24, and the number of the others. Awards of badges that are not loaded are included. Pictures are embedded, those
 * of SVG as images, in which no script runs. An unknown user: a card without medals.
 *
 * Threads: any, also at once; like all reading it waits for no writer.
 * Owns:    `picture` is yours: brabeion_picture_finish().
 * Errors:  as brabeion_user_awards.
 */
BRABEION_API brabeion_status brabeion_draw_user(brabeion_engine *engine, const char *user, const char *language,
						brabeion_picture *picture, brabeion_error *error);

#ifdef __cplusplus
}
#endif

#endif
