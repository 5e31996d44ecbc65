/*
 * http/server.c: brabeion in a threaded HTTP server, on libmicrohttpd.
 *
 *	http_server BADGES.YAML [PORT]
 *
 *	POST /events/NAME?user=ada&points=7600     one event; answers the awards it earned: "points 2 Silver" a line
 *	GET /users/ada                             the user's trophies, newest first, with their times
 *
 * Each query parameter but user and id is a field of the event. A client that repeats a request whose answer it has
 * not seen gives the same id= both times: the event is judged once, and Brabeion-Outcome says "duplicate".
 *
 * Worth seeing here: one engine, opened before the threads start, shared by all of them without a lock of ours, and
 * closed after the last has ended. brabeion_possibly_award() returns when the award is stored, so whatever we answer
 * is true. SIGHUP reads badges.yaml again; SIGTERM and SIGINT end the server.
 *
 * Left out, to stay short: who may send events. This server listens on 127.0.0.1 only.
 */
#include <brabeion/engine.h>

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 64, THREADS = 4, SILENCE_SECONDS = 30 };

static const char *const outcomes[] = { "judged", "unhandled", "duplicate", "abandoned" };

/* Sends `text`, which becomes libmicrohttpd's to free. MHD_NO closes the connection. */
static enum MHD_Result answer(struct MHD_Connection *connection, unsigned code, char *text, const char *outcome)
{
	struct MHD_Response *response = NULL;
	if (text)
		response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(text);
		return MHD_NO;
	}
	MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
	if (outcome)
		MHD_add_response_header(response, "Brabeion-Outcome", outcome);
	enum MHD_Result sent = MHD_queue_response(connection, code, response);
	MHD_destroy_response(response); /* only our reference to it */
	return sent;
}

/* An engine's error as HTTP has it: the client's fault, "try again", or ours. */
static enum MHD_Result refuse(struct MHD_Connection *connection, brabeion_status status, const char *message)
{
	unsigned code = status == BRABEION_INVALID ? MHD_HTTP_BAD_REQUEST
			: status == BRABEION_BUSY  ? MHD_HTTP_SERVICE_UNAVAILABLE
						   : MHD_HTTP_INTERNAL_SERVER_ERROR;
	return answer(connection, code, strdup(message ? message : brabeion_status_name(status)), NULL);
}

/* The awards as lines of text, or NULL when memory is short. */
static char *award_lines(const brabeion_award_info *awards, size_t stride, size_t count, bool with_time)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		const brabeion_award_info *award = BRABEION_AT(brabeion_award_info, awards, stride, i);
		char at[BRABEION_TIME_BYTES] = "";
		fprintf(out, "%s %u %s", award->badge, award->level, award->name);
		if (with_time && brabeion_time_format(award->at_us, at) == BRABEION_OK)
			fprintf(out, " %s", at);
		fputc('\n', out);
	}
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

typedef struct request {
	brabeion_event event;
	brabeion_field fields[FIELDS];
	bool too_many;
} request;

/* One query parameter: a number where it is one, else text. Texts live as long as the request: no copies. */
static enum MHD_Result take_parameter(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	request *into = context;
	char *end = NULL;
	(void)kind;
	value = value ? value : "";
	if (strcmp(name, "user") == 0) {
		into->event.user = value;
	} else if (strcmp(name, "id") == 0) {
		into->event.id = value;
	} else if (into->event.field_count == FIELDS) {
		into->too_many = true;
	} else {
		errno = 0;
		long long number = strtoll(value, &end, 10);
		bool whole = *value && !*end && !errno;
		into->fields[into->event.field_count++] =
			whole ? BRABEION_INT(name, number) : BRABEION_TEXT(name, value);
	}
	return MHD_YES;
}

static enum MHD_Result post_event(brabeion_engine *engine, struct MHD_Connection *connection, const char *name)
{
	request from = { .event = BRABEION_EVENT(.name = name, .user = "", .fields = from.fields) };
	MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, take_parameter, &from);
	if (from.too_many)
		return refuse(connection, BRABEION_INVALID, "an event has at most 64 fields here");

	brabeion_result result = BRABEION_RESULT();
	enum MHD_Result sent = MHD_NO;
	if (brabeion_possibly_award(engine, &from.event, &result) == BRABEION_OK)
		sent = answer(connection, MHD_HTTP_OK,
			      award_lines(result.awards, result.award_stride, result.award_count, false),
			      outcomes[result.outcome]);
	else
		sent = refuse(connection, result.status, result.message);
	brabeion_result_finish(&result);
	return sent;
}

static enum MHD_Result get_user(brabeion_engine *engine, struct MHD_Connection *connection, const char *user)
{
	brabeion_award_list list = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	enum MHD_Result sent = MHD_NO;
	if (brabeion_user_awards(engine, user, &(brabeion_list_options)BRABEION_LIST_OPTIONS(.limit = 100), &list,
				 &error) == BRABEION_OK)
		sent = answer(connection, MHD_HTTP_OK, award_lines(list.awards, list.stride, list.count, true), NULL);
	else
		sent = refuse(connection, error.status, error.message);
	brabeion_error_finish(&error);
	brabeion_award_list_finish(&list);
	return sent;
}

/* Runs on each of libmicrohttpd's threads, also at once. Called first for the head of a request, then for its body. */
static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
			      const char *version, const char *body, size_t *body_size, void **state)
{
	(void)version;
	(void)body;
	if (!*state) {
		*state = connection; /* anything but NULL: the head has been seen */
		return MHD_YES;
	}
	if (*body_size) { /* events are told in the query: a body is passed over */
		*body_size = 0;
		return MHD_YES;
	}
	if (strncmp(url, "/events/", 8) == 0 && strcmp(method, "POST") == 0)
		return post_event(context, connection, url + 8);
	if (strncmp(url, "/users/", 7) == 0 && strcmp(method, "GET") == 0)
		return get_user(context, connection, url + 7);
	return answer(connection, MHD_HTTP_NOT_FOUND, strdup("POST /events/NAME?user=USER or GET /users/USER"), NULL);
}

/* Serves until a signal ends it. The caller has blocked `signals`, so that they reach sigwait() and nothing else. */
static int serve(brabeion_engine *engine, unsigned short port, const sigset_t *signals)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	struct MHD_Daemon *daemon =
		MHD_start_daemon(MHD_USE_AUTO_INTERNAL_THREAD, 0, NULL, NULL, handle, engine, MHD_OPTION_SOCK_ADDR,
				 &address, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
				 MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE_SECONDS, MHD_OPTION_END);
	if (!daemon) {
		fprintf(stderr, "cannot listen on 127.0.0.1:%u\n", port);
		return 1;
	}
	printf("listening on 127.0.0.1:%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
	fflush(stdout);

	int number = 0;
	while (sigwait(signals, &number) == 0 && number == SIGHUP) {
		brabeion_error error = BRABEION_NO_ERROR;
		if (brabeion_reload(engine, NULL, &error) != BRABEION_OK)
			fprintf(stderr, "the badges stay as they were: %s\n", error.message);
		brabeion_error_finish(&error);
	}
	MHD_stop_daemon(daemon); /* waits for its threads: after this nobody calls the engine */
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: http_server BADGES.YAML [PORT]\n");
		return 2;
	}
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before there are threads: they inherit it */
	signal(SIGPIPE, SIG_IGN);                   /* a client that went away is no reason to end */

	brabeion_engine *engine = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options options = BRABEION_OPTIONS(.config = argv[1]);
	if (brabeion_open(&options, &engine, &error) != BRABEION_OK) {
		fprintf(stderr, "%s\n", error.message);
		brabeion_error_finish(&error);
		return 1;
	}
	int status = serve(engine, (unsigned short)(argc > 2 ? strtoul(argv[2], NULL, 10) : 8080), &signals);
	brabeion_close(engine);
	return status;
}
