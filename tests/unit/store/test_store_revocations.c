/*
 * store, revocations: a revoked award stays on record, is no longer held, and is earned again only if allowed; the feed
 * has both; the cache for callers without a transaction has only held awards.
 */
#include "base/list.h"
#include "support/store_fixture.h"

static brb_store *store;

static void open_room(void)
{
	make_store_folder();
	store = open_store();
	register_badges(store);
}

static void close_room(void)
{
	brb_store_close(store);
	remove_store_folder();
}

TestSuite(store_revocations, .init = open_room, .fini = close_room);

/* Each change of a list as "sequence kind slug:level:user:reason ", kind +, - or ~. */
static const char *text_of(const brabeion_change_list *list)
{
	static char text[2048];
	text[0] = '\0';
	for (size_t i = 0; i < list->count; i++) {
		const brabeion_change *change = &list->changes[i];
		snprintf(text + strlen(text), sizeof text - strlen(text), "%d%s%s:%u:%s:%s ", (int)change->sequence,
			 change->kind == BRABEION_CHANGE_AWARDED   ? "+"
			 : change->kind == BRABEION_CHANGE_REVOKED ? "-"
			 : change->kind == BRABEION_CHANGE_LAPSED  ? "~"
								   : "?",
			 change->award->badge, change->award->level, change->award->user, change->award->reason);
	}
	return text;
}

/* Revokes matching awards in the open transaction. Level 0 and reason NULL: any. */
static const char *take_back(const char *user, const char *slug, uint32_t level, const char *reason)
{
	brb_store_revocation revocation = {
		.user = user, .slug = slug, .level = level, .reason = reason, .note = "because", .at_us = 77
	};
	brabeion_change_list list = { .memory = brb_list_memory() };
	WELL(brb_store_revoke(store, &revocation, &list, error));
	const char *text = text_of(&list);
	brabeion_change_list_finish(&list);
	return text;
}

static const char *changes(int64_t after, size_t limit)
{
	brabeion_change_list list = { 0 };
	WELL(brb_store_list_changes(store, after, limit, &list, error));
	const char *text = text_of(&list);
	brabeion_change_list_finish(&list);
	return text;
}

static int64_t award_again(const char *user, uint32_t badge, uint32_t level, const char *reason)
{
	int64_t sequence = -42;
	brb_store_award added = { .user = user,
				  .badge = badge,
				  .level = level,
				  .reason = reason,
				  .event = "visit",
				  .event_id = "",
				  .rearn = true };
	WELL(brb_store_award_add(store, &added, &sequence, error));
	return sequence;
}

static bool is_held(const char *user, uint32_t level, const char *reason, bool rearn, bool remember)
{
	bool answer = false;
	brb_store_award asked = { .user = user, .badge = 1, .level = level, .reason = reason, .rearn = rearn };
	WELL(brb_store_is_held(store, &asked, remember, &answer, error));
	return answer;
}

static bool knows(const char *user, uint32_t level, const char *reason)
{
	brb_store_award asked = { .user = user, .badge = 1, .level = level, .reason = reason };
	return brb_store_knows_held(store, &asked);
}

static void store_some(void)
{
	begin(store);
	award(store, "ada", 1, 1, "");  /* 1 */
	award(store, "ada", 1, 2, "");  /* 2 */
	award(store, "ada", 1, 2, "r"); /* 3 */
	award(store, "ada", 1, 70, ""); /* 4 */
	award(store, "bob", 1, 2, "");  /* 5 */
	award(store, "ada", 2, 2, "");  /* 6 */
	commit(store);
}

/* ---- what is revoked --------------------------------------------------------------------------------------------- */

Test(store_revocations, all_of_a_badge_that_a_user_holds)
{
	store_some();
	begin(store);
	cr_expect_str_eq(take_back("ada", "first", 0, NULL),
			 "7-first:1:ada: 8-first:2:ada: 9-first:2:ada:r 10-first:70:ada: ");
	cr_expect_str_eq(take_back("ada", "first", 0, NULL), "", "none is left");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards WHERE revoked = 0"), 2);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 6, "they stay on record");
}

Test(store_revocations, of_one_level_or_for_one_reason)
{
	store_some();
	begin(store);
	cr_expect_str_eq(take_back("ada", "first", 2, ""), "7-first:2:ada: ");
	cr_expect_str_eq(take_back("ada", "first", 70, NULL), "8-first:70:ada: ");
	cr_expect_str_eq(take_back("ada", "first", 0, "r"), "9-first:2:ada:r ");
	cr_expect_str_eq(take_back("ada", "first", 5, NULL), "");
	commit(store);
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "1, 1");
	cr_expect_str_eq(held(store, "bob", "first"), "1, 2");
	cr_expect_str_eq(held(store, "ada", "second"), "1, 2");
	brb_store_rollback(store);
}

Test(store_revocations, of_nobody_and_nothing)
{
	store_some();
	begin(store);
	cr_expect_str_eq(take_back("nobody", "first", 0, NULL), "");
	cr_expect_str_eq(take_back("ada", "no-such-badge", 0, NULL), "");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users"), 2, "nobody is not made");
}

Test(store_revocations, a_revoked_award_shows_nowhere)
{
	int64_t count, holders, at_level[2] = { 0 };
	store_some();
	begin(store);
	take_back("ada", "first", 2, NULL);
	commit(store);
	WELL(brb_store_count_awards(store, NULL, &count, error));
	cr_expect_eq(count, 4);
	WELL(brb_store_count_awards(store, "ada", &count, error));
	cr_expect_eq(count, 3);
	WELL(brb_store_holders(store, "first", &holders, at_level, 2, error));
	cr_expect_eq(holders, 2);
	cr_expect_eq(at_level[1], 1, "bob");
	brabeion_award_list list = { 0 };
	WELL(brb_store_list_awards(store, BRB_STORE_OF_USER, "ada", 0, 0, &list, error));
	cr_assert_eq(list.count, 3);
	cr_expect(list.awards[0].sequence == 6 && list.awards[1].sequence == 4 && list.awards[2].sequence == 1);
	brabeion_award_list_finish(&list);
	brabeion_user_list users = { 0 };
	WELL(brb_store_list_users(store, NULL, 0, &users, error));
	cr_expect_eq(users.users[0].awards, 3);
	brabeion_user_list_finish(&users);
}

Test(store_revocations, rolled_back_all_is_held)
{
	store_some();
	begin(store);
	take_back("ada", "first", 0, NULL);
	cr_expect_str_eq(held(store, "ada", "first"), "0, 0");
	brb_store_rollback(store);
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "4, 70");
	cr_expect_eq(award(store, "cy", 1, 1, ""), 7, "and its sequences are free");
	commit(store);
}

Test(store_revocations, what_the_transaction_did_before_is_stored_with_it)
{
	begin(store);
	set_tally(store, "visits", 3);
	set_note(store, "last", "today");
	cr_expect_eq(award(store, "ada", 1, 1, ""), 1);
	cr_expect_eq(award(store, "bob", 1, 1, ""), 2);
	cr_expect_str_eq(take_back("ada", "first", 0, NULL), "3-first:1:ada: ");
	cr_expect_eq(tally(store, "visits"), 3);
	cr_expect_str_eq(note(store, "last"), "today");
	set_tally(store, "visits", 4);
	cr_expect_eq(award(store, "cy", 1, 1, ""), 4);
	commit(store);
	cr_expect_eq(kept_tally("visits"), 4);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 3);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards WHERE revoked = 3"), 1);
	cr_expect_eq(own_number("SELECT value FROM counters WHERE name = 'sequence'"), 4);
}

/* ---- earning again ----------------------------------------------------------------------------------------------- */

Test(store_revocations, what_was_revoked_is_not_earned_again)
{
	store_some();
	begin(store);
	take_back("ada", "first", 0, NULL);
	for (int round = 0; round < 3; round++) {
		cr_expect_eq(award(store, "ada", 1, 1, ""), 0);
		cr_expect_eq(award(store, "ada", 1, 2, "r"), 0);
		cr_expect_eq(award(store, "ada", 1, 70, ""), 0);
		cr_expect(is_held("ada", 1, "", false, false));
		cr_expect_not(is_held("ada", 1, "", true, false));
		commit(store);
		if (round == 1) {
			brb_store_close(store);
			store = open_store();
		}
		begin(store);
	}
	cr_expect_eq(award(store, "ada", 1, 3, ""), 11, "but what never was is");
	cr_expect_eq(award(store, "ada", 1, 3, ""), 0);
	cr_expect_str_eq(held(store, "ada", "first"), "1, 3");
	commit(store);
}

Test(store_revocations, unless_the_badge_may_be_earned_again)
{
	store_some();
	begin(store);
	take_back("ada", "first", 0, NULL);
	cr_expect_eq(award_again("ada", 1, 1, ""), 11);
	cr_expect_eq(award_again("ada", 1, 1, ""), 0);
	cr_expect_eq(award_again("ada", 1, 70, ""), 12);
	commit(store);
	begin(store);
	cr_expect_eq(award_again("ada", 1, 1, ""), 0);
	cr_expect_eq(award(store, "ada", 1, 1, ""), 0);
	cr_expect_str_eq(held(store, "ada", "first"), "2, 70");
	cr_expect_str_eq(take_back("ada", "first", 1, NULL), "13-first:1:ada: ");
	cr_expect_eq(award_again("ada", 1, 1, ""), 14);
	commit(store);
	brb_store_close(store);
	store = open_store();
	begin(store);
	cr_expect_eq(award_again("ada", 1, 1, ""), 0);
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards WHERE user = 1 AND badge = 1 AND level = 1"), 3);
	cr_expect_eq(
		own_number("SELECT COUNT(*) FROM awards WHERE user = 1 AND badge = 1 AND level = 1 AND revoked = 0"),
		1);
}

Test(store_revocations, an_undo_of_what_was_earned_again)
{
	begin(store);
	award(store, "ada", 1, 1, "");
	take_back("ada", "first", 0, NULL);
	commit(store);
	begin(store);
	brb_store_mark(store);
	cr_expect_eq(award_again("ada", 1, 1, ""), 3);
	brb_store_undo(store);
	cr_expect_str_eq(held(store, "ada", "first"), "0, 0");
	cr_expect_eq(award(store, "ada", 1, 1, ""), 0, "still revoked");
	cr_expect_eq(award_again("ada", 1, 1, ""), 3);
	commit(store);
}

Test(store_revocations, another_store_revokes)
{
	store_some();
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "4, 70");
	commit(store);
	brb_store *mine = store;
	store = open_store();
	begin(store);
	take_back("ada", "first", 0, NULL);
	commit(store);
	brb_store_close(store);
	store = mine;
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "0, 0");
	cr_expect_eq(award(store, "ada", 1, 1, ""), 0);
	cr_expect_eq(award(store, "ada", 1, 5, ""), 11);
	commit(store);
}

/* ---- the feed ---------------------------------------------------------------------------------------------------- */

Test(store_revocations, the_feed_has_awards_and_revocations_in_order)
{
	cr_expect_str_eq(changes(0, 0), "");
	begin(store);
	award(store, "ada", 1, 1, "");
	award(store, "bob", 2, 3, "r");
	commit(store);
	begin(store);
	take_back("ada", "first", 0, NULL);
	award(store, "cy", 1, 1, "");
	commit(store);
	cr_expect_str_eq(changes(0, 0), "1+first:1:ada: 2+second:3:bob:r 3-first:1:ada: 4+first:1:cy: ");
	cr_expect_str_eq(changes(2, 0), "3-first:1:ada: 4+first:1:cy: ");
	cr_expect_str_eq(changes(1, 2), "2+second:3:bob:r 3-first:1:ada: ");
	cr_expect_str_eq(changes(4, 0), "");
	cr_expect_str_eq(changes(-5, 1), "1+first:1:ada: ");
	cr_expect_str_eq(changes(INT64_MAX, 0), "");
}

Test(store_revocations, a_change_with_all_that_is_known_of_it)
{
	int64_t sequence;
	brb_store_award added = { .user = "ada",
				  .badge = 1,
				  .level = 1,
				  .reason = "",
				  .event = "brabeion.granted",
				  .event_id = "",
				  .note = "for her birthday",
				  .at_us = 5 };
	begin(store);
	WELL(brb_store_award_add(store, &added, &sequence, error));
	take_back("ada", "first", 0, NULL);
	commit(store);
	brabeion_change_list list = { 0 };
	WELL(brb_store_list_changes(store, 0, 0, &list, error));
	cr_assert_eq(list.count, 2);
	const brabeion_change *change = &list.changes[0];
	cr_expect_eq(change->sequence, 1);
	cr_expect_eq(change->kind, BRABEION_CHANGE_AWARDED);
	cr_expect_eq(change->at_us, 5);
	cr_expect_str_eq(change->comment, "for her birthday");
	cr_expect_str_eq(change->award->name, "Bronze");
	cr_expect_str_eq(change->award->event, "brabeion.granted");
	change = &list.changes[1];
	cr_expect_eq(change->sequence, 2);
	cr_expect_eq(change->kind, BRABEION_CHANGE_REVOKED);
	cr_expect_eq(change->at_us, 77);
	cr_expect_str_eq(change->comment, "because");
	cr_expect_eq(change->award->sequence, 1, "the award's own");
	cr_expect_eq(change->award->at_us, 5);
	cr_expect_str_eq(change->award->description, "The first");
	brabeion_change_list_finish(&list);
}

/* ---- the held cache ---------------------------------------------------------------------------------------------- */

Test(store_revocations, what_was_asked_for_is_known)
{
	cr_expect_not(knows("ada", 2, ""));
	store_some();
	cr_expect_not(knows("ada", 2, ""), "not by itself");
	begin(store);
	cr_expect(is_held("ada", 2, "", false, false));
	cr_expect_not(knows("ada", 2, ""), "nor without `remember`");
	cr_expect(is_held("ada", 2, "", false, true));
	cr_expect(is_held("ada", 2, "r", false, true));
	cr_expect(is_held("ada", 70, "", false, true));
	cr_expect_not(is_held("bob", 1, "", false, true));
	commit(store);
	cr_expect(knows("ada", 2, ""));
	cr_expect_not(knows("ada", 1, ""), "another level");
	cr_expect_not(knows("ada", 2, "r"), "for a reason: never");
	cr_expect_not(knows("ada", 2, NULL));
	cr_expect_not(knows("bob", 2, ""), "another user");
	cr_expect_not(knows("bob", 1, ""), "what is not held is never known");
}

Test(store_revocations, what_is_not_committed_is_not_known)
{
	begin(store);
	award(store, "ada", 1, 1, "");
	cr_expect(is_held("ada", 1, "", false, true));
	cr_expect_not(knows("ada", 1, ""));
	brb_store_rollback(store);
	cr_expect_not(knows("ada", 1, ""));
}

/* A revocation flushes the transaction's changes early: they are still not committed. */
Test(store_revocations, what_a_revocation_has_written_early_is_not_known)
{
	begin(store);
	award(store, "ada", 1, 1, "");
	award(store, "bob", 1, 1, "");
	take_back("bob", "first", 0, NULL);
	cr_expect(is_held("ada", 1, "", false, true));
	cr_expect_not(knows("ada", 1, ""));
	brb_store_rollback(store);
	cr_expect_not(knows("ada", 1, ""), "it was never stored");
	begin(store);
	cr_expect_eq(award(store, "ada", 1, 1, ""), 1);
	commit(store);
	begin(store);
	cr_expect(is_held("ada", 1, "", false, true));
	commit(store);
	cr_expect(knows("ada", 1, ""), "later transactions remember again");
}

Test(store_revocations, what_was_revoked_is_known_no_more)
{
	store_some();
	begin(store);
	is_held("ada", 2, "", false, true);
	is_held("bob", 2, "", false, true);
	commit(store);
	begin(store);
	take_back("ada", "first", 2, NULL);
	cr_expect_not(knows("ada", 2, ""), "at once");
	commit(store);
	cr_expect_not(knows("ada", 2, ""));
	begin(store);
	cr_expect(is_held("ada", 2, "", false, true), "counts as held");
	commit(store);
	cr_expect_not(knows("ada", 2, ""));
}

Test(store_revocations, what_another_store_may_have_revoked_is_known_no_more)
{
	store_some();
	begin(store);
	is_held("ada", 2, "", false, true);
	commit(store);
	brb_store *other = open_store();
	begin(other);
	set_tally(other, "visits", 1);
	commit(other);
	brb_store_close(other);
	begin(store);
	cr_expect_not(knows("ada", 2, ""));
	commit(store);
}

Test(store_revocations, many_users_are_not_mixed_up)
{
	char user[64];
	for (int i = 0; i < 3000; i++) {
		if (i % 1000 == 0)
			begin(store);
		snprintf(user, sizeof user, "user%d", i);
		if (i % 2)
			award(store, user, 1, 1, "");
		if (i % 1000 == 999)
			commit(store);
	}
	begin(store);
	for (int i = 0; i < 3000; i++) {
		snprintf(user, sizeof user, "user%d", i);
		is_held(user, 1, "", false, true);
	}
	commit(store);
	int known = 0;
	for (int i = 0; i < 3000; i++) {
		snprintf(user, sizeof user, "user%d", i);
		cr_assert(i % 2 || !knows(user, 1, ""));
		known += knows(user, 1, "");
	}
	cr_expect_gt(known, 1000, "%d of 1500", known);
	memset(user, 'u', 60);
	user[60] = '\0';
	begin(store);
	award(store, user, 1, 1, "");
	commit(store);
	begin(store);
	cr_expect(is_held(user, 1, "", false, true));
	commit(store);
	cr_expect_not(knows(user, 1, ""), "a name too long to remember");
}

/* ---- lapses ------------------------------------------------------------------------------------------------------ */

/* Lapses the levels of "first" above this one that "ada" holds. */
static const char *let_lapse(uint32_t above)
{
	brb_store_revocation lapse = {
		.user = "ada", .slug = "first", .above = above, .note = "on event", .at_us = 78, .lapsed = true
	};
	brabeion_change_list list = { .memory = brb_list_memory() };
	WELL(brb_store_revoke(store, &lapse, &list, error));
	const char *text = text_of(&list);
	brabeion_change_list_finish(&list);
	return text;
}

Test(store_revocations, what_lapses_is_above_a_level)
{
	store_some();
	begin(store);
	cr_expect_str_eq(let_lapse(70), "");
	cr_expect_str_eq(let_lapse(1), "7~first:2:ada: 8~first:2:ada:r 9~first:70:ada: ");
	cr_expect_str_eq(held(store, "ada", "first"), "1, 1");
	commit(store);
	cr_expect_str_eq(changes(6, 0), "7~first:2:ada: 8~first:2:ada:r 9~first:70:ada: ");
}

Test(store_revocations, what_lapsed_is_earned_again)
{
	store_some();
	for (int round = 0; round < 3; round++) {
		begin(store);
		let_lapse(0);
		cr_expect_not(is_held("ada", 1, "", false, false));
		commit(store);
		if (round == 1) {
			brb_store_close(store);
			store = open_store();
			register_badges(store);
		}
		begin(store);
		cr_expect_not(is_held("ada", 70, "", false, false));
		cr_expect_gt(award(store, "ada", 1, 1, ""), 0);
		cr_expect_gt(award(store, "ada", 1, 70, ""), 0);
		cr_expect_gt(award(store, "ada", 1, 2, "r"), 0);
		cr_expect_eq(award(store, "ada", 1, 1, ""), 0, "once");
		commit(store);
	}
}

Test(store_revocations, the_last_that_became_of_an_award_decides)
{
	store_some();
	begin(store);
	let_lapse(0);
	cr_expect_gt(award(store, "ada", 1, 1, ""), 0);
	take_back("ada", "first", 1, NULL);
	cr_expect_eq(award(store, "ada", 1, 1, ""), 0, "a person has revoked it");
	cr_expect_gt(award(store, "ada", 1, 2, ""), 0, "but not this one");
	commit(store);
	begin(store);
	cr_expect_eq(award(store, "ada", 1, 1, ""), 0);
	cr_expect_gt(award_again("ada", 1, 1, ""), 0, "granted anew");
	let_lapse(0);
	cr_expect_gt(award(store, "ada", 1, 1, ""), 0, "it lapsed, after that");
	commit(store);
}

/* ---- the history of a user --------------------------------------------------------------------------------------- */

static const char *user_changes(const char *user, int64_t before, size_t limit)
{
	brabeion_change_list list = { 0 };
	WELL(brb_store_list_user_changes(store, user, before, limit, &list, error));
	const char *text = text_of(&list);
	brabeion_change_list_finish(&list);
	return text;
}

Test(store_revocations, the_history_of_a_user_is_newest_first)
{
	store_some();
	begin(store);
	take_back("ada", "second", 0, NULL);
	take_back("bob", "first", 0, NULL);
	let_lapse(69);
	commit(store);
	cr_expect_str_eq(user_changes("ada", 0, 0),
			 "9~first:70:ada: 7-second:2:ada: 6+second:2:ada: 4+first:70:ada: 3+first:2:ada:r "
			 "2+first:2:ada: 1+first:1:ada: ");
	cr_expect_str_eq(user_changes("bob", 0, 0), "8-first:2:bob: 5+first:2:bob: ");
	cr_expect_str_eq(user_changes("ada", 0, 2), "9~first:70:ada: 7-second:2:ada: ");
	cr_expect_str_eq(user_changes("ada", 7, 2), "6+second:2:ada: 4+first:70:ada: ");
	cr_expect_str_eq(user_changes("ada", 1, 0), "");
	cr_expect_str_eq(user_changes("nobody", 0, 0), "");
}
