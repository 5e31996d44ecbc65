/* badges.yaml: any bytes become a configuration within its bounds, or faults, each on a line that begins with the file. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "config/config.h"

static void look_at(const brb_config *config)
{
	FUZZ_EXPECT(config->database && config->busy_timeout_ms >= 0 && config->retention_us >= 0);
	FUZZ_EXPECT((config->mode & ~0666u) == 0 && (config->mode & 0600) == 0600);
	for (size_t i = 0; i < config->plugin_count; i++) {
		const brb_config_plugin *plugin = &config->plugins[i];
		FUZZ_EXPECT(plugin->file && (!plugin->sha256 || strlen(plugin->sha256) == 64));
		for (size_t k = 0; k < plugin->badge_count; k++) {
			const brb_config_badge *badge = &plugin->badges[k];
			FUZZ_EXPECT(brb_text_is_slug(badge->slug) && brb_text_is_slug(badge->badge));
			for (size_t l = 0; l < badge->level_count; l++)
				FUZZ_EXPECT(!badge->levels[l].name.usual || *badge->levels[l].name.usual);
		}
	}
}

static void expect_faults(const char *message)
{
	FUZZ_EXPECT(fuzz_is_shown(message, true));
	FUZZ_EXPECT(strncmp(message, "fuzz.yaml:", 10) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	brb_config *config = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	char *text = fuzz_copy(bytes, size, 0);
	brabeion_status status = brb_config_read_text("fuzz.yaml", text, size, &config, &error);
	if (status == BRABEION_OK && (status = brb_config_verdict(config, &error)) == BRABEION_OK)
		look_at(config);
	FUZZ_EXPECT(status == BRABEION_OK || status == BRABEION_CONFIG);
	FUZZ_EXPECT((status == BRABEION_OK) == !error.message);
	if (error.message)
		expect_faults(error.message);
	brabeion_error_finish(&error);
	brb_config_close(config);
	free(text);
	return 0;
}
