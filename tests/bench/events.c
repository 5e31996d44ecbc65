#include "events.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

void bench_events_open(bench_events *events, const char *path)
{
	events->input = open(path, O_RDONLY | O_CLOEXEC);
	events->reader = brb_cli_event_json_open();
	if (events->input < 0 || !events->reader || !brb_cli_batch_init(&events->batch, BENCH_BATCH))
		bench_fail("%s: %s", path, strerror(errno));
	brb_cli_lines_init(&events->lines, BRB_CLI_EVENT_JSON_LINE_BYTES, BRB_CLI_EVENT_JSON_PADDING, -1);
	brb_cli_lines_begin(&events->lines, events->input);
}

bool bench_events_next(bench_events *events)
{
	brb_cli_line line;
	brabeion_event event;
	char message[BRB_CLI_EVENT_JSON_MESSAGE_BYTES];
	brb_cli_batch_reset(&events->batch);
	while (!brb_cli_batch_is_full(&events->batch)) {
		brb_cli_lines_outcome outcome = brb_cli_lines_next(&events->lines, &line);
		if (outcome == BRB_CLI_LINES_END)
			break;
		if (outcome != BRB_CLI_LINES_LINE ||
		    brb_cli_event_json_read(events->reader, line.text, line.size, &events->batch.arena, &event,
					    message) != BRB_CLI_EVENT_JSON_EVENT)
			bench_fail("line %" PRIu64 " cannot be read", events->lines.number);
		brb_cli_batch_add(&events->batch, &event, "", events->lines.number);
	}
	return events->batch.count != 0;
}

void bench_events_close(bench_events *events)
{
	brb_cli_batch_finish(&events->batch);
	brb_cli_lines_finish(&events->lines);
	brb_cli_event_json_close(events->reader);
	close(events->input);
}
