#include "support/open_config.h"

brabeion_status open_config(const char *path, const char *installed_plugin_dir, brb_config **out,
			    brabeion_error *error)
{
	brb_config *config = NULL;
	brabeion_status status = brb_config_read(
		&(brb_config_source){ .name = path, .installed_plugin_dir = installed_plugin_dir }, &config, error);
	if (config)
		status = brb_config_verdict(config, error);
	if (status == BRABEION_OK)
		*out = config;
	else
		brb_config_close(config);
	return status;
}
