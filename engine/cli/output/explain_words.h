/*
 * cli/output/explain_words: what was judged, in words: for the cells of a table. All texts are yours: free(). NULL: out of memory.
 */
#ifndef BRB_CLI_OUTPUT_EXPLAIN_WORDS_H
#define BRB_CLI_OUTPUT_EXPLAIN_WORDS_H

#include <brabeion/engine.h>

/* The event, and whose or when where that needs saying: "vote", "vote (judged later)". */
char *brb_cli_explain_event(const brabeion_entry *entry);

/* `points=4000 title="A tale"`, cut where it gets long. */
char *brb_cli_explain_state(const brabeion_event *event);

/* "level 2, stored", "not earned", "failed: why". */
char *brb_cli_explain_answer(const brabeion_verdict *verdict);

/* `comments of ada = 1; best of ada: none`. */
char *brb_cli_explain_memory(const brabeion_verdict *verdict);

/* "12 days", "3 hours", "1 minute": whole ones. */
void brb_cli_explain_span(int64_t span_us, char text[32]);

#endif
