/*
 * cli/output/progress_bar: figures first, then a bar in the columns that are left.
 *
 * [███████████░░░░░░░░░░░]  42%  421,000 lines  1,203,000/s  3,201 awards  0:02 left
 */
#include "cli/output/progress_bar.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/output/bar.h"

enum { INTERVAL_US = 100 * 1000, LARGEST_BAR = 30, LEAST_BAR = 6, USUAL_COLUMNS = 80 };

void brb_cli_progress_bar_init(brb_cli_progress_bar *progress, bool wanted, int64_t now_us)
{
	*progress = (brb_cli_progress_bar){ .wanted = wanted, .started_us = now_us, .drawn_us = now_us };
}

bool brb_cli_progress_bar_is_due(const brb_cli_progress_bar *progress, int64_t now_us)
{
	return progress->wanted && now_us - progress->drawn_us >= INTERVAL_US;
}

/* "0:02", "1:02:03" */
static void write_duration(uint64_t seconds, char text[32])
{
	if (seconds < 3600)
		snprintf(text, 32, "%" PRIu64 ":%02" PRIu64, seconds / 60, seconds % 60);
	else
		snprintf(text, 32, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, seconds / 3600, seconds / 60 % 60,
			 seconds % 60);
}

/* Adds a part, unless the line would be too long. */
static bool add(char *text, size_t capacity, size_t columns, const char *part)
{
	size_t used = strlen(text);
	size_t gap = used > 0 ? 2 : 0;
	size_t size = strlen(part);
	if (used + gap + size > columns || used + gap + size >= capacity)
		return false;
	memcpy(text + used, "  ", gap);
	memcpy(text + used + gap, part, size + 1);
	return true;
}

static double share_done(const brb_cli_counts *counts)
{
	if (counts->total_bytes == 0)
		return -1;
	double share = (double)counts->bytes / (double)counts->total_bytes;
	return share < 1 ? share : 1;
}

/* The figures, as many as fit. */
static void write_figures(const brb_cli_counts *counts, int64_t elapsed_us, size_t columns, char text[256])
{
	char number[32];
	char part[64];
	double share = share_done(counts);
	double elapsed = (double)elapsed_us / 1e6;
	text[0] = '\0';
	if (share >= 0) {
		snprintf(part, sizeof part, "%3d%%", (int)(share * 100));
		if (!add(text, 256, columns, part))
			return;
	}
	brb_text_number(counts->lines, number);
	snprintf(part, sizeof part, "%s line%s", number, counts->lines == 1 ? "" : "s");
	if (!add(text, 256, columns, part))
		return;
	brb_text_number(elapsed > 0 ? (uint64_t)((double)counts->lines / elapsed) : 0, number);
	snprintf(part, sizeof part, "%s/s", number);
	if (!add(text, 256, columns, part))
		return;
	brb_text_number(counts->awards, number);
	snprintf(part, sizeof part, "%s award%s", number, counts->awards == 1 ? "" : "s");
	if (!add(text, 256, columns, part))
		return;
	bool known = share > 0;
	write_duration((uint64_t)(known ? elapsed / share - elapsed + 0.5 : elapsed), number);
	snprintf(part, sizeof part, "%s%s", number, known ? " left" : "");
	add(text, 256, columns, part);
}

void brb_cli_progress_bar_draw(brb_cli_progress_bar *progress, brb_cli_out *out, const brb_cli_terminal *terminal,
			       const brb_cli_counts *counts, int64_t now_us)
{
	/* The last column stays free: some terminals wrap as soon as it is written. */
	size_t columns = (terminal->columns ? terminal->columns : USUAL_COLUMNS) - 1;
	char figures[256];
	write_figures(counts, now_us - progress->started_us, columns, figures);
	size_t rest = columns - strlen(figures);
	double share = share_done(counts);
	brb_cli_out_text(out, "\r\x1b[K");
	if (share >= 0 && rest >= LEAST_BAR + 4) {
		char bar[BRB_CLI_BAR_BYTES];
		size_t width = rest - 4 < LARGEST_BAR ? rest - 4 : LARGEST_BAR;
		brb_cli_bar_write(counts->bytes, counts->total_bytes, width, terminal->blocks, bar);
		brb_cli_out_format(out, "[%s]  ", bar);
	}
	brb_cli_out_text(out, figures);
	progress->drawn = true;
	progress->drawn_us = now_us;
}

void brb_cli_progress_bar_clear(brb_cli_progress_bar *progress, brb_cli_out *out)
{
	if (progress->drawn)
		brb_cli_out_text(out, "\r\x1b[K");
	progress->drawn = false;
}
