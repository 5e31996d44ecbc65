/*
 * cli/output/explain_words: verdicts in words, for the cells of a table. The caller frees the texts; NULL: out of memory.
 */
#ifndef BRB_CLI_OUTPUT_EXPLAIN_WORDS_H
#define BRB_CLI_OUTPUT_EXPLAIN_WORDS_H

#include <brabeion/engine.h>

/* The event: "vote", "vote c17 (judged later)", "vote (of another user)". */
char *brb_cli_explain_event(const brabeion_entry *entry);

/* `points=4000 title="A tale"`, long values cut. */
char *brb_cli_explain_state(const brabeion_event *event);

/* "level 2, stored", "not earned", "failed: why". */
char *brb_cli_explain_answer(const brabeion_verdict *verdict);

/* `comments of ada = 1; best of ada: none`. */
char *brb_cli_explain_memory(const brabeion_verdict *verdict);

/* In the largest unit, rounded down: "12 days", "3 hours", "1 minute". */
void brb_cli_explain_span(int64_t span_us, char text[32]);

#endif
