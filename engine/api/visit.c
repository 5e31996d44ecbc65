/*
 * api/visit: loads badges.yaml and its plugins without opening a database, calls a visitor, and unloads them. One visitor is
 * here: brabeion_config_check, which lists the badges.
 */
#include <stdlib.h>

#include "api/internal.h"

static void log_untried(const brb_config *config, const brb_log *log)
{
	if (!config->probe_ms)
		brb_log_write(log, BRABEION_LOG_INFO,
			      "%s: plugins are not tried before they are loaded: probe is off", config->name);
}

static brabeion_status visit(const brabeion_options *options, brb_engine_visitor visitor, void *context,
			     brabeion_error *error)
{
	brb_log log = { options->log, options->log_context };
	brb_config *config = NULL;
	brb_image_copies *copies = NULL;
	brb_generation *generation = NULL;
	const char *temporary = secure_getenv("TMPDIR");
	brb_config_source source = brb_engine_source_of(options);
	brabeion_status status = brb_config_read(&source, &config, error);
	if (status == BRABEION_OK)
		status = brb_engine_open_copies(config, options->database ? options->database : config->database,
						temporary ? temporary : "/tmp", &log, &copies, error);
	if (status == BRABEION_OK) {
		log_untried(config, &log);
		status = brb_engine_load(config, copies, NULL, &log, &generation, error);
	}
	if (status == BRABEION_OK)
		status = visitor(
			&(brb_engine_visited){ .generation = generation,
					       .file = config->name,
					       .database = options->database ? options->database : config->database,
					       .log = &log },
			context, error);
	brb_generation_close(generation);
	brb_image_copies_close(copies, false);
	brb_config_close(config);
	return status;
}

brabeion_status brb_engine_visit(const brabeion_options *theirs, const char *language, brb_engine_visitor visitor,
				 void *context, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_options options;
	if (brb_engine_enter_with(theirs, &options, &fault) == BRABEION_OK &&
	    brb_engine_check_language(language, &fault) == BRABEION_OK)
		visit(&options, visitor, context, &fault);
	return brb_status_hand_over(error, &fault);
}

/* ---- checking ---- */

typedef struct check_request {
	const char *language;
	brabeion_badge_list *list; /* NULL: not wanted */
} check_request;

static brabeion_status check(const brb_engine_visited *visited, void *context, brabeion_error *error)
{
	const check_request *request = context;
	brabeion_badge_list read = { 0 };
	brabeion_status status = brb_engine_check_names(visited, error);
	if (status != BRABEION_OK || !request->list)
		return status;
	status = brb_engine_list_badges(visited->generation, NULL, &read, error);
	if (status == BRABEION_OK)
		status = brb_engine_translate_badges(visited->generation, request->language, &read, error);
	if (status == BRABEION_OK)
		*request->list = read;
	else
		brabeion_badge_list_finish(&read);
	return status;
}

brabeion_status brabeion_config_check(const brabeion_options *options, const char *language,
				      brabeion_badge_list *list, brabeion_error *error)
{
	check_request request = { .language = language, .list = list };
	return brb_engine_visit(options, language, check, &request, error);
}
