/*
 * loading_room: what the tests of plugins and generations share: a home for images, a badges.yaml written by the test,
 * and the test plugins of tests/plugins.
 */
#ifndef BRB_TESTS_LOADING_ROOM_H
#define BRB_TESTS_LOADING_ROOM_H

#include "config/config.h"
#include "image/image.h"
#include "support/folder.h"

#ifndef BRB_TEST_PLUGIN_DIR
#define BRB_TEST_PLUGIN_DIR BRB_BUILD_DIR "/tests/plugins"
#endif

static char folder[PATH_BYTES];
static brb_image_copies *home;
static brb_config *config;
static char logged[8192];

static inline void keep_log(void *context, brabeion_log_level level, const char *message)
{
	(void)context;
	size_t length = strlen(logged);
	snprintf(logged + length, sizeof logged - length, "%d: %s\n", (int)level, message);
}

static const brb_log loading_log = { keep_log, NULL };

static inline void open_loading_room(void)
{
	make_folder(folder);
	unsetenv("BRABEION_PLUGIN_PATH");
	setenv("BRABEION_PROBE", "/nowhere", 1); /* rooms are tested one by one: code runs here alone */
	const char *candidates[] = { folder };
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_image_copies_open(candidates, 1, &loading_log, &home, &error), BRABEION_OK, "%s",
		     error.message);
}

static inline void close_loading_room(void)
{
	brb_config_close(config);
	brb_image_copies_close(home, false);
	remove_folder(folder);
}

/*
 * Opens a badges.yaml of these lines below `plugins:`, which is line 3 of the file: the first is line 4. Its name in
 * messages is "badges.yaml".
 */
static inline brb_config *configure(const char *plugin_lines)
{
	char path[PATH_BYTES], *text = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brb_config_close(config);
	config = NULL;
	join(path, folder, "badges.yaml");
	int length = asprintf(&text, "database: badges.db\nplugin_path: [\"%s\"]\nplugins:\n%s", BRB_TEST_PLUGIN_DIR,
			      plugin_lines);
	cr_assert_gt(length, 0);
	write_file(path, text, (size_t)length);
	free(text);
	cr_assert_eq(chdir(folder), 0);
	cr_assert_eq(brb_config_open("badges.yaml", NULL, &config, &error), BRABEION_OK, "%s", error.message);
	cr_assert_eq(chdir("/"), 0);
	return config;
}

#endif
