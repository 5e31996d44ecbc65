/*
 * The rules of the Q&A pack, one function per badge. See rules.c and due.c; qa.c lists the events of each.
 */
#ifndef QA_RULES_H
#define QA_RULES_H

#include <brabeion/badge.h>

typedef int32_t qa_rule(void *self, badge_call *call);

/* Of questions */
qa_rule qa_student, qa_nice_question, qa_good_question, qa_great_question;
qa_rule qa_popular_question, qa_notable_question, qa_famous_question, qa_favorite_question;
qa_rule qa_scholar, qa_promoter, qa_investor;

/* Of answers */
qa_rule qa_teacher, qa_self_learner, qa_nice_answer, qa_good_answer, qa_great_answer;
qa_rule qa_enlightened, qa_guru, qa_necromancer, qa_revival, qa_explainer;

/* Of editing */
qa_rule qa_editor, qa_strunk_white, qa_organizer, qa_tag_editor, qa_cleanup, qa_excavator;

/* Of taking part */
qa_rule qa_commentator, qa_autobiographer, qa_supporter, qa_critic, qa_civic_duty;

/* Progress of the badges that count */
typedef int32_t qa_telling(void *self, badge_call *call, int32_t level);
qa_telling qa_strunk_white_progress, qa_commentator_progress;

/* When two users become one */
int32_t qa_explainer_merge(void *self, badge_call *call);

/* Of what falls due in time (due.c) */
qa_rule qa_tumbleweed, qa_yearling;

#endif
