/*
 * cli/output/bar: how much of something is done, as a bar and in numbers.
 *
 * Guarantees: the bar is full only when all is done.
 */
#ifndef BRB_CLI_OUTPUT_BAR_H
#define BRB_CLI_OUTPUT_BAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BRB_CLI_BAR_MOST = 60, BRB_CLI_BAR_BYTES = 3 * BRB_CLI_BAR_MOST + 1 };

/* `width` places, BRB_CLI_BAR_MOST at most: block characters with `blocks`, otherwise # and dots. `goal` 0: empty. */
void brb_cli_bar_write(uint64_t done, uint64_t goal, size_t width, bool blocks, char text[BRB_CLI_BAR_BYTES]);

/* "42%", of a goal from 1 up; 100% only when all is done. */
void brb_cli_bar_percent(uint64_t done, uint64_t goal, char text[8]);

#endif
