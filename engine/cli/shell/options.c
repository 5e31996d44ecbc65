/*
 * cli/shell/options: getopt_long(3) over the options that a subcommand knows.
 */
#include "cli/shell/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <brabeion/engine.h>

#include "cli/output/terminal_text.h"
#include "cli/support/nearest.h"

enum { MOST_EVENTS = 100000, MOST_PROCESSES = 256, MOST_SECONDS = 86400 };

/* ---- faults ---- */

static bool fault(const char *command, const char *what, const char *word, const char *more)
{
	brb_cli_out out;
	brb_cli_out_init(&out, STDERR_FILENO);
	brb_cli_out_format(&out, "brabeion %s: %s", command, what);
	brb_cli_terminal_text_write(&out, word);
	brb_cli_out_text(&out, more);
	brb_cli_out_format(&out, "\nTry \"brabeion %s --help\".\n", command);
	brb_cli_out_flush(&out);
	return false;
}

static bool fault_of_number(const char *command, const char *option, const char *text, size_t least_value,
			    size_t most)
{
	char wanted[80];
	snprintf(wanted, sizeof wanted, " is not a whole number from %zu to %zu", least_value, most);
	return fault(command, option, text, wanted);
}

static bool read_count(const char *command, const char *option, const char *text, size_t least_value, size_t most,
		       size_t *count)
{
	char *end = NULL;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value < least_value || value > most)
		return fault_of_number(command, option, text, least_value, most);
	*count = (size_t)value;
	return true;
}

static bool take_since(const char *command, const char *text, brb_cli_options *options)
{
	size_t sequence = 0;
	if (!read_count(command, "--since: ", text, 0, INT64_MAX, &sequence))
		return false;
	options->since = (int64_t)sequence;
	return true;
}

static bool take_since_time(const char *command, const char *text, brb_cli_options *options)
{
	options->has_since = true;
	return brabeion_time_parse(text, &options->since_us) == BRABEION_OK ||
	       fault(command, "--since: expected a time like 2014-01-21T20:26:05Z, not ", text, "");
}

static bool take_format(const char *command, const char *text, brb_cli_options *options)
{
	if (strcmp(text, "json") != 0 && strcmp(text, "text") != 0)
		return fault(command, "--format: expected json or text, not ", text, "");
	options->text = strcmp(text, "text") == 0;
	return true;
}

static bool take_progress(const char *command, const char *text, brb_cli_options *options)
{
	static const char *const names[] = { "auto", "always", "never" };
	for (size_t i = 0; i < 3; i++) {
		if (strcmp(text, names[i]) == 0) {
			options->progress = (brb_cli_choice)i;
			return true;
		}
	}
	return fault(command, "--progress: expected auto, always or never, not ", text, "");
}

/* Without a value: on. */
static bool take_watch(const char *command, const char *text, brb_cli_options *options)
{
	if (text && strcmp(text, "on") != 0 && strcmp(text, "off") != 0)
		return fault(command, "--watch: expected on or off, not ", text, "");
	options->watch = text && strcmp(text, "off") == 0 ? BRB_CLI_NEVER : BRB_CLI_ALWAYS;
	return true;
}

static bool take_clock(const char *command, const char *text, brb_cli_options *options)
{
	if (strcmp(text, "events") != 0 && strcmp(text, "wall") != 0)
		return fault(command, "--clock: expected events or wall, not ", text, "");
	options->by_wall = strcmp(text, "wall") == 0;
	return true;
}

static bool take_until(const char *command, const char *text, brb_cli_options *options)
{
	options->has_until = true;
	return brabeion_time_parse(text, &options->until_us) == BRABEION_OK ||
	       fault(command, "--until: expected a time like 2014-01-21T20:26:05Z, not ", text, "");
}

static bool read_job_state(const char *command, brabeion_job_state state, brb_cli_options *options)
{
	if (options->job_state != BRABEION_JOB_ANY && options->job_state != state)
		return fault(command, "only one of --waiting, --running, --delayed and --parked can be asked for", "",
			     "");
	options->job_state = state;
	return true;
}

static bool take_level(const char *command, const char *text, brb_cli_options *options)
{
	size_t level = 0;
	if (!read_count(command, "--level: ", text, 1, UINT32_MAX, &level))
		return false;
	options->level = (uint32_t)level;
	return true;
}

static bool take_at(const char *command, const char *text, brb_cli_options *options)
{
	options->has_at = true;
	return brabeion_time_parse(text, &options->at_us) == BRABEION_OK ||
	       fault(command, "--at: expected a time like 2014-01-21T20:26:05Z, not ", text, "");
}

static bool take_config(const char *command, const char *text, brb_cli_options *options)
{
	options->config = text;
	return *text || fault(command, "--config: an empty name", "", "");
}

static bool take_database(const char *command, const char *text, brb_cli_options *options)
{
	options->database = text;
	return *text || fault(command, "--database: an empty name", "", "");
}

static bool take_badge(const char *command, const char *text, brb_cli_options *options)
{
	options->badge = text;
	return *text || fault(command, "--badge: an empty name", "", "");
}

static bool take_user(const char *command, const char *text, brb_cli_options *options)
{
	options->user = text;
	return *text || fault(command, "--user: an empty name", "", "");
}

static bool take_lang(const char *command, const char *text, brb_cli_options *options)
{
	options->language = text;
	return *text || fault(command, "--lang: an empty name", "", "");
}

static bool take_reason(const char *command, const char *text, brb_cli_options *options)
{
	(void)command;
	options->reason = text;
	return true;
}

static bool take_note(const char *command, const char *text, brb_cli_options *options)
{
	(void)command;
	options->note = text;
	return true;
}

static bool take_strict(const char *command, const char *text, brb_cli_options *options)
{
	(void)command;
	(void)text;
	options->strict = true;
	return true;
}

static bool take_json(const char *command, const char *text, brb_cli_options *options)
{
	(void)command;
	(void)text;
	options->json = true;
	return true;
}

static bool take_follow(const char *command, const char *text, brb_cli_options *options)
{
	(void)command;
	(void)text;
	options->follow = true;
	return true;
}

static bool take_all(const char *command, const char *text, brb_cli_options *options)
{
	(void)command;
	(void)text;
	options->all = true;
	return true;
}

static bool take_until_idle(const char *command, const char *text, brb_cli_options *options)
{
	(void)command;
	(void)text;
	options->until_idle = true;
	return true;
}

static bool take_cxx(const char *command, const char *text, brb_cli_options *options)
{
	(void)command;
	(void)text;
	options->cxx = true;
	return true;
}

static bool take_history(const char *command, const char *text, brb_cli_options *options)
{
	(void)command;
	(void)text;
	options->past = true;
	return true;
}

static bool take_how_far(const char *command, const char *text, brb_cli_options *options)
{
	(void)command;
	(void)text;
	options->how_far = true;
	return true;
}

static bool take_thorough(const char *command, const char *text, brb_cli_options *options)
{
	(void)command;
	(void)text;
	options->thorough = true;
	return true;
}

static bool take_one_more_badge(const char *command, const char *text, brb_cli_options *options)
{
	if (!*text)
		return fault(command, "--badge: an empty name", "", "");
	if (options->badge_count == BRB_CLI_BADGES_MOST)
		return fault(command, "--badge: at most 64 badges can be chosen; one too many: ", text, "");
	options->badges[options->badge_count++] = text;
	return true;
}

static bool take_dry_run(const char *command, const char *text, brb_cli_options *options)
{
	(void)command;
	(void)text;
	options->dry_run = true;
	return true;
}

static bool take_revoke(const char *command, const char *text, brb_cli_options *options)
{
	(void)command;
	(void)text;
	options->revoke = true;
	return true;
}

static bool take_replace_memory(const char *command, const char *text, brb_cli_options *options)
{
	(void)command;
	(void)text;
	options->replace_memory = true;
	return true;
}

static bool take_help(const char *command, const char *text, brb_cli_options *options)
{
	(void)command;
	(void)text;
	options->help = true;
	return true;
}

static bool take_waiting(const char *command, const char *text, brb_cli_options *options)
{
	(void)text;
	return read_job_state(command, BRABEION_JOB_WAITING, options);
}

static bool take_running(const char *command, const char *text, brb_cli_options *options)
{
	(void)text;
	return read_job_state(command, BRABEION_JOB_RUNNING, options);
}

static bool take_delayed(const char *command, const char *text, brb_cli_options *options)
{
	(void)text;
	return read_job_state(command, BRABEION_JOB_DELAYED, options);
}

static bool take_parked(const char *command, const char *text, brb_cli_options *options)
{
	(void)text;
	return read_job_state(command, BRABEION_JOB_PARKED, options);
}

static bool take_batch(const char *command, const char *text, brb_cli_options *options)
{
	return read_count(command, "--batch: ", text, 1, MOST_EVENTS, &options->batch);
}

static bool take_limit(const char *command, const char *text, brb_cli_options *options)
{
	options->has_limit = true;
	return read_count(command, "--limit: ", text, 1, SIZE_MAX / 2, &options->limit);
}

static bool take_processes(const char *command, const char *text, brb_cli_options *options)
{
	return read_count(command, "--processes: ", text, 1, MOST_PROCESSES, &options->processes);
}

static bool take_try_format(const char *command, const char *text, brb_cli_options *options)
{
	static const char *const names[] = { "text", "tap", "junit" };
	for (size_t i = 0; i < 3; i++) {
		if (strcmp(text, names[i]) == 0) {
			options->try_format = (brb_cli_try_format)i;
			return true;
		}
	}
	return fault(command, "--format: expected text, tap or junit, not ", text, "");
}

static bool take_plugin_path(const char *command, const char *text, brb_cli_options *options)
{
	options->plugin_path = text;
	return *text || fault(command, "--plugin-path: an empty name", "", "");
}

static bool take_deadline(const char *command, const char *text, brb_cli_options *options)
{
	return read_count(command, "--deadline: ", text, 1, MOST_SECONDS, &options->deadline_s);
}

/* ---- what there is ---- */

static const struct {
	unsigned bit; /* 0: known to all */
	int value;    /* getopt's: whether one stands behind it */
	const char *name;
	bool (*take)(const char *command, const char *text, brb_cli_options *options); /* text NULL: no value */
} all_options[] = {
	{ BRB_CLI_OPTION_CONFIG, required_argument, "config", take_config },
	{ BRB_CLI_OPTION_DATABASE, required_argument, "database", take_database },
	{ BRB_CLI_OPTION_STRICT, no_argument, "strict", take_strict },
	{ BRB_CLI_OPTION_FORMAT, required_argument, "format", take_format },
	{ BRB_CLI_OPTION_BATCH, required_argument, "batch", take_batch },
	{ BRB_CLI_OPTION_PROGRESS, required_argument, "progress", take_progress },
	{ BRB_CLI_OPTION_JSON, no_argument, "json", take_json },
	{ BRB_CLI_OPTION_LIMIT, required_argument, "limit", take_limit },
	{ BRB_CLI_OPTION_SINCE, required_argument, "since", take_since },
	{ BRB_CLI_OPTION_SINCE_TIME, required_argument, "since", take_since_time },
	{ BRB_CLI_OPTION_FOLLOW, no_argument, "follow", take_follow },
	{ BRB_CLI_OPTION_WATCH, optional_argument, "watch", take_watch },
	{ BRB_CLI_OPTION_ALL, no_argument, "all", take_all },
	{ BRB_CLI_OPTION_CLOCK, required_argument, "clock", take_clock },
	{ BRB_CLI_OPTION_UNTIL, required_argument, "until", take_until },
	{ BRB_CLI_OPTION_JOBS, no_argument, "waiting", take_waiting },
	{ BRB_CLI_OPTION_JOBS, no_argument, "running", take_running },
	{ BRB_CLI_OPTION_JOBS, no_argument, "delayed", take_delayed },
	{ BRB_CLI_OPTION_JOBS, no_argument, "parked", take_parked },
	{ BRB_CLI_OPTION_JOBS, required_argument, "badge", take_badge },
	{ BRB_CLI_OPTION_JOBS, required_argument, "user", take_user },
	{ BRB_CLI_OPTION_PROCESSES, required_argument, "processes", take_processes },
	{ BRB_CLI_OPTION_UNTIL_IDLE, no_argument, "until-idle", take_until_idle },
	{ BRB_CLI_OPTION_CXX, no_argument, "cxx", take_cxx },
	{ BRB_CLI_OPTION_LEVEL, required_argument, "level", take_level },
	{ BRB_CLI_OPTION_REASON, required_argument, "reason", take_reason },
	{ BRB_CLI_OPTION_NOTE, required_argument, "note", take_note },
	{ BRB_CLI_OPTION_AT, required_argument, "at", take_at },
	{ BRB_CLI_OPTION_HISTORY, no_argument, "history", take_history },
	{ BRB_CLI_OPTION_HOW_FAR, no_argument, "progress", take_how_far },
	{ BRB_CLI_OPTION_LANG, required_argument, "lang", take_lang },
	{ BRB_CLI_OPTION_USER, required_argument, "user", take_user },
	{ BRB_CLI_OPTION_TRY, required_argument, "format", take_try_format },
	{ BRB_CLI_OPTION_TRY, required_argument, "plugin-path", take_plugin_path },
	{ BRB_CLI_OPTION_TRY, required_argument, "deadline", take_deadline },
	{ BRB_CLI_OPTION_THOROUGH, no_argument, "thorough", take_thorough },
	{ BRB_CLI_OPTION_BACKFILL, required_argument, "badge", take_one_more_badge },
	{ BRB_CLI_OPTION_BACKFILL, no_argument, "dry-run", take_dry_run },
	{ BRB_CLI_OPTION_BACKFILL, no_argument, "revoke", take_revoke },
	{ BRB_CLI_OPTION_BACKFILL, no_argument, "replace-memory", take_replace_memory },
	{ 0, no_argument, "help", take_help },
};

enum { OPTION_COUNT = sizeof all_options / sizeof *all_options };
enum { FIRST_VALUE = 256 }; /* of getopt's answers, past any letter: the row's number is added */

static bool unknown_option(const char *command, const char *word, unsigned known)
{
	const char *names[OPTION_COUNT + 1] = { NULL };
	size_t count = 0;
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (all_options[i].bit == 0 || (known & all_options[i].bit))
			names[count++] = all_options[i].name;
	const char *start = word + strspn(word, "-");
	char bare[BRB_CLI_NEAREST_BYTES_MOST + 1];
	snprintf(bare, sizeof bare, "%.*s", (int)strcspn(start, "="), start);
	const char *nearest = brb_cli_nearest(bare, names);
	if (!nearest)
		return fault(command, "unknown option ", word, "");
	char hint[64] = " (did you mean --";
	strcat(strcat(hint, nearest), "?)");
	return fault(command, "unknown option ", word, hint);
}

static void choose_known(unsigned known, struct option *chosen)
{
	size_t count = 0;
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (all_options[i].bit == 0 || (known & all_options[i].bit))
			chosen[count++] = (struct option){ all_options[i].name, all_options[i].value, NULL,
							   FIRST_VALUE + (int)i };
	chosen[count] = (struct option){ 0 };
}

bool brb_cli_options_read(int word_count, char **words, unsigned known, size_t most_arguments,
			  brb_cli_options *options)
{
	struct option chosen[OPTION_COUNT + 1];
	const char *command = words[0];
	brb_cli_options read = {
		.config = "badges.yaml", .batch = BRB_CLI_BATCH_EVENTS, .processes = 1, .deadline_s = 30
	};
	if (!(known & BRB_CLI_OPTION_WATCH))
		read.watch = BRB_CLI_NEVER;
	choose_known(known, chosen);
	optind = 0; /* glibc: begin anew */
	opterr = 0;
	int answer;
	while ((answer = getopt_long(word_count, words, ":h", chosen, NULL)) != -1) {
		const char *word = words[optind - 1];
		if (answer == ':')
			return fault(command, "a value is missing after ", word, "");
		if (answer == '?' && optopt != 0 && strncmp(word, "--", 2) == 0)
			return fault(command, "no value is expected in ", word, "");
		if (answer == '?')
			return unknown_option(command, word, known);
		if (answer == 'h')
			read.help = true;
		else if (!all_options[answer - FIRST_VALUE].take(command, optarg, &read))
			return false;
	}
	read.arguments = words + optind;
	read.argument_count = (size_t)(word_count - optind);
	if (read.by_wall && read.has_until)
		return fault(command, "--until is for the events' clock, it does not go with --clock ", "wall", "");
	if (!read.help && read.argument_count > most_arguments)
		return fault(command, "one word too many: ", read.arguments[most_arguments], "");
	*options = read;
	return true;
}
