/*
 * Posts as notes: reading, writing, and the little arithmetic that rules share. The format is described in post.h.
 *
 * A post is read several times per vote, once by each rule that wants to know, so reading is one pass over
 * the text, without scanf and with no copies but the id of the question.
 */
#include "post.h"
#include "latest.h"

static const char note_name[] = "post", author_name[] = "author", counted_name[] = "counted";

const char *qa_post_id(badge_call *call, const char *field)
{
	const char *id = "";
	if (badge_read_text(call, field, &id) == BADGE_FIELD_WRONG_KIND)
		badge_refuse_field(call, field, "an id, a text or a number");
	return *id ? id : NULL;
}

bool qa_is_somebody(const char *user)
{
	return user && *user && strcmp(user, "deleted") != 0;
}

const char *qa_post_author(badge_call *call, const char *id)
{
	return badge_user_ref(call, author_name, id, NULL);
}

void qa_post_set_author(badge_call *call, const char *id)
{
	badge_user_ref_set(call, author_name, id, NULL, badge_user(call));
}

bool qa_is_own(badge_call *call, const char *id, const char *user)
{
	const char *author = qa_post_author(call, id);
	return author && strcmp(author, user) == 0;
}

void qa_post_count(badge_call *call, const char *id, const char *what)
{
	int64_t latest = badge_tally_of(call, counted_name, id, what), at = time_as_tally(badge_at(call));
	if (latest == 0 || latest < at)
		badge_tally_set_of(call, counted_name, id, what, at);
}

int64_t qa_post_counted_at(badge_call *call, const char *id, const char *what)
{
	int64_t latest = badge_tally_of(call, counted_name, id, what);
	return latest != 0 ? latest : badge_at(call);
}

bool qa_is_later_by(int64_t later, int64_t earlier, int64_t span)
{
	return later > earlier && (uint64_t)later - (uint64_t)earlier > (uint64_t)span;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

bool qa_read_number(const char **text, char end, int64_t *number)
{
	const char *at = *text;
	bool negative = *at == '-';
	if (negative)
		at++;
	const char *digits = at;
	uint64_t value = 0;
	while (*at >= '0' && *at <= '9')
		value = value * 10 + (uint64_t)(*at++ - '0');
	if (at == digits || *at != end)
		return false;
	*number = (int64_t)(negative ? 0 - value : value);
	*text = at + 1;
	return true;
}

bool qa_read_text(const char **text, char end, char out[QA_ID_SIZE])
{
	int64_t length = 0;
	if (!qa_read_number(text, ':', &length) || length < 0 || length >= QA_ID_SIZE)
		return false;
	if (memchr(*text, '\0', (size_t)length) || (*text)[length] != end)
		return false;
	memcpy(out, *text, (size_t)length);
	out[length] = '\0';
	*text += length + 1;
	return true;
}

static bool read_head(const char **text, qa_glance *glance)
{
	int64_t marks = 0;
	const char *at = *text;
	if (at[0] == '\0' || at[1] != ' ')
		return false;
	glance->kind = at[0];
	at += 2;
	if (!qa_read_number(&at, ' ', &marks) || !qa_read_number(&at, ' ', &glance->peak))
		return false;
	glance->marks = (uint32_t)marks;
	*text = at;
	return true;
}

static bool read_tail(const char *at, qa_post *post)
{
	if (!qa_read_number(&at, ' ', &post->score) || !qa_read_number(&at, ' ', &post->favorites) ||
	    !qa_read_number(&at, ' ', &post->created_at))
		return false;
	post->active = at[0] != '-' || at[1] != ' ';
	post->active_at = 0;
	if (!post->active)
		at += 2;
	else if (!qa_read_number(&at, ' ', &post->active_at))
		return false;
	return qa_read_text(&at, '\0', post->parent);
}

static bool damaged(badge_call *call, const char *id)
{
	badge_fail(call, "the note about post %s cannot be read", id);
	return false;
}

bool qa_post_glance(badge_call *call, const char *id, qa_glance *glance)
{
	const char *note = badge_note_of(call, note_name, id, NULL);
	*glance = (qa_glance){ .kind = QA_UNKNOWN };
	return !note || read_head(&note, glance) || damaged(call, id);
}

bool qa_post_read(badge_call *call, const char *id, qa_post *post)
{
	const char *note = badge_note_of(call, note_name, id, NULL);
	if (!note) {
		*post = (qa_post){ .kind = QA_UNKNOWN };
		return true;
	}
	qa_glance head;
	if (!read_head(&note, &head) || !read_tail(note, post))
		return damaged(call, id);
	post->kind = head.kind;
	post->marks = head.marks;
	post->peak = head.peak;
	return true;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

char *qa_put_number(char *out, int64_t number, char end)
{
	char digits[20];
	size_t count = 0;
	uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
	do
		digits[count++] = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (number < 0)
		*out++ = '-';
	while (count > 0)
		*out++ = digits[--count];
	*out++ = end;
	return out;
}

char *qa_put_text(char *out, const char *text, char end)
{
	size_t length = strlen(text);
	out = qa_put_number(out, (int64_t)length, ':');
	memcpy(out, text, length);
	out[length] = end;
	return out + length + 1;
}

int32_t qa_post_write(badge_call *call, const char *id, const qa_post *post)
{
	char note[2 + 6 * 21 + QA_ID_SIZE + 4];
	char *out = note;
	*out++ = post->kind;
	*out++ = ' ';
	out = qa_put_number(out, post->marks, ' ');
	out = qa_put_number(out, post->peak, ' ');
	out = qa_put_number(out, post->score, ' ');
	out = qa_put_number(out, post->favorites, ' ');
	out = qa_put_number(out, post->created_at, ' ');
	if (post->active) {
		out = qa_put_number(out, post->active_at, ' ');
	} else {
		*out++ = '-';
		*out++ = ' ';
	}
	qa_put_text(out, post->parent, '\0');
	return badge_note_set_of(call, note_name, id, NULL, note);
}
