/*
 * cli/options: getopt_long(3) over the options that a subcommand knows.
 */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <brabeion/engine.h>

#include "cli/glyphs.h"

enum { OPTION_COUNT = 29, LONGEST_WORD = 32, MOST_EVENTS = 100000, MOST_PROCESSES = 256 };

static const struct {
	unsigned bit; /* 0: known to all */
	struct option option;
} all_options[OPTION_COUNT] = {
	{ BRB_CLI_OPTION_CONFIG, { "config", required_argument, NULL, 'c' } },
	{ BRB_CLI_OPTION_DATABASE, { "database", required_argument, NULL, 'd' } },
	{ BRB_CLI_OPTION_STRICT, { "strict", no_argument, NULL, 's' } },
	{ BRB_CLI_OPTION_FORMAT, { "format", required_argument, NULL, 'f' } },
	{ BRB_CLI_OPTION_BATCH, { "batch", required_argument, NULL, 'b' } },
	{ BRB_CLI_OPTION_PROGRESS, { "progress", required_argument, NULL, 'p' } },
	{ BRB_CLI_OPTION_JSON, { "json", no_argument, NULL, 'j' } },
	{ BRB_CLI_OPTION_LIMIT, { "limit", required_argument, NULL, 'l' } },
	{ BRB_CLI_OPTION_SINCE, { "since", required_argument, NULL, 'n' } },
	{ BRB_CLI_OPTION_FOLLOW, { "follow", no_argument, NULL, 'w' } },
	{ BRB_CLI_OPTION_WATCH, { "watch", optional_argument, NULL, 'r' } },
	{ BRB_CLI_OPTION_ALL, { "all", no_argument, NULL, 'a' } },
	{ BRB_CLI_OPTION_CLOCK, { "clock", required_argument, NULL, 'k' } },
	{ BRB_CLI_OPTION_UNTIL, { "until", required_argument, NULL, 'u' } },
	{ BRB_CLI_OPTION_JOBS, { "waiting", no_argument, NULL, 'W' } },
	{ BRB_CLI_OPTION_JOBS, { "running", no_argument, NULL, 'R' } },
	{ BRB_CLI_OPTION_JOBS, { "delayed", no_argument, NULL, 'D' } },
	{ BRB_CLI_OPTION_JOBS, { "parked", no_argument, NULL, 'P' } },
	{ BRB_CLI_OPTION_JOBS, { "badge", required_argument, NULL, 'B' } },
	{ BRB_CLI_OPTION_JOBS, { "user", required_argument, NULL, 'U' } },
	{ BRB_CLI_OPTION_PROCESSES, { "processes", required_argument, NULL, 'N' } },
	{ BRB_CLI_OPTION_UNTIL_IDLE, { "until-idle", no_argument, NULL, 'i' } },
	{ BRB_CLI_OPTION_CXX, { "cxx", no_argument, NULL, 'x' } },
	{ BRB_CLI_OPTION_LEVEL, { "level", required_argument, NULL, 'v' } },
	{ BRB_CLI_OPTION_REASON, { "reason", required_argument, NULL, 'e' } },
	{ BRB_CLI_OPTION_NOTE, { "note", required_argument, NULL, 'o' } },
	{ BRB_CLI_OPTION_AT, { "at", required_argument, NULL, 't' } },
	{ BRB_CLI_OPTION_HISTORY, { "history", no_argument, NULL, 'y' } },
	{ 0, { "help", no_argument, NULL, 'h' } },
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters must be changed, added, dropped or swapped with their neighbour (Damerau 1964, restricted). */
static size_t distance(const char *a, const char *b)
{
	size_t rows[LONGEST_WORD + 1][LONGEST_WORD + 1];
	size_t a_size = strlen(a);
	size_t b_size = strlen(b);
	if (a_size > LONGEST_WORD || b_size > LONGEST_WORD)
		return SIZE_MAX;
	for (size_t i = 0; i <= a_size; i++) {
		for (size_t j = 0; j <= b_size; j++) {
			if (i == 0 || j == 0) {
				rows[i][j] = i + j;
				continue;
			}
			rows[i][j] = least(rows[i - 1][j] + 1, rows[i][j - 1] + 1);
			rows[i][j] = least(rows[i][j], rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				rows[i][j] = least(rows[i][j], rows[i - 2][j - 2] + 1);
		}
	}
	return rows[a_size][b_size];
}

const char *brb_cli_options_nearest(const char *word, const char *const *names)
{
	const char *nearest = NULL;
	size_t bound = strlen(word) <= 4 ? 2 : 3; /* one less counts as near */
	for (; *names; names++) {
		size_t this_distance = distance(word, *names);
		if (this_distance < bound) {
			nearest = *names;
			bound = this_distance;
		}
	}
	return nearest;
}

/* ---- faults ---- */

static bool fault(const char *command, const char *what, const char *word, const char *more)
{
	brb_cli_out out;
	brb_cli_out_init(&out, STDERR_FILENO);
	brb_cli_out_format(&out, "brabeion %s: %s", command, what);
	brb_cli_glyphs_write(&out, word);
	brb_cli_out_text(&out, more);
	brb_cli_out_format(&out, "\nTry \"brabeion %s --help\".\n", command);
	brb_cli_out_flush(&out);
	return false;
}

static bool unknown_option(const char *command, const char *word, unsigned known)
{
	const char *names[OPTION_COUNT + 1] = { NULL };
	size_t count = 0;
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (all_options[i].bit == 0 || (known & all_options[i].bit))
			names[count++] = all_options[i].option.name;
	char bare[LONGEST_WORD + 1] = "";
	const char *start = word + strspn(word, "-");
	memcpy(bare, start, least(strcspn(start, "="), LONGEST_WORD));
	const char *nearest = brb_cli_options_nearest(bare, names);
	if (!nearest)
		return fault(command, "unknown option ", word, "");
	char hint[64] = " (did you mean --";
	strcat(strcat(hint, nearest), "?)");
	return fault(command, "unknown option ", word, hint);
}

static bool read_count(const char *command, const char *option, const char *text, size_t least_value, size_t most,
		       size_t *count)
{
	char *end = NULL;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value < least_value || value > most)
		return fault(command, option, text, " is not a number that fits here");
	*count = (size_t)value;
	return true;
}

static bool read_since(const char *command, const char *text, brb_cli_options *options)
{
	size_t sequence = 0;
	if (!read_count(command, "--since: ", text, 0, INT64_MAX, &sequence))
		return false;
	options->since = (int64_t)sequence;
	return true;
}

static bool read_format(const char *command, const char *text, brb_cli_options *options)
{
	if (strcmp(text, "json") != 0 && strcmp(text, "text") != 0)
		return fault(command, "--format: expected json or text, not ", text, "");
	options->text = strcmp(text, "text") == 0;
	return true;
}

static bool read_progress(const char *command, const char *text, brb_cli_options *options)
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
static bool read_watch(const char *command, const char *text, brb_cli_options *options)
{
	if (text && strcmp(text, "on") != 0 && strcmp(text, "off") != 0)
		return fault(command, "--watch: expected on or off, not ", text, "");
	options->watch = text && strcmp(text, "off") == 0 ? BRB_CLI_NEVER : BRB_CLI_ALWAYS;
	return true;
}

static bool read_clock(const char *command, const char *text, brb_cli_options *options)
{
	if (strcmp(text, "events") != 0 && strcmp(text, "wall") != 0)
		return fault(command, "--clock: expected events or wall, not ", text, "");
	options->by_wall = strcmp(text, "wall") == 0;
	return true;
}

static bool read_until(const char *command, const char *text, brb_cli_options *options)
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

/* Which jobs. */
static bool take_job_option(const char *command, int letter, brb_cli_options *options)
{
	switch (letter) {
	case 'W':
		return read_job_state(command, BRABEION_JOB_WAITING, options);
	case 'R':
		return read_job_state(command, BRABEION_JOB_RUNNING, options);
	case 'D':
		return read_job_state(command, BRABEION_JOB_DELAYED, options);
	case 'P':
		return read_job_state(command, BRABEION_JOB_PARKED, options);
	case 'B':
		options->badge = optarg;
		return *optarg || fault(command, "--badge: an empty name", "", "");
	default:
		options->user = optarg;
		return *optarg || fault(command, "--user: an empty name", "", "");
	}
}

static bool read_level(const char *command, const char *text, brb_cli_options *options)
{
	size_t level = 0;
	if (!read_count(command, "--level: ", text, 1, UINT32_MAX, &level))
		return false;
	options->level = (uint32_t)level;
	return true;
}

static bool read_at(const char *command, const char *text, brb_cli_options *options)
{
	options->has_at = true;
	return brabeion_time_parse(text, &options->at_us) == BRABEION_OK ||
	       fault(command, "--at: expected a time like 2014-01-21T20:26:05Z, not ", text, "");
}

static bool take_option(const char *command, int letter, brb_cli_options *options)
{
	switch (letter) {
	case 'c':
		options->config = optarg;
		return *optarg || fault(command, "--config: an empty name", "", "");
	case 'd':
		options->database = optarg;
		return *optarg || fault(command, "--database: an empty name", "", "");
	case 's':
		options->strict = true;
		return true;
	case 'f':
		return read_format(command, optarg, options);
	case 'b':
		return read_count(command, "--batch: ", optarg, 1, MOST_EVENTS, &options->batch);
	case 'p':
		return read_progress(command, optarg, options);
	case 'j':
		options->json = true;
		return true;
	case 'l':
		options->has_limit = true;
		return read_count(command, "--limit: ", optarg, 1, SIZE_MAX / 2, &options->limit);
	case 'n':
		return read_since(command, optarg, options);
	case 'r':
		return read_watch(command, optarg, options);
	case 'k':
		return read_clock(command, optarg, options);
	case 'u':
		return read_until(command, optarg, options);
	case 'v':
		return read_level(command, optarg, options);
	case 'e':
		options->reason = optarg;
		return true;
	case 'o':
		options->note = optarg;
		return true;
	case 't':
		return read_at(command, optarg, options);
	case 'y':
		options->past = true;
		return true;
	case 'w':
		options->follow = true;
		return true;
	case 'x':
		options->cxx = true;
		return true;
	case 'a':
		options->all = true;
		return true;
	case 'N':
		return read_count(command, "--processes: ", optarg, 1, MOST_PROCESSES, &options->processes);
	case 'i':
		options->until_idle = true;
		return true;
	case 'W':
	case 'R':
	case 'D':
	case 'P':
	case 'B':
	case 'U':
		return take_job_option(command, letter, options);
	default:
		options->help = true;
		return true;
	}
}

static size_t choose_known(unsigned known, struct option *chosen)
{
	size_t count = 0;
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (all_options[i].bit == 0 || (known & all_options[i].bit))
			chosen[count++] = all_options[i].option;
	chosen[count] = (struct option){ 0 };
	return count;
}

bool brb_cli_options_read(int word_count, char **words, unsigned known, size_t most_arguments,
			  brb_cli_options *options)
{
	struct option chosen[OPTION_COUNT + 1];
	const char *command = words[0];
	brb_cli_options read = { .config = "badges.yaml", .batch = BRB_CLI_BATCH_EVENTS, .processes = 1 };
	if (!(known & BRB_CLI_OPTION_WATCH))
		read.watch = BRB_CLI_NEVER;
	choose_known(known, chosen);
	optind = 0; /* glibc: begin anew */
	opterr = 0;
	int letter;
	while ((letter = getopt_long(word_count, words, ":h", chosen, NULL)) != -1) {
		const char *word = words[optind - 1];
		if (letter == ':')
			return fault(command, "a value is missing after ", word, "");
		if (letter == '?' && optopt != 0 && strncmp(word, "--", 2) == 0)
			return fault(command, "no value is expected in ", word, "");
		if (letter == '?')
			return unknown_option(command, word, known);
		if (!take_option(command, letter, &read))
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
