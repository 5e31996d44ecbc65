#include "support/log_capture.h"

#include <stdio.h>
#include <string.h>

char logged[8192];

static void capture(void *context, brabeion_log_level level, const char *message)
{
	(void)context;
	size_t length = strlen(logged);
	snprintf(logged + length, sizeof logged - length, "%d: %s\n", (int)level, message);
}

const brb_log captured_log = { capture, NULL };
