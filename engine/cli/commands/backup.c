/*
 * cli/commands/backup: `brabeion backup`, a copy of the database.
 */
#include "cli/shell/commands.h"

#include <sys/stat.h>
#include <unistd.h>

#include "cli/output/json.h"
#include "cli/output/terminal_text.h"

static void print_backup(brb_cli_out *out, const brb_cli_options *options, const char *path)
{
	struct stat about;
	int64_t bytes = stat(path, &about) == 0 ? about.st_size : 0;
	if (options->json) {
		brb_json json = brb_cli_json(out);
		brb_json_object(&json, NULL);
		brb_json_text(&json, "file", path);
		brb_json_integer(&json, "bytes", bytes);
		brb_json_end(&json);
		brb_cli_out_text(out, "\n");
		return;
	}
	brb_cli_terminal_text_write(out, path);
	brb_cli_out_text(out, ": ");
	brb_cli_out_count(out, (uint64_t)bytes, "byte", "bytes");
	brb_cli_out_text(out, "\n");
}

/* A file that exists is refused before anything else is tried. */
static int fail(const brb_cli_options *options, brb_cli_report *report, brabeion_error *error)
{
	struct stat about;
	bool exists = !options->force && lstat(options->arguments[0], &about) == 0 && S_ISREG(about.st_mode);
	if (error->status != BRABEION_STORE || !error->message || !exists)
		return brb_cli_fail(report, error);
	brb_cli_report_say(report, "%s (--force replaces it)", error->message);
	brabeion_error_finish(error);
	return BRB_CLI_STORE;
}

int brb_cli_command_backup(const brb_cli_options *options, brb_cli_report *report)
{
	brb_cli_out out;
	int exit_code = BRB_CLI_STORE;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_backup_options how = BRABEION_BACKUP_OPTIONS(.replace = options->force);
	if (options->argument_count < 1)
		return brb_cli_fail_usage(report, "backup", "FILE is missing");
	brabeion_engine *engine = brb_cli_open(options, report, BRB_CLI_OPEN_TO_LOOK, &exit_code);
	if (!engine)
		return exit_code;
	error.status = brabeion_backup(engine, options->arguments[0], &how, &error);
	brabeion_close(engine);
	if (error.status != BRABEION_OK)
		return fail(options, report, &error);
	brb_cli_out_init(&out, STDOUT_FILENO);
	print_backup(&out, options, options->arguments[0]);
	return brb_cli_finish_output(&out, report);
}
