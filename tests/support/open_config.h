/*
 * open_config: a badges.yaml -> a configuration without fault, or all its faults.
 */
#ifndef BRB_TESTS_OPEN_CONFIG_H
#define BRB_TESTS_OPEN_CONFIG_H

#include "config/config.h"

brabeion_status open_config(const char *path, const char *installed_plugin_dir, brb_config **out,
			    brabeion_error *error);

#endif
