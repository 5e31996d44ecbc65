/*
 * config: badges.yaml -> a validated, immutable configuration, or all its faults.
 *
 * Faults are reported together, one a line: "file:line:column: what is wrong", with the nearest word for a misspelt one.
 * Paths are resolved: relative ones start at the file's folder.
 *
 * Not here: what a plugin contains (whether it has a badge, what its settings mean).
 */
#ifndef BRB_CONFIG_CONFIG_H
#define BRB_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/language.h"
#include "base/status.h"
#include "config/picture.h"
#include "yaml/yaml.h"

typedef struct brb_config_position {
	uint32_t line, column; /* from 1; 0: not in the file */
} brb_config_position;

/* A text of a level, in one language or several. */
typedef struct brb_config_words {
	const char *usual;             /* in the file's language; NULL: as the plugin defines */
	brb_translations in_other;     /* the texts that name their language */
	bool has_braces;               /* while the badge is read: a text has a placeholder, or "{{" */
	brb_config_position number_at; /* likewise: the first text with "{n}" */
} brb_config_words;

typedef struct brb_config_level {
	brb_config_words name;
	brb_config_words description; /* `usual` is "" where only the name is given */
	const brb_picture *image;     /* the configuration's; NULL: none */
	bool broken;                  /* it has a fault */
	brb_config_position at;
} brb_config_level;

/* A picture file. Acquire the picture to keep it. */
typedef struct brb_config_picture {
	const char *path;
	brb_picture *picture; /* NULL: it has a fault */
} brb_config_picture;

/* When a badge is quarantined; 0: never for that reason. */
typedef struct brb_config_quarantine {
	uint32_t failures; /* failed calls in a row */
	uint32_t overruns; /* calls in a row that exceed the budget */
	int64_t budget_us;
} brb_config_quarantine;

/* When a badge can be earned, by the times of events: from <= time < until. All zeroes: always. */
typedef struct brb_config_earnable {
	bool retired;     /* never */
	int64_t from_us;  /* 0: no bound */
	int64_t until_us; /* likewise */
} brb_config_earnable;

/* One entry of `badges:`, one use of a plugin's definition. */
typedef struct brb_config_badge {
	brb_config_position at;
	const char *badge; /* the definition's slug in the plugin */
	brb_config_position badge_at;
	const char *slug; /* as given, else as `badge` */
	brb_config_position slug_at;
	const char *const *events; /* NULL: as the plugin defines */
	size_t event_count;
	brb_config_position events_at;
	const brb_config_level *levels; /* NULL: as the plugin defines */
	size_t level_count;
	brb_config_position levels_at;
	bool levels_by_pattern;        /* one for each number of `at` */
	const brb_yaml_node *settings; /* NULL: none */
	bool rearn;                    /* may be earned again after a revocation */
	bool temporary;                /* lapses when its condition no longer holds */
	brb_config_position temporary_at;
	brb_config_earnable earnable;
	bool hidden; /* from users who have not earned it */
	brb_config_quarantine quarantine;
	const char *color; /* "#rrggbb"; NULL: the slug decides */
	bool has_async;    /* else the plugin decides */
	bool async;        /* judged later */
	brb_config_position async_at;
} brb_config_badge;

typedef struct brb_config_plugin {
	brb_config_position at;
	const char *file;          /* as written */
	const char *path;          /* where it was found; NULL: it has a fault */
	const char *const *places; /* the paths that are tried, in order */
	size_t place_count;
	brb_config_position file_at;
	const char *sha256; /* the only content that may be loaded, 64 hex digits in lower case; NULL: any */
	brb_config_position sha256_at;
	const brb_yaml_node *settings; /* the plugin's own; NULL: none */
	bool has_badges;               /* false: all badges, as the plugin defines them */
	const brb_config_badge *badges;
	size_t badge_count;
} brb_config_plugin;

/* The events that the engine raises itself: all others that begin with "brabeion." are refused. */
#define BRB_RAISED_EVENTS "\"brabeion.awarded\", \"brabeion.lapsed\" and \"brabeion.revoked\""
bool brb_config_is_raised(const char *event);

typedef enum brb_config_synchronous { BRB_CONFIG_NORMAL, BRB_CONFIG_FULL } brb_config_synchronous;

/* How jobs are judged. */
typedef struct brb_config_jobs {
	uint32_t workers; /* threads of the embedding process */
	uint32_t attempts_most;
	int64_t lease_us;
	int64_t time_limit_us;
	int64_t backoff_us;
	int64_t grace_us;
	uint32_t most, most_of_user; /* that wait */
} brb_config_jobs;

/* The events' journal. */
typedef struct brb_config_journal {
	int64_t keep_us; /* 0: no journal; INT64_MAX: forever */
	int64_t max_bytes;
} brb_config_journal;

typedef struct brb_config {
	const char *name;     /* what messages call the file: the path as it was given */
	const char *database; /* resolved; never NULL */
	const char *language; /* of texts without a language, and of plugins */
	brb_config_synchronous synchronous;
	int64_t busy_timeout_ms;
	uint32_t notes_most;   /* of a user, under one name */
	uint32_t mode;         /* of the database and the files beside it: permissions as chmod(2) has them */
	int64_t retention_us;  /* of event ids; INT64_MAX: forever */
	int64_t future_us;     /* how far an event's time may lie ahead of the clock; INT64_MAX: any */
	int64_t memory_bytes;  /* the budget; 0: the host's default */
	const char *cache_dir; /* resolved path, or NULL */
	bool last_good;        /* keep this set for a start while the file is broken */
	bool watch;            /* reload when this file or a plugin changes */
	brb_config_quarantine quarantine; /* the default of badges, and of observe functions */
	int64_t probe_ms;                 /* time limit of each step of a probe; 0: plugins are not probed */
	brb_config_jobs jobs;
	brb_config_journal journal;
	const brb_config_plugin *plugins;
	size_t plugin_count;
	brb_config_picture *pictures; /* each file once */
	size_t picture_count;
	const char *text; /* the file's bytes */
	size_t text_bytes;
	brb_yaml *yaml; /* settings are its nodes; it records the faults */
} brb_config;

/* Where a configuration comes from, and what the host adds. Only `name` is needed. */
typedef struct brb_config_source {
	const char *name; /* the file's path; with `text`, what messages call it and where relative paths start */
	const char *text; /* in place of the file's content */
	const char *const *other_keys;    /* top-level keys to ignore, which belong to the host; ends with NULL */
	const char *plugin_path;          /* folders searched first, separated by colons */
	const char *installed_plugin_dir; /* searched last */
} brb_config_source;

/*
 * Reads the file and records its faults, so that callers can find more in what was read: a faulty value is NULL.
 * BRABEION_PLUGIN_PATH of the environment is searched before `installed_plugin_dir`. `source` is read during the call
 * only, but for its text, which must outlive the configuration.
 * Errors: BRABEION_CONFIG when the file cannot be read or is no YAML; BRABEION_NO_MEMORY.
 */
brabeion_status brb_config_read(const brb_config_source *source, brb_config **out, brabeion_error *error);

/*
 * The same from what was kept of the file. The plugins are `folder`/0.so, 1.so and so on, by their places in the list. Takes
 * the bytes over, and leaves `content` empty.
 */
brabeion_status brb_config_read_kept(const brb_config_source *source, brb_builder *content, const char *folder,
				     brb_config **out, brabeion_error *error);

/*
 * The same from bytes, without looking for plugin files: each path is NULL. `text` must outlive the configuration.
 */
brabeion_status brb_config_read_text(const char *name, const char *text, size_t text_bytes, brb_config **out,
				     brabeion_error *error);

/* BRABEION_OK without faults; else BRABEION_CONFIG with all of them, in the file's order. */
brabeion_status brb_config_verdict(brb_config *config, brabeion_error *error);

void brb_config_close(brb_config *config);

/*
 * Adds a fault: "file:line:column: message", or "file: message" for line 0. One thread at a time.
 */
void brb_config_fault(brb_config *config, brb_config_position at, const char *format, ...) BRB_PRINTF(3, 4);

#endif
