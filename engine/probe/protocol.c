/*
 * probe/protocol: see protocol.h. A request is a head of fixed size, then its texts, each with a NUL behind it; their
 * lengths are in the head or in front of them.
 */
#include "probe/protocol.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

typedef struct request_head {
	uint32_t magic;
	uint32_t count;
	int64_t step_ms;
	uint64_t name_bytes, text_bytes, folder_bytes; /* without the NUL */
	uint64_t inspects;
} request_head;

typedef struct wanted_head {
	uint32_t entry;
	uint32_t copy_bytes;
} wanted_head;

/* ---- writing ---- */

static void add_bytes(brb_builder *bytes, const void *from, size_t size_bytes)
{
	brb_builder_add_length(bytes, from, size_bytes);
}

static void add_text(brb_builder *bytes, const char *text, size_t length)
{
	add_bytes(bytes, text, length);
	add_bytes(bytes, "", 1);
}

bool brb_probe_write_request(const brb_probe_request *request, brb_builder *bytes)
{
	request_head head = { .magic = BRB_PROBE_MAGIC,
			      .count = (uint32_t)request->count,
			      .step_ms = request->step_ms,
			      .name_bytes = strlen(request->name),
			      .text_bytes = request->text_bytes,
			      .folder_bytes = strlen(request->folder),
			      .inspects = request->inspects };
	add_bytes(bytes, &head, sizeof head);
	add_text(bytes, request->name, head.name_bytes);
	add_text(bytes, request->text, head.text_bytes);
	add_text(bytes, request->folder, head.folder_bytes);
	for (size_t i = 0; i < request->count; i++) {
		const brb_probe_wanted *wanted = &request->wanted[i];
		wanted_head in_front = { .entry = wanted->entry, .copy_bytes = (uint32_t)strlen(wanted->copy) };
		add_bytes(bytes, &in_front, sizeof in_front);
		add_text(bytes, wanted->copy, in_front.copy_bytes);
	}
	return !bytes->failed;
}

/* ---- reading ---- */

typedef struct cursor {
	const char *next;
	size_t left;
} cursor;

/* The next bytes; NULL when there are not as many. */
static const char *take(cursor *from, uint64_t size_bytes)
{
	if (size_bytes > from->left)
		return NULL;
	const char *taken = from->next;
	from->next += size_bytes;
	from->left -= (size_t)size_bytes;
	return taken;
}

static const char *take_text(cursor *from, uint64_t length)
{
	const char *text = length < from->left ? take(from, length + 1) : NULL;
	return text && text[length] == '\0' ? text : NULL;
}

static bool take_wanted(cursor *from, brb_probe_wanted *wanted)
{
	wanted_head head;
	const char *bytes = take(from, sizeof head);
	if (!bytes)
		return false;
	memcpy(&head, bytes, sizeof head);
	wanted->entry = head.entry;
	wanted->copy = take_text(from, head.copy_bytes);
	return wanted->copy != NULL;
}

bool brb_probe_read_request(const char *bytes, size_t size_bytes, brb_arena *arena, brb_probe_request *request)
{
	request_head head;
	cursor from = { .next = bytes, .left = size_bytes };
	const char *begin = take(&from, sizeof head);
	if (!begin)
		return false;
	memcpy(&head, begin, sizeof head);
	if (head.magic != BRB_PROBE_MAGIC || head.step_ms <= 0 || head.count > size_bytes)
		return false;
	brb_probe_request read = { .step_ms = head.step_ms,
				   .count = head.count,
				   .text_bytes = head.text_bytes,
				   .inspects = head.inspects != 0 };
	read.name = take_text(&from, head.name_bytes);
	read.text = read.name ? take_text(&from, head.text_bytes) : NULL;
	read.folder = read.text ? take_text(&from, head.folder_bytes) : NULL;
	brb_probe_wanted *wanted = brb_arena_take(arena, (read.count + 1) * sizeof *wanted);
	if (!read.folder || !wanted)
		return false;
	for (size_t i = 0; i < read.count; i++)
		if (!take_wanted(&from, &wanted[i]))
			return false;
	if (from.left > 0)
		return false;
	read.wanted = wanted;
	*request = read;
	return true;
}

/* ---- records ---- */

bool brb_probe_check_record(brb_probe_record *record, size_t wanted)
{
	if (record->magic != BRB_PROBE_MAGIC || record->kind < BRB_PROBE_ALIVE || record->kind > BRB_PROBE_DONE)
		return false;
	bool of_plugin = record->kind >= BRB_PROBE_CRASHED && record->kind <= BRB_PROBE_UNDECLARED;
	if (of_plugin && (record->subject >= wanted || record->step >= BRB_PROBE_STEPS))
		return false;
	record->text[sizeof record->text - 1] = '\0';
	brb_text_clean_line(record->text);
	return true;
}

static void describe_end(const brb_probe_record *record, int64_t step_ms, char *text, size_t text_bytes)
{
	const char *name = sigabbrev_np(record->number);
	if (record->kind == BRB_PROBE_EXITED)
		snprintf(text, text_bytes, "called exit(%d)", record->number);
	else if (record->kind == BRB_PROBE_CRASHED && name)
		snprintf(text, text_bytes, "crashed (SIG%s)", name);
	else if (record->kind == BRB_PROBE_CRASHED)
		snprintf(text, text_bytes, "crashed (signal %d)", record->number);
	else if (record->kind == BRB_PROBE_CLOSED)
		snprintf(text, text_bytes, "closed file descriptors that it had not opened");
	else if (step_ms % 1000)
		snprintf(text, text_bytes, "hung for %lld ms", (long long)step_ms);
	else
		snprintf(text, text_bytes, "hung for %lld s", (long long)(step_ms / 1000));
}

static const char *words_for(brb_probe_step step, bool badge)
{
	switch (step) {
	case BRB_PROBE_LINKING:
		return "was loaded (its constructors)";
	case BRB_PROBE_OPENING:
		return badge ? "was opened" : "was opened (its own open)";
	case BRB_PROBE_OBSERVING:
		return "observed a trial event";
	case BRB_PROBE_JUDGING:
		return "judged a trial event";
	case BRB_PROBE_PROGRESS:
		return "computed the progress of a trial user";
	case BRB_PROBE_MERGING:
		return "merged two trial users";
	case BRB_PROBE_CLOSING:
		return badge ? "was closed" : "was closed (its own close)";
	case BRB_PROBE_UNLOADING:
		return "was unloaded (its destructors)";
	default:
		return "was tried";
	}
}

void brb_probe_describe(const brb_probe_record *record, int64_t step_ms, char *text, size_t text_bytes)
{
	char end[64];
	if (record->kind == BRB_PROBE_UNDECLARED) {
		snprintf(text, text_bytes, "uses memory that it does not declare: %s", record->text);
		return;
	}
	describe_end(record, step_ms, end, sizeof end);
	const char *words = words_for((brb_probe_step)record->step, record->text[0] != '\0');
	if (record->text[0])
		snprintf(text, text_bytes, "%s while its badge \"%.100s\" %s", end, record->text, words);
	else
		snprintf(text, text_bytes, "%s while it %s", end, words);
}
