/*
 * api/visit: loads badges.yaml and its plugins without a database, shows the generation to a visitor, and unloads it.
 */
#include <stdlib.h>

#include "api/internal.h"
#include "probe/client.h"

static void log_untried(const brb_config *config, const brb_log *log)
{
	const char *program = brb_probe_program();
	if (!config->probe_ms)
		brb_log_write(log, BRABEION_LOG_INFO,
			      "%s: plugins are not tried before they are loaded: probe is off", config->name);
	else if (!brb_probe_is_there(program))
		brb_log_write(log, BRABEION_LOG_INFO,
			      "%s: plugins are not tried before they are loaded: there is no %s", config->name,
			      program);
}

static brabeion_status visit(const brabeion_options *options, brb_engine_visitor visitor, void *context,
			     brabeion_error *error)
{
	brb_log log = { options->log, options->log_context };
	brb_config *config = NULL;
	brb_image_copies *home = NULL;
	brb_generation *generation = NULL;
	const char *temporary = secure_getenv("TMPDIR");
	brb_config_source source = brb_engine_source_of(options);
	brabeion_status status = brb_config_read(&source, &config, error);
	if (status == BRABEION_OK)
		status = brb_engine_open_copies(config, options->database ? options->database : config->database,
						temporary ? temporary : "/tmp", &log, &home, error);
	if (status == BRABEION_OK) {
		log_untried(config, &log);
		status = brb_engine_load(config, home, NULL, &log, &generation, error);
	}
	if (status == BRABEION_OK)
		status = visitor(generation, context, error);
	brb_generation_close(generation);
	brb_image_copies_close(home, false);
	brb_config_close(config);
	return status;
}

static const brabeion_options no_options;

brabeion_status brb_engine_visit(const brabeion_options *options, const char *language, brb_engine_visitor visitor,
				 void *context, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (!options)
		options = &no_options;
	if (brb_engine_enter_with(options, &fault) == BRABEION_OK &&
	    brb_engine_check_language(language, &fault) == BRABEION_OK)
		visit(options, visitor, context, &fault);
	return brb_status_hand_over(error, &fault);
}
