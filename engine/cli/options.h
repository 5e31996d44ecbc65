/*
 * cli/options: what stands behind a subcommand, the same way for all of them.
 *
 * Each subcommand says which options it knows. Faults are told on stderr, with the nearest right word.
 */
#ifndef BRB_CLI_OPTIONS_H
#define BRB_CLI_OPTIONS_H

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
	BRB_CLI_OPTION_BACKFILL = 1 << 24    /* --badge, again and again, --dry-run, --revoke, --replace-memory */
};

enum { BRB_CLI_BADGES_MOST = 64 };

typedef enum brb_cli_choice { BRB_CLI_AUTO, BRB_CLI_ALWAYS, BRB_CLI_NEVER } brb_cli_choice;

typedef struct brb_cli_options {
	const char *config;   /* "badges.yaml" unless given */
	const char *database; /* NULL: badges.yaml's */
	bool strict;
	bool text;   /* --format text */
	bool has_at; /* --at */
	bool past;   /* --history */
	size_t batch;
	brb_cli_choice progress;
	uint32_t level; /* 0: not given */
	bool json;
	bool has_limit;
	bool has_since;      /* --since, of a time */
	bool dry_run;        /* --dry-run */
	bool revoke;         /* --revoke */
	bool replace_memory; /* --replace-memory */
	size_t limit;
	int64_t since; /* a sequence; 0: from the beginning */
	int64_t since_us;
	bool follow;
	brb_cli_choice watch; /* of files; AUTO: as badges.yaml says. NEVER for those who do not know --watch */
	bool all;
	bool by_wall;   /* --clock wall */
	bool has_until; /* --until */
	int64_t until_us;
	brabeion_job_state job_state; /* ANY unless given */
	const char *badge;            /* a slug; NULL: of any */
	const char *user;             /* NULL: of any */
	size_t processes;
	bool until_idle;
	bool cxx;           /* --cxx */
	const char *reason; /* NULL: not given, as is the note */
	const char *note;
	int64_t at_us;
	size_t badge_count; /* of --badge, where it may come again and again */
	const char *badges[BRB_CLI_BADGES_MOST];
	bool history; /* the engine's time is the events': for brb_cli_open */
	bool help;
	size_t argument_count; /* what is no option */
	char **arguments;
} brb_cli_options;

enum { BRB_CLI_BATCH_EVENTS = 10000 };

/*
 * Reads the words behind a subcommand; words[0] is its name. False: a fault, it has been told. The words are
 * reordered and must outlive the options.
 */
bool brb_cli_options_read(int word_count, char **words, unsigned known, size_t most_arguments,
			  brb_cli_options *options);

/* The nearest of `names` to a misspelt word, NULL: none is near. `names` ends with NULL. */
const char *brb_cli_options_nearest(const char *word, const char *const *names);

#endif
