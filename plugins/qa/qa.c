/*
 * qa: the badges of a question-and-answer site, 34 of them.
 *
 * This file is the list: every badge with its name, its events, and whether it is earned once or for each post. rules.c and
 * due.c decide, observe.c writes memory, in the formats of post.c, work.c and standing.c. badges.yaml beside this file uses
 * all badges; any subset works, too.
 *
 * The events, their state and the rules in words: plugins/README.md.
 */
#include "observe.h"
#include "rules.h"
#include "work.h"

static const char *const question_scores[] = { "upvote", "question" };
static const char *const views[] = { "views" };
static const char *const favorites[] = { "favorite" };
static const char *const solutions[] = { "accept", "question", "answer" };
static const char *const bounties[] = { "bounty_start" };
static const char *const answer_scores[] = { "upvote", "accept" };
static const char *const explanations[] = { "upvote", "accept", "edit_title", "edit_body", "edit_tags" };
static const char *const edits[] = { "edit_title", "edit_body", "edit_tags" };
static const char *const tag_edits[] = { "edit_tags" };
static const char *const wiki_edits[] = { "tagwiki", "tagwiki_excerpt", "edit_body" };
static const char *const rollbacks[] = { "rollback" };
static const char *const comments[] = { "comment" };
static const char *const snapshots[] = { "user_snapshot" };
static const char *const questions[] = { "question" };
static const char *const arrivals[] = { "user_created" };

#define QA_BADGE(variable, slug_, name, description, events_, ...)                                    \
	static const badge_level variable##_levels[] = { BADGE_LEVEL(name, description) };            \
	BADGE_DEFINE(variable, .slug = slug_, BADGE_LEVELS(variable##_levels), BADGE_EVENTS(events_), \
		     .award = qa_##variable, .flags = __VA_ARGS__)
/* For what has happened. */
#define ONCE(variable, slug, name, description, events) \
	QA_BADGE(variable, slug, name, description, events, BADGE_PERMANENT)
/* For what a user is, as of the event. */
#define STATE(variable, slug, name, description, events) QA_BADGE(variable, slug, name, description, events, 0)
#define COUNTED(variable, slug, name, description, events) \
	QA_BADGE(variable, slug, name, description, events, BADGE_PERMANENT, .progress = qa_##variable##_progress)
#define MERGED(variable, slug, name, description, events, memory)                                     \
	QA_BADGE(variable, slug, name, description, events, BADGE_PERMANENT, BADGE_REMEMBERS(memory), \
		 .merge = qa_##variable##_merge)
#define AGAIN(variable, slug, name, description, events, memory) \
	QA_BADGE(variable, slug, name, description, events, BADGE_MULTIPLE, BADGE_REMEMBERS(memory))
#define PER_POST(variable, slug, name, description, events) \
	QA_BADGE(variable, slug, name, description, events, BADGE_MULTIPLE)

/* Asking */
ONCE(student, "student", "Student", "Asked a first question with a score of 1 or more", question_scores);
PER_POST(nice_question, "nice-question", "Nice Question", "A question with a score of 10 or more", question_scores);
PER_POST(good_question, "good-question", "Good Question", "A question with a score of 25 or more", question_scores);
PER_POST(great_question, "great-question", "Great Question", "A question with a score of 100 or more",
	 question_scores);
PER_POST(popular_question, "popular-question", "Popular Question", "A question with 1,000 views", views);
PER_POST(notable_question, "notable-question", "Notable Question", "A question with 2,500 views", views);
PER_POST(famous_question, "famous-question", "Famous Question", "A question with 10,000 views", views);
PER_POST(favorite_question, "favorite-question", "Favorite Question",
	 "A question that 25 people marked as a favorite", favorites);
ONCE(scholar, "scholar", "Scholar", "Asked a question and accepted an answer", solutions);
ONCE(tumbleweed, "tumbleweed", "Tumbleweed", "Asked a question that nobody noticed for a week", questions);
ONCE(promoter, "promoter", "Promoter", "Offered a first bounty on a question of one's own", bounties);
ONCE(investor, "investor", "Investor", "Offered a first bounty on somebody else's question", bounties);

/* Answering */
ONCE(teacher, "teacher", "Teacher", "Answered somebody else's question with a score of 1 or more", answer_scores);
ONCE(self_learner, "self-learner", "Self-Learner", "Answered a question of one's own with a score of 3 or more",
     answer_scores);
PER_POST(nice_answer, "nice-answer", "Nice Answer", "An answer with a score of 10 or more", answer_scores);
PER_POST(good_answer, "good-answer", "Good Answer", "An answer with a score of 25 or more", answer_scores);
PER_POST(great_answer, "great-answer", "Great Answer", "An answer with a score of 100 or more", answer_scores);
PER_POST(enlightened, "enlightened", "Enlightened",
	 "The first answer to a question, accepted, with a score of 10 or more", answer_scores);
PER_POST(guru, "guru", "Guru", "An accepted answer with a score of 40 or more", answer_scores);
PER_POST(necromancer, "necromancer", "Necromancer",
	 "Answered a question more than 60 days later, with a score of 5 or more", answer_scores);
PER_POST(revival, "revival", "Revival",
	 "Answered a question more than 30 days later, and was the first to reach a score of 2", answer_scores);
static const badge_memory explainer_memory[] = { BADGE_MEMORY("merged", BADGE_MERGE_OWN) }; /* by question: 1 */
MERGED(explainer, "explainer", "Explainer",
       "Edited and answered somebody else's question within 12 hours, with a score of 1 or more", explanations,
       explainer_memory);

/* Editing */
ONCE(editor, "editor", "Editor", "Made a first edit", edits);
COUNTED(strunk_white, "strunk-white", "Strunk & White", "Edited 80 posts of others", edits);
ONCE(organizer, "organizer", "Organizer", "Changed the tags of somebody else's question", tag_edits);
ONCE(tag_editor, "tag-editor", "Tag Editor", "Wrote or edited a first tag wiki", wiki_edits);
ONCE(cleanup, "cleanup", "Cleanup", "Rolled a post back for the first time", rollbacks);
ONCE(excavator, "excavator", "Excavator", "Edited a post of somebody else's after 180 days of silence", edits);

/* Taking part */
COUNTED(commentator, "commentator", "Commentator", "Left 10 comments", comments);
STATE(autobiographer, "autobiographer", "Autobiographer", "Wrote something about oneself in the profile", snapshots);
STATE(supporter, "supporter", "Supporter", "Voted up for the first time", snapshots);
STATE(critic, "critic", "Critic", "Voted down for the first time", snapshots);
STATE(civic_duty, "civic-duty", "Civic Duty", "Voted 300 times", snapshots);
static const badge_memory yearling_memory[] = {
	BADGE_MEMORY("earned", BADGE_MERGE_OR), /* by year: 1 */
	BADGE_MEMORY("asked", BADGE_MERGE_OR),  /* 1: the years are under way */
};
AGAIN(yearling, "yearling", "Yearling", "A member for another year, with 200 points of reputation for each", arrivals,
      yearling_memory);

static const badge_definition *const badges[] = {
	&student,         &nice_question,     &good_question, &great_question, &popular_question, &notable_question,
	&famous_question, &favorite_question, &scholar,       &promoter,       &investor,         &teacher,
	&self_learner,    &nice_answer,       &good_answer,   &great_answer,   &enlightened,      &guru,
	&necromancer,     &revival,           &explainer,     &editor,         &strunk_white,     &organizer,
	&tag_editor,      &cleanup,           &excavator,     &commentator,    &autobiographer,   &supporter,
	&critic,          &civic_duty,        &tumbleweed,    &yearling,
};

static const char *const watches[] = {
	"question",
	"answer",
	"tagwiki",
	"tagwiki_excerpt",
	"upvote",
	"downvote",
	"favorite",
	"accept",
	"edit_title",
	"edit_body",
	"edit_tags",
	"rollback",
	"suggested_edit_applied",
	"comment",
	"bounty_award",
	"user_created",
};

/* What the observer writes and the badges read: see post.h, work.h and standing.h. */
static const badge_memory memory[] = {
	BADGE_MEMORY("post", BADGE_OF_THING | BADGE_KIND_TEXT),
	BADGE_MEMORY("author", BADGE_OF_THING | BADGE_KIND_USER),
	BADGE_MEMORY("counted", BADGE_OF_THING), /* of a post, by what is counted: the latest time of it */
	BADGE_MEMORY("comments", BADGE_MERGE_OWN),
	BADGE_MEMORY("edits", BADGE_KIND_TEXT | BADGE_MERGE_OWN),
	BADGE_MEMORY("answers", BADGE_KIND_TEXT | BADGE_MERGE_OWN),
	BADGE_MEMORY("accepted", BADGE_OF_THING | BADGE_KIND_TEXT), /* of a question: the answer */
	BADGE_MEMORY("rewarded",
		     BADGE_OF_THING | BADGE_KIND_USER), /* of an accepted answer: who got the reputation */
	BADGE_MEMORY("latest", BADGE_MERGE_MAX),        /* by what is counted: the latest time of it */
	BADGE_TALLY("reputation"),
	BADGE_MEMORY("joined", BADGE_MERGE_EARLIEST),
};

static int32_t merge(void *self, badge_call *call)
{
	(void)self;
	return qa_work_merge(call);
}

BADGE_PACK("qa", .version = "2.0", BADGE_BADGES(badges), BADGE_WATCHES(watches), BADGE_REMEMBERS(memory),
	   .observe = qa_observe, .merge = merge);
