#include "support/loading_fixture.h"

#include "support/open_config.h"

brb_image_copies *copies;
brb_config *config;

void open_loading_fixture(void)
{
	make_folder(folder);
	unsetenv("BRABEION_PLUGIN_PATH");
	const char *candidates[] = { folder };
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_image_copies_open(candidates, 1, &captured_log, &copies, &error), BRABEION_OK, "%s",
		     error.message);
}

void close_loading_fixture(void)
{
	brb_config_close(config);
	brb_image_copies_close(copies, false);
	remove_folder(folder);
}

brb_config *configure(const char *plugin_lines)
{
	char path[PATH_BYTES], *text = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brb_config_close(config);
	config = NULL;
	join(path, folder, "badges.yaml");
	int length = asprintf(&text, "database: badges.db\nplugin_path: [\"%s\"]\nplugins:\n%sprobe: off\n",
			      BRB_TEST_PLUGIN_DIR, plugin_lines);
	cr_assert_gt(length, 0);
	write_file(path, text);
	free(text);
	cr_assert_eq(chdir(folder), 0);
	cr_assert_eq(open_config("badges.yaml", NULL, &config, &error), BRABEION_OK, "%s", error.message);
	cr_assert_eq(chdir("/"), 0);
	return config;
}
