/*
 * loading_fixture: a temporary folder with copies of images, and a configuration that finds the plugins of tests/plugins.
 */
#ifndef BRB_TESTS_LOADING_FIXTURE_H
#define BRB_TESTS_LOADING_FIXTURE_H

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"
#include "image/image.h"
#include "support/folder.h"
#include "support/log_capture.h"

#ifndef BRB_TEST_PLUGIN_DIR
#define BRB_TEST_PLUGIN_DIR BRB_BUILD_DIR "/tests/plugins"
#endif

extern char folder[PATH_BYTES]; /* of the current test */
extern brb_image_copies *copies;
extern brb_config *config;

void open_loading_fixture(void);
void close_loading_fixture(void);

/* Opens a badges.yaml with these lines below `plugins:`, from line 4 on. Messages name it "badges.yaml". */
brb_config *configure(const char *plugin_lines);

#endif
