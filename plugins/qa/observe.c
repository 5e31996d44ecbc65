/*
 * The pack's observer: stores each event in memory once, before the rules judge it.
 *
 * Only the observer writes; the rules only read. So each rule works alone, whatever slugs are loaded, and sees the event's
 * changes. Events of a post whose creation is unknown are kept like others. A second creation of a post changes nothing.
 */
#include "observe.h"
#include "post.h"
#include "standing.h"
#include "work.h"

/* An event's effect on its post; true when the post is to be written. */
typedef bool effect_function(badge_call *call, const char *id, qa_post *post);

static void stay_active(badge_call *call, qa_post *post)
{
	int64_t at = badge_at(call);
	if (!post->active || post->active_at < at)
		post->active_at = at;
	post->active = true;
}

/* Marks the question of an answer, and the answer where it was the first. */
static void mark_question(badge_call *call, qa_post *answer)
{
	qa_post question;
	if (!answer->parent[0] || !qa_post_read(call, answer->parent, &question))
		return;
	uint32_t news = QA_ANSWERED;
	if (!(question.marks & QA_ANSWERED))
		answer->marks |= QA_FIRST;
	if (answer->peak >= 2) {
		news |= QA_ANSWER_AT_TWO;
		if (!(question.marks & QA_ANSWER_AT_TWO))
			answer->marks |= QA_FIRST_AT_TWO;
	}
	if (answer->marks & QA_ACCEPTED && question.kind == QA_UNKNOWN)
		news |= QA_SOLVED;
	if ((question.marks | news) == question.marks)
		return;
	question.marks |= news;
	if (news & QA_SOLVED)
		qa_post_count(call, answer->parent, QA_ACCEPTS);
	qa_post_write(call, answer->parent, &question);
}

/* ---- the effects ------------------------------------------------------------------------------------------------- */

static bool take_creation(badge_call *call, const char *id, qa_post *post, char kind)
{
	if (post->kind != QA_UNKNOWN)
		return false;
	post->kind = kind;
	if (badge_bool(call, "cw", 0))
		post->marks |= QA_COMMUNITY;
	post->created_at = badge_at(call);
	if (qa_is_somebody(badge_user(call)))
		qa_post_set_author(call, id);
	stay_active(call, post);
	return true;
}

static bool take_question(badge_call *call, const char *id, qa_post *post)
{
	return take_creation(call, id, post, QA_QUESTION);
}

static bool take_wiki(badge_call *call, const char *id, qa_post *post)
{
	return take_creation(call, id, post, QA_WIKI);
}

/* The mark has moved on to another answer. */
static void end_accept(badge_call *call, const char *id)
{
	qa_post answer;
	if (!qa_post_read(call, id, &answer))
		return;
	qa_standing_take_back(call, id, QA_ACCEPT_WORTH);
	answer.marks &= ~QA_ACCEPTED;
	qa_post_write(call, id, &answer);
}

/* A question has one accepted answer: the last that was. */
static void accept_for_question(badge_call *call, const char *id, const qa_post *answer)
{
	if (!answer->parent[0])
		return;
	const char *before = badge_note_of(call, "accepted", answer->parent, NULL);
	if (before && strcmp(before, id) == 0)
		return;
	if (before)
		end_accept(call, before);
	badge_note_set_of(call, "accepted", answer->parent, NULL, id);
}

static bool take_answer(badge_call *call, const char *id, qa_post *post)
{
	if (!take_creation(call, id, post, QA_ANSWER))
		return false;
	const char *parent = qa_post_id(call, "parent");
	if (!parent || strcmp(parent, id) == 0)
		return true;
	if (strlen(parent) >= QA_ID_SIZE) {
		badge_refuse(call, "parent: an id has at most 255 bytes");
		return false;
	}
	snprintf(post->parent, sizeof post->parent, "%s", parent);
	if (post->marks & QA_ACCEPTED)
		accept_for_question(call, id, post);
	mark_question(call, post);
	if (qa_is_somebody(badge_user(call)))
		qa_work_add_answer(call, parent, id);
	return true;
}

static void take_vote(badge_call *call, const char *id, qa_post *post, int64_t value)
{
	qa_post_count(call, id, QA_VOTES);
	post->score += value;
	post->marks |= QA_NOTICED;
	post->marks &= ~QA_ROSE;
	if (post->score <= post->peak)
		return;
	post->peak = post->score;
	post->marks |= QA_ROSE;
	if (post->peak == 2)
		mark_question(call, post);
}

static bool take_upvote(badge_call *call, const char *id, qa_post *post)
{
	take_vote(call, id, post, 1);
	qa_standing_add(call, post, QA_UPVOTE_WORTH);
	return true;
}

static bool take_downvote(badge_call *call, const char *id, qa_post *post)
{
	take_vote(call, id, post, -1);
	qa_standing_add(call, post, QA_DOWNVOTE_WORTH);
	return true;
}

static bool take_favorite(badge_call *call, const char *id, qa_post *post)
{
	qa_post_count(call, id, QA_FAVORITES);
	post->favorites++;
	return true;
}

/* An answer to one's own question is worth nothing. */
static void reward_accept(badge_call *call, const char *id, const qa_post *answer)
{
	qa_post question;
	if (answer->parent[0] &&
	    (!qa_post_read(call, answer->parent, &question) ||
	     (question.kind == QA_QUESTION && qa_is_own(call, answer->parent, badge_user(call)))))
		return;
	qa_standing_reward(call, id, answer, QA_ACCEPT_WORTH);
}

/* An accept of what is accepted already changes nothing. */
static bool take_accept(badge_call *call, const char *id, qa_post *post)
{
	if (post->marks & QA_ACCEPTED)
		return false;
	accept_for_question(call, id, post);
	reward_accept(call, id, post);
	qa_post_count(call, id, QA_ACCEPTS);
	post->marks |= QA_ACCEPTED;
	mark_question(call, post);
	return true;
}

static bool take_edit(badge_call *call, const char *id, qa_post *post)
{
	const char *user = badge_user(call);
	post->marks &= ~QA_DUG;
	if (post->active && qa_is_later_by(badge_at(call), post->active_at, 180 * QA_DAY))
		post->marks |= QA_DUG;
	stay_active(call, post);
	if (qa_is_somebody(user) && post->kind != QA_WIKI && !qa_is_own(call, id, user))
		qa_work_add_edit(call, id, post->kind);
	return true;
}

static bool take_bounty(badge_call *call, const char *id, qa_post *post)
{
	(void)id;
	qa_standing_add(call, post, badge_int(call, "amount", 0));
	return false;
}

/* Comments on answers do not matter to any rule. */
static bool take_comment(badge_call *call, const char *id, qa_post *post)
{
	(void)call;
	(void)id;
	if (post->marks & QA_NOTICED || (post->kind != QA_QUESTION && post->kind != QA_UNKNOWN))
		return false;
	post->marks |= QA_NOTICED;
	return true;
}

static bool take_touch(badge_call *call, const char *id, qa_post *post)
{
	(void)id;
	stay_active(call, post);
	return true;
}

/* ---- the observer ------------------------------------------------------------------------------------------------ */

static const struct {
	const char *event;
	effect_function *effect;
} effects[] = {
	{ "upvote", take_upvote },
	{ "downvote", take_downvote },
	{ "answer", take_answer },
	{ "edit_body", take_edit },
	{ "question", take_question },
	{ "accept", take_accept },
	{ "suggested_edit_applied", take_touch },
	{ "favorite", take_favorite },
	{ "edit_tags", take_edit },
	{ "edit_title", take_edit },
	{ "tagwiki", take_wiki },
	{ "tagwiki_excerpt", take_wiki },
	{ "rollback", take_touch },
	{ "comment", take_comment },
	{ "bounty_award", take_bounty },
};

static effect_function *effect_of(badge_call *call)
{
	for (size_t i = 0; i < sizeof effects / sizeof effects[0]; i++) {
		if (badge_event_is(call, effects[i].event))
			return effects[i].effect;
	}
	return NULL;
}

/* What an event means to its user, whatever post it names. */
static void take_user(badge_call *call)
{
	if (!qa_is_somebody(badge_user(call)))
		return;
	if (badge_event_is(call, "comment"))
		qa_work_add_comment(call);
	else if (badge_event_is(call, "user_created"))
		qa_standing_begin(call);
}

/* A failure inside an effect, of a helper or by badge_refuse, ends the call so, whatever is returned here. */
int32_t qa_observe(void *self, badge_call *call)
{
	(void)self;
	take_user(call);
	effect_function *effect = effect_of(call);
	const char *id = qa_post_id(call, "post");
	if (!effect || !id)
		return BADGE_OK;
	if (strlen(id) >= QA_ID_SIZE)
		return badge_refuse(call, "post: an id has at most 255 bytes");
	qa_post post;
	if (!qa_post_read(call, id, &post))
		return BADGE_FAILED;
	return effect(call, id, &post) ? qa_post_write(call, id, &post) : BADGE_OK;
}
