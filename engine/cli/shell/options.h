/*
 * cli/shell/options: the options and arguments of a subcommand, parsed by the rows of options.def.
 *
 * Faults are reported on stderr, with the nearest option.
 */
#ifndef BRB_CLI_SHELL_OPTIONS_H
#define BRB_CLI_SHELL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <brabeion/engine.h>

enum { BRB_CLI_BADGES_MAX = 64 };

/* Each in the order of its row's values. */
typedef enum brb_cli_format { BRB_CLI_FORMAT_JSON, BRB_CLI_FORMAT_TEXT } brb_cli_format;
typedef enum brb_cli_clock { BRB_CLI_CLOCK_EVENTS, BRB_CLI_CLOCK_WALL } brb_cli_clock;
typedef enum brb_cli_choice { BRB_CLI_AUTO, BRB_CLI_ALWAYS, BRB_CLI_NEVER } brb_cli_choice;
typedef enum brb_cli_try_format { BRB_CLI_TRY_TEXT, BRB_CLI_TRY_TAP, BRB_CLI_TRY_JUNIT } brb_cli_try_format;

typedef struct brb_cli_time {
	bool is_given;
	int64_t us;
} brb_cli_time;

typedef struct brb_cli_names {
	const char *names[BRB_CLI_BADGES_MAX];
	size_t count;
} brb_cli_names;

/* Texts are NULL, numbers 0 and flags false unless given, where nothing else is said. */
typedef struct brb_cli_options {
	const char *config; /* "badges.yaml" unless given */
	const char *database;
	const char *badge;
	const char *user;
	const char *thing;
	const char *plugin;
	const char *key;
	const char *reason;
	const char *note;
	const char *language;
	const char *plugin_path;
	const char *yaml; /* the kind of a badge without C */
	brb_cli_names badges;
	size_t batch; /* 0: not given */
	const char *after_user;
	size_t limit;
	size_t level;
	size_t since;
	size_t processes;  /* 1 unless given */
	size_t deadline_s; /* 30 unless given */
	brb_cli_time since_time;
	brb_cli_time until;
	brb_cli_time at;
	brb_cli_format format;
	brb_cli_try_format try_format;
	brb_cli_clock clock;
	brb_cli_choice progress; /* NEVER where the subcommand has no such option */
	brb_cli_choice watch;    /* AUTO: as badges.yaml says; NEVER where the subcommand has no such option */
	brabeion_job_state job_state;
	bool strict;
	bool json;
	bool follow;
	bool all;
	bool confirm;
	bool mend;
	bool show_history;
	bool show_progress;
	bool until_idle;
	bool cxx;
	bool force;
	bool thorough;
	bool dry_run;
	bool revoke;
	bool replace_memory;
	bool help;
	char **arguments;
	size_t argument_count;
} brb_cli_options;

/* Events that are judged at once, where --batch does not say. */
enum { BRB_CLI_BATCH_USUAL = 10000 };

static inline size_t brb_cli_options_batch(const brb_cli_options *options)
{
	return options->batch ? options->batch : BRB_CLI_BATCH_USUAL;
}

/* A row of options.def. */
typedef struct brb_cli_option brb_cli_option;
struct brb_cli_option {
	const char *subcommands; /* separated by spaces */
	const char *name;
	const char *argument; /* "": none */
	bool (*take)(const char *subcommand, const brb_cli_option *option, const char *text, void *member);
	uint64_t least; /* of a number; or the value that the option stands for */
	uint64_t most;
	size_t offset; /* of the member in brb_cli_options */
	const char *help;
};

/* The subcommand's next option, the first after NULL. NULL: there is no other. */
const brb_cli_option *brb_cli_options_next(const char *subcommand, const brb_cli_option *option);

/*
 * Parses the words after a subcommand; words[0] is its name. The words are reordered and must outlive the options.
 * False: a fault, reported; `options` is unchanged.
 */
bool brb_cli_options_read(int word_count, char **words, size_t most_arguments, brb_cli_options *options);

#endif
