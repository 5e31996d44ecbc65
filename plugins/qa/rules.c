/*
 * The rules of the Q&A pack: each returns whether the event earns its badge.
 *
 * Rules read the observer's memory and write nothing (but explainer, which keeps a mark of its own). A rule may return EARNED repeatedly, since an award already held is not
 * stored twice: so rules check a state, and when it was reached only where that matters. A deleted account earns nothing, but
 * its posts and edits count for the badges of others.
 *
 * A badge per post has the post's id as its reason. Where a rule doesn't say otherwise, the award goes to the event's
 * user, who for votes, favorites, views and accepted answers is the post's author.
 */
#include "rules.h"
#include "post.h"
#include "work.h"

enum { EARNED = 1 }; /* each badge here has one level */

static int32_t earned_if(bool condition)
{
	return condition ? EARNED : BADGE_NOT_EARNED;
}

static bool has_user(badge_call *call)
{
	return qa_is_somebody(badge_user(call));
}

static int64_t later_of(int64_t one, int64_t other)
{
	return one > other ? one : other;
}

/* The latest time of a post's creation and votes, or what else is counted: not of what came last. */
static int64_t counted_at(badge_call *call, const char *id, const char *what)
{
	qa_post post;
	int64_t at = qa_post_counted_at(call, id, what);
	return qa_post_read(call, id, &post) ? later_of(at, post.created_at) : at;
}

/* For the score of the event's post. */
static int32_t voted_if(badge_call *call, bool condition)
{
	if (condition)
		badge_earned_at(call, counted_at(call, qa_post_id(call, "post"), QA_VOTES));
	return earned_if(condition);
}

/* Earned for the event's post: held once for each. */
static int32_t per_post_if(badge_call *call, bool condition)
{
	if (!condition)
		return BADGE_NOT_EARNED;
	return badge_for(call, qa_post_id(call, "post")) == BADGE_OK ? EARNED : BADGE_FAILED;
}

static int32_t voted_post_if(badge_call *call, bool condition)
{
	return per_post_if(call, voted_if(call, condition) == EARNED);
}

/* For the score and the accept. */
static int32_t accepted_post_if(badge_call *call, bool condition)
{
	const char *id = condition ? qa_post_id(call, "post") : NULL;
	if (id)
		badge_earned_at(call, later_of(counted_at(call, id, QA_VOTES), counted_at(call, id, QA_ACCEPTS)));
	return per_post_if(call, condition);
}

/*
 * How high the score of the event's post has been, if the post is of this kind and the event gives its author a reason
 * to be judged: a vote that took it to a new height, an accept, the post's own creation. Else 0.
 */
static int64_t height(badge_call *call, char kind)
{
	const char *id = qa_post_id(call, "post");
	qa_glance glance;
	if (!id || !has_user(call) || !qa_post_glance(call, id, &glance) || glance.kind != kind)
		return 0;
	if (badge_event_is(call, "upvote") && !(glance.marks & QA_ROSE))
		return 0;
	return glance.peak;
}

/* Reads the event's post. */
static bool read_post(badge_call *call, qa_post *post)
{
	const char *id = qa_post_id(call, "post");
	return id && qa_post_read(call, id, post);
}

/* True when the event's post is known to be the event's user's own. */
static bool is_own(badge_call *call)
{
	return qa_is_own(call, qa_post_id(call, "post"), badge_user(call));
}

/* The award goes to who wrote the post. */
static int32_t to_author_of(badge_call *call, const char *id)
{
	const char *author = qa_post_author(call, id);
	if (!author)
		return BADGE_NOT_EARNED;
	return badge_to(call, author) == BADGE_OK ? EARNED : BADGE_FAILED;
}

/* ---- questions --------------------------------------------------------------------------------------------------- */

/* As height, of a question; when it comes with votes that were there before it, only to who wrote it. */
static int64_t question_height(badge_call *call)
{
	qa_post question;
	int64_t peak = height(call, QA_QUESTION);
	if (peak == 0 || !badge_event_is(call, "question"))
		return peak;
	return read_post(call, &question) && is_own(call) ? peak : 0;
}

int32_t qa_student(void *self, badge_call *call)
{
	(void)self;
	return voted_if(call, question_height(call) >= 1);
}

int32_t qa_nice_question(void *self, badge_call *call)
{
	(void)self;
	return voted_post_if(call, question_height(call) >= 10);
}

int32_t qa_good_question(void *self, badge_call *call)
{
	(void)self;
	return voted_post_if(call, question_height(call) >= 25);
}

int32_t qa_great_question(void *self, badge_call *call)
{
	(void)self;
	return voted_post_if(call, question_height(call) >= 100);
}

/* Only questions have views: the kind need not be checked. */
static bool is_viewed(badge_call *call, int64_t times)
{
	return has_user(call) && qa_post_id(call, "post") && badge_int(call, "count", 0) >= times;
}

int32_t qa_popular_question(void *self, badge_call *call)
{
	(void)self;
	return per_post_if(call, is_viewed(call, 1000));
}

int32_t qa_notable_question(void *self, badge_call *call)
{
	(void)self;
	return per_post_if(call, is_viewed(call, 2500));
}

int32_t qa_famous_question(void *self, badge_call *call)
{
	(void)self;
	return per_post_if(call, is_viewed(call, 10000));
}

int32_t qa_favorite_question(void *self, badge_call *call)
{
	(void)self;
	qa_post post;
	if (!has_user(call) || !read_post(call, &post) || post.favorites < 25)
		return BADGE_NOT_EARNED;
	badge_earned_at(call, counted_at(call, qa_post_id(call, "post"), QA_FAVORITES));
	return per_post_if(call, true);
}

/* The award goes to the asker. Question, answer and accept may arrive in any order. */
int32_t qa_scholar(void *self, badge_call *call)
{
	(void)self;
	qa_post post, question;
	const char *id = qa_post_id(call, "post");
	if (!read_post(call, &post))
		return BADGE_NOT_EARNED;
	badge_earned_at(call, counted_at(call, id, QA_ACCEPTS));
	if (badge_event_is(call, "question")) {
		if (post.kind != QA_QUESTION || !(post.marks & QA_SOLVED))
			return BADGE_NOT_EARNED;
		return to_author_of(call, id);
	}
	if (post.kind != QA_ANSWER || !(post.marks & QA_ACCEPTED) || !post.parent[0])
		return BADGE_NOT_EARNED;
	if (!qa_post_read(call, post.parent, &question) || question.kind != QA_QUESTION)
		return BADGE_NOT_EARNED;
	return to_author_of(call, post.parent);
}

/* The award goes to the payer. The event's user is the post's author. */
static int32_t payer_if(badge_call *call, bool on_own_post)
{
	const char *payer = badge_text(call, "by", "");
	if (!qa_is_somebody(payer) || badge_is_user(call, payer) != on_own_post)
		return BADGE_NOT_EARNED;
	return badge_to(call, payer) == BADGE_OK ? EARNED : BADGE_FAILED;
}

int32_t qa_promoter(void *self, badge_call *call)
{
	(void)self;
	return payer_if(call, true);
}

int32_t qa_investor(void *self, badge_call *call)
{
	(void)self;
	return payer_if(call, false);
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

/* The event's answer, and its question if it is known: see its kind. */
typedef struct qa_reply {
	qa_post answer;
	qa_post question;
} qa_reply;

static bool read_reply(badge_call *call, qa_reply *reply)
{
	reply->question = (qa_post){ .kind = QA_UNKNOWN };
	if (!read_post(call, &reply->answer))
		return false;
	return !reply->answer.parent[0] || qa_post_read(call, reply->answer.parent, &reply->question);
}

static bool has_question(const qa_reply *reply)
{
	return reply->question.kind == QA_QUESTION;
}

static bool is_to_own_question(badge_call *call, const qa_reply *reply)
{
	const char *author = has_question(reply) ? qa_post_author(call, qa_post_id(call, "post")) : NULL;
	return author && qa_is_own(call, reply->answer.parent, author);
}

static bool is_to_other(badge_call *call)
{
	qa_reply reply;
	return read_reply(call, &reply) && !is_to_own_question(call, &reply);
}

int32_t qa_teacher(void *self, badge_call *call)
{
	(void)self;
	return voted_if(call, height(call, QA_ANSWER) >= 1 && is_to_other(call));
}

int32_t qa_self_learner(void *self, badge_call *call)
{
	(void)self;
	qa_reply reply;
	return voted_if(call,
			height(call, QA_ANSWER) >= 3 && read_reply(call, &reply) && is_to_own_question(call, &reply));
}

int32_t qa_nice_answer(void *self, badge_call *call)
{
	(void)self;
	return voted_post_if(call, height(call, QA_ANSWER) >= 10);
}

int32_t qa_good_answer(void *self, badge_call *call)
{
	(void)self;
	return voted_post_if(call, height(call, QA_ANSWER) >= 25);
}

int32_t qa_great_answer(void *self, badge_call *call)
{
	(void)self;
	return voted_post_if(call, height(call, QA_ANSWER) >= 100);
}

/* True when the event's post has all these marks. */
static bool is_marked(badge_call *call, uint32_t marks)
{
	qa_glance glance;
	return qa_post_glance(call, qa_post_id(call, "post"), &glance) && (glance.marks & marks) == marks;
}

int32_t qa_enlightened(void *self, badge_call *call)
{
	(void)self;
	return accepted_post_if(call, height(call, QA_ANSWER) >= 10 && is_marked(call, QA_ACCEPTED | QA_FIRST) &&
					      is_to_other(call));
}

int32_t qa_guru(void *self, badge_call *call)
{
	(void)self;
	return accepted_post_if(call,
				height(call, QA_ANSWER) >= 40 && is_marked(call, QA_ACCEPTED) && is_to_other(call));
}

static bool is_late(const qa_reply *reply, int64_t days)
{
	return has_question(reply) &&
	       qa_is_later_by(reply->answer.created_at, reply->question.created_at, days * QA_DAY);
}

int32_t qa_necromancer(void *self, badge_call *call)
{
	(void)self;
	qa_reply reply;
	return voted_post_if(call, height(call, QA_ANSWER) >= 5 && read_reply(call, &reply) && is_late(&reply, 60));
}

int32_t qa_revival(void *self, badge_call *call)
{
	(void)self;
	qa_reply reply;
	return voted_post_if(call, height(call, QA_ANSWER) >= 2 && is_marked(call, QA_FIRST_AT_TWO) &&
					   read_reply(call, &reply) && is_late(&reply, 30) &&
					   !is_to_own_question(call, &reply));
}

/* An answer that reached 1, written within 12 hours of an edit that its author made to somebody else's question. */
static bool explains(badge_call *call, const char *id, const qa_post *answer, const char *question)
{
	int64_t edited_at;
	if (answer->kind != QA_ANSWER || answer->peak < 1 ||
	    !qa_work_edited_near(call, question, answer->created_at, &edited_at))
		return false;
	badge_earned_at(call, later_of(edited_at, counted_at(call, id, QA_VOTES)));
	return true;
}

static bool is_others_question(badge_call *call, const qa_post *post, const char *id)
{
	return (post->kind == QA_QUESTION || post->kind == QA_UNKNOWN) && !qa_is_own(call, id, badge_user(call));
}

static bool is_explained_by_vote(badge_call *call)
{
	qa_reply reply;
	if (height(call, QA_ANSWER) < 1 || !read_reply(call, &reply))
		return false;
	const char *question = reply.answer.parent;
	if (!question[0] || !is_own(call) || !is_others_question(call, &reply.question, question))
		return false;
	return explains(call, qa_post_id(call, "post"), &reply.answer, question);
}

/* Any of the user's answers to this question explains it. */
static bool is_explained(badge_call *call, const char *id)
{
	qa_post question, answer;
	if (!has_user(call) || !qa_post_read(call, id, &question) || !is_others_question(call, &question, id))
		return false;
	char answer_id[QA_ID_SIZE];
	for (const char *rest = qa_work_answers(call, id); qa_work_next_answer(&rest, answer_id);) {
		if (qa_post_read(call, answer_id, &answer) && explains(call, answer_id, &answer, id))
			return true;
	}
	return false;
}

/* A question that the one edited and the other answered, before the two became one. */
static bool is_explained_by_merge(badge_call *call)
{
	bool explained = false;
	if (badge_key_count(call, "merged", NULL) == 0)
		return false;
	for (const char *id = NULL; (id = badge_key_next(call, "merged", NULL, id));) {
		explained = explained || is_explained(call, id);
		badge_tally_set_of(call, "merged", NULL, id, 0);
	}
	return explained;
}

int32_t qa_explainer(void *self, badge_call *call)
{
	(void)self;
	const char *id = qa_post_id(call, "post");
	bool by_merge = is_explained_by_merge(call);
	bool by_vote = badge_event_is(call, "upvote") || badge_event_is(call, "accept");
	return earned_if(by_merge || (by_vote ? is_explained_by_vote(call) : id && is_explained(call, id)));
}

int32_t qa_explainer_merge(void *self, badge_call *call)
{
	(void)self;
	qa_work_mark_joined(call, "merged");
	return BADGE_OK;
}

/* ---- editing ----------------------------------------------------------------------------------------------------- */

int32_t qa_editor(void *self, badge_call *call)
{
	(void)self;
	qa_post post;
	return earned_if(has_user(call) && read_post(call, &post) && post.kind != QA_WIKI);
}

/* The observer counts the different posts. Asked after an edit that counts, so that it is that edit which earns it. */
int32_t qa_strunk_white(void *self, badge_call *call)
{
	(void)self;
	qa_post post;
	badge_earned_at(call, qa_work_counted_at(call, QA_EDITED));
	return earned_if(has_user(call) && qa_work_edited(call) >= QA_EDITED_ENOUGH && read_post(call, &post) &&
			 post.kind != QA_WIKI && !is_own(call));
}

int32_t qa_strunk_white_progress(void *self, badge_call *call, int32_t level)
{
	(void)self, (void)level;
	return badge_progress(call, qa_work_edited(call), QA_EDITED_ENOUGH);
}

int32_t qa_organizer(void *self, badge_call *call)
{
	(void)self;
	qa_post post;
	return earned_if(has_user(call) && read_post(call, &post) && post.kind == QA_QUESTION && !is_own(call));
}

int32_t qa_tag_editor(void *self, badge_call *call)
{
	(void)self;
	qa_post post;
	if (!badge_event_is(call, "edit_body"))
		return earned_if(has_user(call)); /* a wiki or an excerpt, written */
	return earned_if(has_user(call) && read_post(call, &post) && post.kind == QA_WIKI);
}

int32_t qa_cleanup(void *self, badge_call *call)
{
	(void)self;
	return earned_if(has_user(call));
}

int32_t qa_excavator(void *self, badge_call *call)
{
	(void)self;
	qa_post post;
	return earned_if(has_user(call) && read_post(call, &post) && post.marks & QA_DUG &&
			 (post.kind == QA_QUESTION || post.kind == QA_ANSWER) && !is_own(call));
}

/* ---- taking part ------------------------------------------------------------------------------------------------- */

int32_t qa_commentator(void *self, badge_call *call)
{
	(void)self;
	badge_earned_at(call, qa_work_counted_at(call, QA_COMMENTS));
	return earned_if(has_user(call) && qa_work_comments(call) >= QA_COMMENTS_ENOUGH);
}

int32_t qa_commentator_progress(void *self, badge_call *call, int32_t level)
{
	(void)self, (void)level;
	return badge_progress(call, qa_work_comments(call), QA_COMMENTS_ENOUGH);
}

int32_t qa_autobiographer(void *self, badge_call *call)
{
	(void)self;
	return earned_if(has_user(call) && badge_bool(call, "about", 0));
}

int32_t qa_supporter(void *self, badge_call *call)
{
	(void)self;
	return earned_if(has_user(call) && badge_int(call, "upvotes_cast", 0) > 0);
}

int32_t qa_critic(void *self, badge_call *call)
{
	(void)self;
	return earned_if(has_user(call) && badge_int(call, "downvotes_cast", 0) > 0);
}

int32_t qa_civic_duty(void *self, badge_call *call)
{
	(void)self;
	double votes = badge_real(call, "upvotes_cast", 0) + badge_real(call, "downvotes_cast", 0);
	return earned_if(has_user(call) && votes >= 300);
}
