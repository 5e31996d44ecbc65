/*
 * Work as sets of texts: see work.h.
 *
 * A set is a note that lists its items, each behind its length, the shorter and then the lesser one first, so that it is the
 * same whichever came first: "16:1390335965383000 16:1390343165383000 ".
 */
#include "work.h"
#include "latest.h"

static const char edits_name[] = QA_EDITED, answers_name[] = "answers", comments_name[] = QA_COMMENTS;
static const char latest_name[] = "latest"; /* by what is counted: the latest time of it */

enum { NOTE_LIMIT = 16384 /* notes may be longer, a thread's stack not much */ };

/* ---- sets -------------------------------------------------------------------------------------------------------- */

/* Copies the set's first item and moves *rest behind it. False at the end. */
static bool next_item(const char **rest, char item[QA_ID_SIZE])
{
	return **rest && qa_read_text(rest, ' ', item);
}

/* As strcmp, but that longer ones come later: numbers of one sign come by their size. */
static int compare(const char *left, const char *right)
{
	size_t left_length = strlen(left), right_length = strlen(right);
	return left_length != right_length ? (left_length < right_length ? -1 : 1) : strcmp(left, right);
}

/* Adds the item to a set of the call's user; not to one that is full. */
static int32_t add(badge_call *call, const char *name, const char *key, const char *item)
{
	char note[NOTE_LIMIT + QA_ID_SIZE + 8], each[QA_ID_SIZE];
	const char *set = badge_note_of(call, name, NULL, key);
	if (!set)
		set = "";
	const char *before = set;
	int order = 1;
	for (const char *rest = set; next_item(&rest, each) && (order = compare(item, each)) > 0;)
		before = rest;
	size_t front = (size_t)(before - set), back = strlen(before);
	if (order == 0 || front + back > NOTE_LIMIT)
		return BADGE_OK;
	memcpy(note, set, front);
	memcpy(qa_put_text(note + front, item, ' '), before, back + 1);
	return badge_note_set_of(call, name, NULL, key, note);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

int64_t qa_work_comments(badge_call *call)
{
	return badge_tally(call, comments_name);
}

int64_t qa_work_edited(badge_call *call)
{
	int64_t edited = badge_key_count(call, edits_name, NULL);
	return edited < QA_EDITED_ENOUGH ? edited : QA_EDITED_ENOUGH;
}

int64_t qa_work_counted_at(badge_call *call, const char *what)
{
	return time_counted(call, latest_name, what);
}

bool qa_work_edited_near(badge_call *call, const char *post, int64_t at, int64_t *edited_at)
{
	char item[QA_ID_SIZE];
	const char *rest = badge_note_of(call, edits_name, NULL, post);
	while (rest && next_item(&rest, item)) {
		const char *text = item;
		if (qa_read_number(&text, '\0', edited_at) && !qa_is_later_by(*edited_at, at, 12 * QA_HOUR) &&
		    !qa_is_later_by(at, *edited_at, 12 * QA_HOUR))
			return true;
	}
	return false;
}

const char *qa_work_answers(badge_call *call, const char *question)
{
	const char *answers = badge_note_of(call, answers_name, NULL, question);
	return answers ? answers : "";
}

bool qa_work_next_answer(const char **answers, char answer[QA_ID_SIZE])
{
	return next_item(answers, answer);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

void qa_work_add_comment(badge_call *call)
{
	if (badge_tally(call, comments_name) < QA_COMMENTS_ENOUGH)
		badge_tally_add(call, comments_name, 1);
	latest_count(call, latest_name, comments_name);
}

/* Of a question every edit matters, of an answer only that there was one: a set without items. */
int32_t qa_work_add_edit(badge_call *call, const char *post, char kind)
{
	char at[21];
	latest_count(call, latest_name, edits_name);
	if (kind == QA_ANSWER)
		return badge_note_of(call, edits_name, NULL, post)
			       ? BADGE_OK
			       : badge_note_set_of(call, edits_name, NULL, post, "");
	qa_put_number(at, badge_at(call), '\0');
	return add(call, edits_name, post, at);
}

int32_t qa_work_add_answer(badge_call *call, const char *question, const char *answer)
{
	return add(call, answers_name, question, answer);
}

/* ---- merging ----------------------------------------------------------------------------------------------------- */

/* Every set of the user who goes joins that of the user who stays. */
static int32_t merge_sets(badge_call *call, const char *name)
{
	char item[QA_ID_SIZE];
	int32_t status = BADGE_OK;
	for (const char *key = NULL; status == BADGE_OK && (key = badge_merged_key_next(call, name, key));) {
		const char *rest = badge_merged_note(call, name, key);
		if (!badge_note_of(call, name, NULL, key)) {
			status = badge_note_set_of(call, name, NULL, key, rest);
			continue;
		}
		while (status == BADGE_OK && next_item(&rest, item))
			status = add(call, name, key, item);
	}
	return status;
}

int32_t qa_work_merge(badge_call *call)
{
	int64_t comments = badge_tally(call, comments_name) + badge_merged_tally(call, comments_name, NULL);
	if (comments > QA_COMMENTS_ENOUGH)
		comments = QA_COMMENTS_ENOUGH;
	int32_t status = badge_tally_set(call, comments_name, comments);
	if (status == BADGE_OK)
		status = merge_sets(call, edits_name);
	return status == BADGE_OK ? merge_sets(call, answers_name) : status;
}

void qa_work_mark_joined(badge_call *call, const char *mark)
{
	static const char *const names[][2] = { { answers_name, edits_name }, { edits_name, answers_name } };
	for (int i = 0; i < 2; i++) {
		for (const char *key = NULL; (key = badge_merged_key_next(call, names[i][0], key));) {
			if (badge_note_of(call, names[i][1], NULL, key))
				badge_tally_set_of(call, mark, NULL, key, 1);
		}
	}
	for (const char *key = NULL; (key = badge_merged_key_next(call, mark, key));)
		badge_tally_set_of(call, mark, NULL, key, 1);
}
