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
	qa_post_write(call, answer->parent, &question);
}

/* ---- the effects ------------------------------------------------------------------------------------------------- */

static bool take_creation(badge_call *call, qa_post *post, char kind)
{
	if (post->kind != QA_UNKNOWN)
		return false;
	post->kind = kind;
	if (badge_bool(call, "cw", 0))
		post->marks |= QA_COMMUNITY;
	post->created_at = badge_at(call);
	if (qa_is_somebody(badge_user(call)))
		snprintf(post->author, sizeof post->author, "%s", badge_user(call));
	stay_active(call, post);
	return true;
}

static bool take_question(badge_call *call, const char *id, qa_post *post)
{
	(void)id;
	return take_creation(call, post, QA_QUESTION);
}

static bool take_wiki(badge_call *call, const char *id, qa_post *post)
{
	(void)id;
	return take_creation(call, post, QA_WIKI);
}

static bool take_answer(badge_call *call, const char *id, qa_post *post)
{
	if (!take_creation(call, post, QA_ANSWER))
		return false;
	const char *parent = qa_post_id(call, "parent");
	if (!parent || strcmp(parent, id) == 0)
		return true;
	if (strlen(parent) >= QA_ID_SIZE) {
		badge_fail(call, "parent: an id has at most 255 bytes");
		return false;
	}
	snprintf(post->parent, sizeof post->parent, "%s", parent);
	mark_question(call, post);
	if (post->author[0])
		qa_work_add_answer(call, post->author, parent, id);
	return true;
}

static void take_vote(badge_call *call, qa_post *post, int64_t value)
{
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
	(void)id;
	take_vote(call, post, 1);
	qa_standing_add(call, post, QA_UPVOTE_WORTH);
	return true;
}

static bool take_downvote(badge_call *call, const char *id, qa_post *post)
{
	(void)id;
	take_vote(call, post, -1);
	qa_standing_add(call, post, QA_DOWNVOTE_WORTH);
	return true;
}

static bool take_favorite(badge_call *call, const char *id, qa_post *post)
{
	(void)call;
	(void)id;
	post->favorites++;
	return true;
}

/* An answer to one's own question is worth nothing. */
static void reward_accept(badge_call *call, const qa_post *answer)
{
	qa_post question;
	if (answer->parent[0] && (!qa_post_read(call, answer->parent, &question) ||
				  (question.kind == QA_QUESTION && qa_is_own(&question, badge_user(call)))))
		return;
	qa_standing_add(call, answer, QA_ACCEPT_WORTH);
}

static bool take_accept(badge_call *call, const char *id, qa_post *post)
{
	(void)id;
	reward_accept(call, post);
	if (post->marks & QA_ACCEPTED)
		return false;
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
	if (qa_is_somebody(user) && !qa_is_own(post, user) && post->kind != QA_WIKI)
		qa_work_add_edit(call, user, id, post->kind);
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
		qa_count(call, "comments", badge_user(call), QA_COMMENTS_ENOUGH);
	else if (badge_event_is(call, "user_created"))
		qa_standing_begin(call);
}

/* A failure inside an effect, of a helper or by badge_fail, fails the call, whatever is returned here. */
int32_t qa_observe(void *self, badge_call *call)
{
	(void)self;
	take_user(call);
	effect_function *effect = effect_of(call);
	const char *id = qa_post_id(call, "post");
	if (!effect || !id)
		return BADGE_OK;
	if (strlen(id) >= QA_ID_SIZE)
		return badge_fail(call, "post: an id has at most 255 bytes");
	qa_post post;
	if (!qa_post_read(call, id, &post))
		return BADGE_FAILED;
	return effect(call, id, &post) ? qa_post_write(call, id, &post) : BADGE_OK;
}
