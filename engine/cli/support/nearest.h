/*
 * cli/support/nearest: which of several words a misspelt one meant, for commands, options and badges. The library has its own
 * (base/text), which the command does not see.
 */
#ifndef BRB_CLI_SUPPORT_NEAREST_H
#define BRB_CLI_SUPPORT_NEAREST_H

#include <stddef.h>

/* A longer word is near to none. */
#define BRB_CLI_NEAREST_BYTES_MOST 32

/* The nearest of `names` to a misspelt word, NULL: none is near. `names` ends with NULL. */
const char *brb_cli_nearest(const char *word, const char *const *names);

#endif
