/*
 * A host as of 0.1.0, kept compiled: it must run with every later library of this soname, whose structs may be larger.
 * This file stays as it is. Built by
 *
 *	gcc -std=c11 -O2 -Iengine/include -o tests/data/hosts-0.1/x86_64/host tests/data/hosts-0.1/host.c \
 *		-Lbuild/engine -lbrabeion
 *
 * Guard bytes follow each struct that the library fills in, so that a write beyond struct_size shows. With
 * -DHOST_MORE_BYTES=64 it is a host of a later version, whose structs are larger than the library's: the bytes that
 * the library does not know must stay as they are.
 *
 * Usage: host CONFIG. Exit code: 0, or 1 with a line on stderr.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <brabeion/engine.h>

#ifndef HOST_MORE_BYTES
#define HOST_MORE_BYTES 0
#endif

enum { GUARD_BYTES = 64, GUARD = 0xa5, BATCH = 3 };

/* `count` structs of a type, each HOST_MORE_BYTES larger than this header knows it, and guard bytes. */
#define HOST_STRUCTS(type, count)                                            \
	struct {                                                             \
		union {                                                      \
			type it;                                             \
			unsigned char bytes[sizeof(type) + HOST_MORE_BYTES]; \
		} at[count];                                                 \
		unsigned char guard[GUARD_BYTES];                            \
	}

/* Before a call: the library's own initialisation, with the larger size, and the guard. */
#define HOST_INIT(structs, type)                                                          \
	do {                                                                              \
		memset((structs).at, 0, sizeof(structs).at);                              \
		memset((structs).guard, GUARD, GUARD_BYTES);                              \
		for (size_t k = 0; k < sizeof(structs).at / sizeof(structs).at[0]; k++) { \
			type##_init(&(structs).at[k].it);                                 \
			(structs).at[k].it.struct_size += HOST_MORE_BYTES;                \
		}                                                                         \
	} while (0)

static void must(int holds, const char *what, const char *message)
{
	if (holds)
		return;
	fprintf(stderr, "host: %s: %s\n", what, message ? message : "no message");
	exit(1);
}

/* True when the last HOST_MORE_BYTES of a struct are still zero. */
static int is_untouched(const unsigned char *bytes, size_t size)
{
	for (size_t i = size - HOST_MORE_BYTES; i < size; i++)
		if (bytes[i])
			return 0;
	return 1;
}

static int is_guarded(const unsigned char *guard)
{
	for (size_t i = 0; i < GUARD_BYTES; i++)
		if (guard[i] != GUARD)
			return 0;
	return 1;
}

#define HOST_CHECK(structs)                                                                        \
	do {                                                                                       \
		must(is_guarded((structs).guard), #structs, "written beyond its size");            \
		for (size_t k = 0; k < sizeof(structs).at / sizeof(structs).at[0]; k++)            \
			must(is_untouched((structs).at[k].bytes, sizeof(structs).at[k]), #structs, \
			     "written where this library knows no member");                        \
	} while (0)

static void print_award(const char *what, const brabeion_award_info *award)
{
	printf("%s: %s %s %" PRIu32 " \"%s\" on %s, id %" PRId64 "\n", what, award->user, award->badge, award->level,
	       award->name, award->event, award->id);
}

static void on_award(void *context, const brabeion_award_info *award)
{
	(void)context;
	print_award("callback", award);
}

static void print_result(const char *what, const brabeion_result *result)
{
	printf("%s: status %d, outcome %d, failed %" PRIu32 "\n", what, (int)result->status, (int)result->outcome,
	       result->failed);
	for (uint32_t i = 0; i < result->award_count; i++)
		print_award(what, brabeion_result_award(result, i));
}

static brabeion_engine *open_engine(const char *config)
{
	HOST_STRUCTS(brabeion_options, 1) options;
	brabeion_engine *engine = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	HOST_INIT(options, brabeion_options);
	options.at[0].it.config = config;
	options.at[0].it.no_workers = true;
	must(brabeion_open(&options.at[0].it, &engine, &error) == BRABEION_OK, "brabeion_open", error.message);
	must(brabeion_on_award(engine, on_award, NULL) == BRABEION_OK, "brabeion_on_award", NULL);
	return engine;
}

static void judge_one(brabeion_engine *engine)
{
	HOST_STRUCTS(brabeion_event, 1) event;
	HOST_STRUCTS(brabeion_result, 1) result;
	brabeion_field fields[] = { BRABEION_INT("points", 5) };
	HOST_INIT(event, brabeion_event);
	HOST_INIT(result, brabeion_result);
	event.at[0].it.name = "visit";
	event.at[0].it.user = "ada";
	event.at[0].it.fields = fields;
	event.at[0].it.field_count = 1;
	must(brabeion_possibly_award(engine, &event.at[0].it, &result.at[0].it) == BRABEION_OK, "one event",
	     result.at[0].it.message);
	print_result("one", &result.at[0].it);
	brabeion_result_finish(&result.at[0].it);
	HOST_CHECK(result);
}

static void judge_batch(brabeion_engine *engine)
{
	static const char *const users[BATCH] = { "bob", "cyd", "bob" };
	HOST_STRUCTS(brabeion_event, BATCH) events;
	HOST_STRUCTS(brabeion_result, BATCH) results;
	brabeion_field fields[] = { BRABEION_TEXT("from", "batch"), BRABEION_INT("points", 50) };
	HOST_INIT(events, brabeion_event);
	HOST_INIT(results, brabeion_result);
	for (int i = 0; i < BATCH; i++) {
		events.at[i].it.name = i == 1 ? "unheard" : "visit";
		events.at[i].it.user = users[i];
		events.at[i].it.id = i == 0 ? "b0" : "b1";
		events.at[i].it.fields = fields;
		events.at[i].it.field_count = 2;
	}
	must(brabeion_possibly_award_batch(engine, &events.at[0].it, BATCH, &results.at[0].it) == BRABEION_OK,
	     "batch", results.at[0].it.message);
	for (int i = 0; i < BATCH; i++) {
		print_result("batch", &results.at[i].it);
		brabeion_result_finish(&results.at[i].it);
	}
	HOST_CHECK(results);
}

static void reload(brabeion_engine *engine)
{
	HOST_STRUCTS(brabeion_receipt, 1) receipt;
	brabeion_error error = BRABEION_NO_ERROR;
	HOST_INIT(receipt, brabeion_receipt);
	must(brabeion_reload(engine, &receipt.at[0].it, &error) == BRABEION_OK, "brabeion_reload", error.message);
	printf("reload: kept %" PRIu32 ", generation %" PRIu64 "\n", receipt.at[0].it.kept,
	       receipt.at[0].it.generation);
	HOST_CHECK(receipt);
}

static void read_awards(brabeion_engine *engine)
{
	HOST_STRUCTS(brabeion_list_options, 1) options;
	brabeion_award_list list;
	brabeion_error error = BRABEION_NO_ERROR;
	HOST_INIT(options, brabeion_list_options);
	options.at[0].it.limit = 10;
	must(brabeion_badge_awards(engine, "good-one", &options.at[0].it, &list, &error) == BRABEION_OK,
	     "brabeion_badge_awards", error.message);
	for (size_t i = 0; i < list.count; i++)
		print_award("stored", brabeion_award_list_at(&list, i));
	brabeion_award_list_finish(&list);
}

int main(int argc, char **argv)
{
	must(argc == 2, "usage", "host CONFIG");
	brabeion_engine *engine = open_engine(argv[1]);
	judge_one(engine);
	judge_batch(engine);
	reload(engine);
	read_awards(engine);
	brabeion_close(engine);
	return 0;
}
