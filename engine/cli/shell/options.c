/*
 * cli/shell/options: getopt_long(3) over the rows of options.def.
 */
#include "cli/shell/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/output/terminal_text.h"

/* ---- faults ------------------------------------------------------------------------------------------------------ */

static bool fault(const char *subcommand, const char *what, const char *word, const char *more)
{
	brb_cli_out out;
	brb_cli_out_init(&out, STDERR_FILENO);
	brb_cli_out_format(&out, "brabeion %s: %s", subcommand, what);
	brb_cli_terminal_text_write(&out, word);
	brb_cli_out_text(&out, more);
	brb_cli_out_format(&out, "\nTry \"brabeion %s --help\".\n", subcommand);
	brb_cli_out_flush(&out);
	return false;
}

static bool value_fault(const char *subcommand, const brb_cli_option *option, const char *what, const char *word,
			const char *more)
{
	char start[160];
	snprintf(start, sizeof start, "--%s: %s", option->name, what);
	return fault(subcommand, start, word, more);
}

/* ---- types of options: each writes its member -------------------------------------------------------------------- */

static bool take_flag(const char *subcommand, const brb_cli_option *option, const char *text, void *member)
{
	(void)subcommand, (void)option, (void)text;
	*(bool *)member = true;
	return true;
}

static bool take_text(const char *subcommand, const brb_cli_option *option, const char *text, void *member)
{
	(void)subcommand, (void)option;
	*(const char **)member = text;
	return true;
}

static bool take_name(const char *subcommand, const brb_cli_option *option, const char *text, void *member)
{
	*(const char **)member = text;
	return *text || value_fault(subcommand, option, "an empty name", "", "");
}

static bool take_names(const char *subcommand, const brb_cli_option *option, const char *text, void *member)
{
	brb_cli_names *names = member;
	if (names->count == BRB_CLI_BADGES_MAX)
		return value_fault(subcommand, option, "may be given up to 64 times; one too many: ", text, "");
	return take_name(subcommand, option, text, &names->names[names->count++]);
}

static bool take_number(const char *subcommand, const brb_cli_option *option, const char *text, void *member)
{
	char *end = NULL;
	char expected[80];
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno && value >= option->least && value <= option->most) {
		*(size_t *)member = (size_t)value;
		return true;
	}
	snprintf(expected, sizeof expected, " is not a whole number from %ju to %ju", (uintmax_t)option->least,
		 (uintmax_t)option->most);
	return value_fault(subcommand, option, "", text, expected);
}

static bool take_time(const char *subcommand, const brb_cli_option *option, const char *text, void *member)
{
	brb_cli_time *time = member;
	time->is_given = true;
	return brabeion_time_parse(text, &time->us) == BRABEION_OK ||
	       value_fault(subcommand, option, "expected a time like 2014-01-21T20:26:05Z, not ", text, "");
}

/* The values stand in the row's argument, as in "auto|always|never" or "[=on|off]". */
static bool take_choice(const char *subcommand, const brb_cli_option *option, const char *text, void *member)
{
	char expected[80] = "expected ";
	const char *value = option->argument + strspn(option->argument, "[=");
	for (int i = 0; *value; i++) {
		size_t size = strcspn(value, "|]");
		const char *next = value + size + strspn(value + size, "|]");
		size_t used = strlen(expected);
		if (strlen(text) == size && strncmp(text, value, size) == 0) {
			*(int *)member = i;
			return true;
		}
		snprintf(expected + used, sizeof expected - used, "%.*s%s", (int)size, value,
			 !*next              ? ", not "
			 : strchr(next, '|') ? ", "
					     : " or ");
		value = next;
	}
	return value_fault(subcommand, option, expected, text, "");
}

static bool take_watch(const char *subcommand, const brb_cli_option *option, const char *text, void *member)
{
	int is_off = 0;
	if (text && !take_choice(subcommand, option, text, &is_off))
		return false;
	*(brb_cli_choice *)member = is_off ? BRB_CLI_NEVER : BRB_CLI_ALWAYS;
	return true;
}

static bool take_job_state(const char *subcommand, const brb_cli_option *option, const char *text, void *member)
{
	brabeion_job_state *state = member;
	brabeion_job_state wanted = (brabeion_job_state)option->least;
	(void)text;
	if (*state != BRABEION_JOB_ANY && *state != wanted)
		return fault(subcommand, "only one of --waiting, --running, --delayed and --parked can be given", "",
			     "");
	*state = wanted;
	return true;
}

/* ---- the rows ---------------------------------------------------------------------------------------------------- */

#define FLAG take_flag, 0, 0
#define TEXT take_text, 0, 0
#define NAME take_name, 0, 0
#define NAMES take_names, 0, 0
#define TIME take_time, 0, 0
#define CHOICE take_choice, 0, 0
#define WATCH take_watch, 0, 0
#define NUMBER(least, most) take_number, least, most
#define LIMIT NUMBER(1, SIZE_MAX / 2)
#define JOB_STATE(state) take_job_state, state, 0
#define OPTION(subcommands, name, argument, type, member, help) \
	{ subcommands, name, argument, type, offsetof(brb_cli_options, member), help },

static const brb_cli_option rows[] = {
#include "cli/shell/options.def"
};

enum { ROW_COUNT = sizeof rows / sizeof *rows };

static bool belongs_to(const brb_cli_option *option, const char *subcommand)
{
	size_t size = strlen(subcommand);
	for (const char *name = option->subcommands; *name; name += strspn(name, " ")) {
		size_t name_size = strcspn(name, " ");
		if (name_size == size && strncmp(name, subcommand, size) == 0)
			return true;
		name += name_size;
	}
	return false;
}

const brb_cli_option *brb_cli_options_next(const char *subcommand, const brb_cli_option *option)
{
	for (option = option ? option + 1 : rows; option < rows + ROW_COUNT; option++)
		if (belongs_to(option, subcommand))
			return option;
	return NULL;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

enum { FIRST_VALUE = 256 }; /* of getopt's results, past any letter: the row's number is added */

static bool unknown_option(const char *subcommand, const char *word)
{
	const char *names[ROW_COUNT + 1] = { "help" };
	size_t count = 1;
	for (const brb_cli_option *option = NULL; (option = brb_cli_options_next(subcommand, option));)
		names[count++] = option->name;
	const char *start = word + strspn(word, "-");
	char bare[64];
	snprintf(bare, sizeof bare, "%.*s", (int)strcspn(start, "="), start);
	const char *nearest = brb_text_nearest(bare, names, count);
	char hint[96] = "";
	if (nearest)
		snprintf(hint, sizeof hint, " (did you mean --%s?)", nearest);
	return fault(subcommand, "unknown option ", word, hint);
}

static void list_options(const char *subcommand, struct option *list)
{
	*list++ = (struct option){ "help", no_argument, NULL, 'h' };
	for (const brb_cli_option *option = NULL; (option = brb_cli_options_next(subcommand, option));)
		*list++ = (struct option){ option->name,
					   !*option->argument         ? no_argument
					   : *option->argument == '[' ? optional_argument
								      : required_argument,
					   NULL, FIRST_VALUE + (int)(option - rows) };
	*list = (struct option){ 0 };
}

static brb_cli_options default_options(const char *subcommand)
{
	brb_cli_options options = { .config = "badges.yaml",
				    .processes = 1,
				    .deadline_s = 30,
				    .progress = BRB_CLI_NEVER,
				    .watch = BRB_CLI_NEVER };
	for (const brb_cli_option *option = NULL; (option = brb_cli_options_next(subcommand, option));) {
		if (option->offset == offsetof(brb_cli_options, progress))
			options.progress = BRB_CLI_AUTO;
		if (option->offset == offsetof(brb_cli_options, watch))
			options.watch = BRB_CLI_AUTO;
	}
	return options;
}

bool brb_cli_options_read(int word_count, char **words, size_t most_arguments, brb_cli_options *options)
{
	struct option list[ROW_COUNT + 2];
	const char *subcommand = words[0];
	brb_cli_options read = default_options(subcommand);
	list_options(subcommand, list);
	optind = 0; /* glibc: start anew */
	opterr = 0;
	int result;
	while ((result = getopt_long(word_count, words, ":h", list, NULL)) != -1) {
		const char *word = words[optind - 1];
		const brb_cli_option *option = result >= FIRST_VALUE ? &rows[result - FIRST_VALUE] : NULL;
		if (result == ':')
			return fault(subcommand, "a value is missing after ", word, "");
		if (result == '?' && optopt != 0 && strncmp(word, "--", 2) == 0)
			return fault(subcommand, "no value is expected in ", word, "");
		if (result == '?')
			return unknown_option(subcommand, word);
		if (!option)
			read.help = true;
		else if (!option->take(subcommand, option, optarg, (char *)&read + option->offset))
			return false;
	}
	read.arguments = words + optind;
	read.argument_count = (size_t)(word_count - optind);
	if (!read.help && read.argument_count > most_arguments)
		return fault(subcommand, "one word too many: ", read.arguments[most_arguments], "");
	*options = read;
	return true;
}
