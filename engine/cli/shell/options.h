/*
 * cli/shell/options: what stands behind a subcommand, the same way for all of them.
 *
 * Each subcommand says which options it knows. Faults are told on stderr, with the nearest right word.
 */
#ifndef BRB_CLI_SHELL_OPTIONS_H
#define BRB_CLI_SHELL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <brabeion/engine.h>

/* The options that a subcommand knows, to be joined with |. --help is known to all. */
enum {
	BRB_CLI_OPTION_CONFIG = 1 << 0,
	BRB_CLI_OPTION_DATABASE = 1 << 1,
	BRB_CLI_OPTION_STRICT = 1 << 2,
	BRB_CLI_OPTION_FORMAT = 1 << 3,
	BRB_CLI_OPTION_BATCH = 1 << 4,
	BRB_CLI_OPTION_PROGRESS = 1 << 5,
	BRB_CLI_OPTION_JSON = 1 << 6,
	BRB_CLI_OPTION_LIMIT = 1 << 7,
	BRB_CLI_OPTION_SINCE = 1 << 8,
	BRB_CLI_OPTION_FOLLOW = 1 << 9,
	BRB_CLI_OPTION_WATCH = 1 << 10,
	BRB_CLI_OPTION_ALL = 1 << 11,
	BRB_CLI_OPTION_CLOCK = 1 << 12,
	BRB_CLI_OPTION_UNTIL = 1 << 13,
	BRB_CLI_OPTION_JOBS = 1 << 14, /* --waiting, --running, --delayed, --parked, --badge, --user */
	BRB_CLI_OPTION_PROCESSES = 1 << 15,
	BRB_CLI_OPTION_UNTIL_IDLE = 1 << 16,
	BRB_CLI_OPTION_CXX = 1 << 17,
	BRB_CLI_OPTION_LEVEL = 1 << 18,
	BRB_CLI_OPTION_REASON = 1 << 19,
	BRB_CLI_OPTION_NOTE = 1 << 20,
	BRB_CLI_OPTION_AT = 1 << 21,
	BRB_CLI_OPTION_HISTORY = 1 << 22,
	BRB_CLI_OPTION_SINCE_TIME = 1 << 23, /* --since, of a time */
	BRB_CLI_OPTION_LANG = 1 << 24,
	BRB_CLI_OPTION_USER = 1 << 25,
	BRB_CLI_OPTION_TRY = 1 << 26,     /* --format text|tap|junit, --plugin-path, --deadline */
	BRB_CLI_OPTION_HOW_FAR = 1 << 27, /* --progress without a value, of `show`: never with PROGRESS */
	BRB_CLI_OPTION_THOROUGH = 1 << 28,
	BRB_CLI_OPTION_BACKFILL = 1 << 29 /* --badge, again and again, --dry-run, --revoke, --replace-memory */
};

enum { BRB_CLI_BADGES_MOST = 64 };

typedef enum brb_cli_choice { BRB_CLI_AUTO, BRB_CLI_ALWAYS, BRB_CLI_NEVER } brb_cli_choice;

typedef enum brb_cli_try_format { BRB_CLI_TRY_TEXT, BRB_CLI_TRY_TAP, BRB_CLI_TRY_JUNIT } brb_cli_try_format;

typedef struct brb_cli_options {
	const char *config;   /* "badges.yaml" unless given */
	const char *database; /* NULL: badges.yaml's */
	const char *badge;    /* a slug; NULL: of any */
	const char *user;     /* NULL: of any */
	const char *reason;   /* NULL: not given, as is the note */
	const char *note;
	const char *language;    /* --lang; NULL: badges.yaml's */
	const char *plugin_path; /* NULL: not given */
	char **arguments;        /* what is no option */
	size_t argument_count;
	const char *badges[BRB_CLI_BADGES_MOST];
	size_t badge_count; /* of --badge, where it may come again and again */
	size_t batch;
	size_t limit;
	size_t processes;
	size_t deadline_s; /* of a scenario */
	int64_t since;     /* a sequence; 0: from the beginning */
	int64_t since_us;
	int64_t until_us;
	int64_t at_us;
	brb_cli_choice progress;
	brb_cli_choice watch; /* of files; AUTO: as badges.yaml says. NEVER for those who do not know --watch */
	brb_cli_try_format try_format;
	brabeion_job_state job_state; /* ANY unless given */
	uint32_t level;               /* 0: not given */
	bool strict;
	bool text; /* --format text */
	bool json;
	bool has_limit;
	bool has_since; /* --since, of a time */
	bool has_until; /* --until */
	bool has_at;    /* --at */
	bool by_wall;   /* --clock wall */
	bool history;   /* the engine's time is the events': for brb_cli_open */
	bool follow;
	bool all;
	bool past;    /* --history */
	bool how_far; /* --progress, of `show` */
	bool until_idle;
	bool cxx; /* --cxx */
	bool thorough;
	bool dry_run;
	bool revoke;
	bool replace_memory;
	bool help;
} brb_cli_options;

enum { BRB_CLI_BATCH_EVENTS = 10000 };

/*
 * Reads the words behind a subcommand; words[0] is its name. False: a fault, it has been told. The words are
 * reordered and must outlive the options.
 */
bool brb_cli_options_read(int word_count, char **words, unsigned known, size_t most_arguments,
			  brb_cli_options *options);

#endif
