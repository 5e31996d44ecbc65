/*
 * Work as notes: see work.h. Also the subject: a user's and a post's id together can be twice as long as a
 * subject may be, and "1" + "23" must differ from "12" + "3".
 */
#include "work.h"

static const char note_name[] = "work";

enum {
	SHORT_ID = 110,     /* two of these, with what separates them, fit in a subject */
	NOTE_LIMIT = 16384, /* notes may be longer, a thread's stack not much */
};

/* ---- subjects ---------------------------------------------------------------------------------------------------- */

/* An id as part of a subject: short ones behind their length, long ones by a number of their own: #1, #2 ... */
static char *put_id(badge_call *call, const char *id, bool writing, char *out)
{
	size_t length = strlen(id);
	if (length <= SHORT_ID) {
		out = qa_put_number(out, (int64_t)length, ':');
		memcpy(out, id, length);
		return out + length;
	}
	int64_t number = badge_tally(call, "long-id", id);
	if (number == 0 && writing) {
		number = badge_tally_add(call, "long-ids", "", 1);
		badge_tally_set(call, "long-id", id, number);
	}
	*out++ = '#';
	return qa_put_number(out, number, ':');
}

static void make_subject(badge_call *call, const char *user, const char *post, bool writing, char out[QA_ID_SIZE])
{
	out = put_id(call, user, writing, out);
	out = put_id(call, post, writing, out);
	*out = '\0';
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

const char *qa_work(badge_call *call, const char *user, const char *post)
{
	char subject[QA_ID_SIZE];
	make_subject(call, user, post, false, subject);
	const char *note = badge_note(call, note_name, subject);
	return note ? note : "";
}

bool qa_work_edited_near(const char *work, int64_t at)
{
	int64_t edited_at = 0;
	while (*work++ == 'e' && qa_read_number(&work, ' ', &edited_at)) {
		if (!qa_is_later_by(edited_at, at, 12 * QA_HOUR) && !qa_is_later_by(at, edited_at, 12 * QA_HOUR))
			return true;
	}
	return false;
}

bool qa_work_next_answer(const char **work, char answer[QA_ID_SIZE])
{
	const char *at = *work;
	int64_t edited_at = 0;
	while (*at == 'e') {
		at++;
		if (!qa_read_number(&at, ' ', &edited_at))
			return false;
	}
	if (*at++ != 'a' || !qa_read_text(&at, ' ', answer))
		return false;
	*work = at;
	return true;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

void qa_count(badge_call *call, const char *tally, const char *user, int64_t enough)
{
	if (badge_tally(call, tally, user) < enough)
		badge_tally_add(call, tally, user, 1);
}

/* `front` and then `back` as the note, unless that is too long. */
static int32_t join(badge_call *call, const char *subject, const char *front, const char *back)
{
	char note[NOTE_LIMIT + 1];
	size_t front_length = strlen(front);
	size_t back_length = strlen(back);
	if (front_length + back_length > NOTE_LIMIT)
		return BADGE_OK;
	memcpy(note, front, front_length);
	memcpy(note + front_length, back, back_length + 1);
	return badge_note_set(call, note_name, subject, note);
}

int32_t qa_work_add_edit(badge_call *call, const char *user, const char *post, char kind)
{
	char subject[QA_ID_SIZE];
	make_subject(call, user, post, true, subject);
	const char *note = badge_note(call, note_name, subject);
	bool edited = note && *note == 'e';
	if (!edited)
		qa_count(call, "edited", user, QA_EDITED_ENOUGH);
	else if (kind == QA_ANSWER)
		return BADGE_OK; /* of a question every edit matters, here only that there was one */

	char item[24] = "e";
	*qa_put_number(item + 1, badge_at(call), ' ') = '\0';
	return join(call, subject, item, note ? note : "");
}

int32_t qa_work_add_answer(badge_call *call, const char *user, const char *question, const char *answer)
{
	char subject[QA_ID_SIZE];
	make_subject(call, user, question, true, subject);
	const char *note = badge_note(call, note_name, subject);

	char item[QA_ID_SIZE + 8] = "a";
	size_t length = strlen(answer);
	char *end = qa_put_number(item + 1, (int64_t)length, ':');
	memcpy(end, answer, length);
	memcpy(end + length, " ", 2);
	return join(call, subject, note ? note : "", item);
}
