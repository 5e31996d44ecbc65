/*
 * api/doctor/findings: adds and sorts findings, formats numbers for them.
 */
#include "api/doctor/findings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/memory.h"

/* ---- adding ---- */

void brb_finding_add(brb_examination *examination, const brabeion_finding *finding)
{
	brabeion_examination *found = &examination->found;
	const char *subject = finding->subject ? brb_arena_copy(examination->arena, finding->subject) : NULL;
	bool is_whole = subject && finding->text && finding->advice;
	brabeion_finding *added =
		is_whole ? brb_list_add(&found->findings, &found->count, &examination->capacity, sizeof *added)
			 : NULL;
	if (!added) {
		examination->failed = true;
		return;
	}
	*added = *finding;
	added->subject = subject;
}

/* Makes one line of printable text, whatever the arguments contain. */
const char *brb_finding_text(brb_examination *examination, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *text = brb_arena_printf_va(examination->arena, format, arguments);
	va_end(arguments);
	if (text)
		brb_text_clean_line(text);
	else
		examination->failed = true;
	return text;
}

/* ---- numbers ---- */

/* "12,000". */
static const char *number_text(brb_examination *examination, int64_t number)
{
	char grouped[BRB_TEXT_NUMBER_BYTES];
	brb_text_number(number < 0 ? 0 : (uint64_t)number, grouped);
	const char *text = brb_finding_text(examination, "%s", grouped);
	return text ? text : "";
}

const char *brb_finding_count(brb_examination *examination, int64_t count, const char *one, const char *many)
{
	const char *text =
		brb_finding_text(examination, "%s%s %s", count >= BRB_HEALTH_COUNTED_MOST ? "at least " : "",
				 number_text(examination, count), count == 1 ? one : many);
	return text ? text : "";
}

const char *brb_finding_bytes(brb_examination *examination, int64_t bytes)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	size_t unit = 0;
	for (; bytes >= 10 * 1024 && unit < 4; unit++)
		bytes /= 1024;
	const char *text = brb_finding_text(examination, "%" PRId64 " %s", bytes, units[unit]);
	return text ? text : "";
}

const char *brb_finding_time(brb_examination *examination, int64_t at_us)
{
	char when[BRABEION_TIME_BYTES];
	if (brabeion_time_format(at_us - at_us % 1000000, when) != BRABEION_OK)
		return "a time beyond all calendars";
	when[10] = ' ';
	when[19] = '\0';
	const char *text = brb_finding_text(examination, "%s", when);
	return text ? text : "";
}

int64_t brb_finding_many(int64_t many, int64_t most)
{
	int64_t nearly = most - most / 5;
	return most && nearly < many ? nearly : many;
}

/* ---- sorting ---- */

/* By severity; stable. */
static void sort(brabeion_finding *findings, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		brabeion_finding moved = findings[i];
		size_t at = i;
		for (; at && findings[at - 1].severity < moved.severity; at--)
			findings[at] = findings[at - 1];
		findings[at] = moved;
	}
}

brabeion_status brb_findings_settle(brb_examination *examination, brabeion_error *error)
{
	brabeion_examination *found = &examination->found;
	const brb_health *health = examination->health;
	sort(found->findings, found->count);
	found->stride = sizeof *found->findings;
	found->database = brb_finding_text(examination, "%s", examination->database ? examination->database : "");
	found->database_bytes = health ? health->file.bytes : -1;
	found->wal_bytes = health ? health->file.wal_bytes : -1;
	found->disk_free_bytes = health ? health->file.disk_free_bytes : -1;
	return examination->failed ? brb_status_no_memory(error) : BRABEION_OK;
}

void brabeion_examination_finish(brabeion_examination *examination)
{
	if (!examination)
		return;
	brb_memory_release(examination->findings);
	if (examination->memory)
		brb_arena_finish(examination->memory);
	brb_memory_release(examination->memory);
	brb_size_empty(BRB_SIZE_EXAMINATION, examination);
}
