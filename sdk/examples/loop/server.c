/*
 * loop/server.c: brabeion in an event loop, on libuv: one thread, which never waits for the database.
 *
 *	loop_server BADGES.YAML [PORT]
 *
 * A client sends lines "EVENT USER [NAME=VALUE...]" of at most 4 KiB. Each is answered by a line with its number, from
 * 1: the levels it earned, or why it failed. An event is stored before its answer is sent.
 *
 *	points_awarded ada points=7600        ->  1 ok Silver
 *
 * Worth seeing here: brabeion_submit() takes an event and returns at once; brabeion_completions_fd() is watched like
 * any other descriptor; brabeion_dispatch() runs the completions on this very thread, so nothing here needs a lock.
 * And what keeps the server small under load: a connection has at most 64 events under way, counted until their answer
 * is written, and keeps a line that meets BRABEION_FULL for later. Meanwhile it is not read, so its client waits.
 * SIGTERM and SIGINT end the server when the events under way are answered.
 */
#include <brabeion/engine.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { LINE = 4096, FIELDS = 64, UNDER_WAY = 64 };

typedef struct server {
	brabeion_engine *engine;
	uv_loop_t loop;
	uv_tcp_t listener;
	uv_poll_t completions;
	uv_signal_t signals[2];
	bool waiting; /* some connection waits until there was a dispatch */
	bool ending;
} server;

typedef struct connection {
	uv_tcp_t tcp;
	server *of;
	unsigned lines;     /* taken so far */
	unsigned under_way; /* of them not yet answered */
	bool ended;         /* the client sends no more */
	bool broken;        /* nor does it read */
	size_t used;
	char unread[LINE];
} connection;

/* A line under way: first with the engine, then as the answer that is being written. */
typedef struct request {
	uv_write_t write;
	connection *from;
	unsigned number;
	char *answer;
} request;

static void take_lines(connection *from);

/* ---- events and their answers ---------------------------------------------------------------------------------- */

static void finish_request(request *done, bool sent)
{
	done->from->under_way--;
	done->from->broken |= !sent;
	free(done->answer);
	free(done);
}

static void answered(uv_write_t *write, int status)
{
	request *done = write->data;
	connection *from = done->from;
	finish_request(done, status == 0);
	take_lines(from);
}

/* The engine's word on a line: runs inside brabeion_dispatch(). We call it too, for a line that was refused. */
static void completed(void *context, const brabeion_result *result)
{
	request *done = context;
	size_t size = 0;
	FILE *out = open_memstream(&done->answer, &size);
	if (out) {
		fprintf(out, "%u %s", done->number, result->status == BRABEION_OK ? "ok" : "error: ");
		for (uint32_t i = 0; i < result->award_count; i++)
			fprintf(out, " %s", result->awards[i].name);
		if (result->status != BRABEION_OK)
			fputs(result->message ? result->message : brabeion_status_name(result->status), out);
		fputc('\n', out);
	}
	done->write.data = done;
	if (out && fclose(out) == 0) {
		uv_buf_t text = uv_buf_init(done->answer, (unsigned)size);
		if (uv_write(&done->write, (uv_stream_t *)&done->from->tcp, &text, 1, answered) == 0)
			return;
	}
	done->from->of->waiting = true;
	finish_request(done, false);
}

/* Submits one line, which is cut up: the engine copies what it takes. BRABEION_FULL: try again later. */
static brabeion_status submit_line(connection *from, char *line)
{
	brabeion_field fields[FIELDS];
	brabeion_event event = BRABEION_EVENT(.fields = fields);
	char *rest = NULL, *name = NULL;
	event.name = strtok_r(line, " \r", &rest);
	event.user = strtok_r(NULL, " \r", &rest);
	while (event.field_count < FIELDS && (name = strtok_r(NULL, " \r", &rest))) {
		char *end = NULL, *value = name + strcspn(name, "=");
		if (*value)
			*value++ = '\0';
		errno = 0;
		long long number = strtoll(value, &end, 10);
		bool whole = *value && !*end && !errno;
		fields[event.field_count++] = whole ? BRABEION_INT(name, number) : BRABEION_TEXT(name, value);
	}
	request *made = calloc(1, sizeof *made);
	if (!made)
		return BRABEION_NO_MEMORY;
	made->from = from;
	made->number = from->lines + 1;
	brabeion_status status = brabeion_submit(from->of->engine, &event, completed, made);
	if (status == BRABEION_FULL) {
		from->of->waiting = true;
		free(made);
		return status;
	}
	from->lines++;
	from->under_way++;
	if (status != BRABEION_OK)
		completed(made, &(brabeion_result)BRABEION_RESULT(.status = status));
	return BRABEION_OK;
}

/* ---- connections ------------------------------------------------------------------------------------------------- */

static void free_connection(uv_handle_t *handle)
{
	free(handle->data);
}

/* Reading goes into the room that is left in `unread`: there is some, or take_lines() had not let us read. */
static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
	connection *from = handle->data;
	(void)suggested;
	*room = uv_buf_init(from->unread + from->used, (unsigned)(sizeof from->unread - from->used));
}

static void have_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *room)
{
	connection *from = stream->data;
	(void)room;
	if (size < 0)
		from->ended = true; /* lines that are there are still answered */
	else
		from->used += (size_t)size;
	take_lines(from);
}

/* Submits the lines that are there, then reads on, waits or closes. Called when anything has changed. */
static void take_lines(connection *from)
{
	char *end = NULL, line[LINE];
	bool stop = from->broken || from->of->ending, full = false;
	while (!stop && !full && from->under_way < UNDER_WAY && (end = memchr(from->unread, '\n', from->used))) {
		size_t size = (size_t)(end - from->unread);
		memcpy(line, from->unread, size);
		line[size] = '\0';
		brabeion_status status = submit_line(from, line);
		stop = from->broken |= status == BRABEION_NO_MEMORY;
		full = status == BRABEION_FULL;
		if (!full) {
			from->used -= size + 1;
			memmove(from->unread, end + 1, from->used);
		}
	}
	bool wait = !stop && (full || from->under_way == UNDER_WAY);
	if (!wait && !stop && !from->ended && from->used < sizeof from->unread) {
		uv_read_start((uv_stream_t *)&from->tcp, give_room, have_read);
		return;
	}
	uv_read_stop((uv_stream_t *)&from->tcp);
	if (!wait && from->under_way == 0 && !uv_is_closing((uv_handle_t *)&from->tcp))
		uv_close((uv_handle_t *)&from->tcp, free_connection);
}

static void accept_one(uv_stream_t *listener, int status)
{
	connection *from = status < 0 ? NULL : calloc(1, sizeof *from);
	if (!from)
		return;
	from->of = listener->data;
	uv_tcp_init(listener->loop, &from->tcp);
	from->tcp.data = from;
	from->broken = uv_accept(listener, (uv_stream_t *)&from->tcp) != 0;
	take_lines(from); /* there are none: begins to read */
}

/* ---- the server -------------------------------------------------------------------------------------------------- */

static void look_again(uv_handle_t *handle, void *context)
{
	server *here = context;
	if (handle->type == UV_TCP && handle != (uv_handle_t *)&here->listener)
		take_lines(handle->data);
}

/* The engine has completions for us. They make room in its queue, so whoever met BRABEION_FULL may try again. */
static void dispatch(uv_poll_t *poll, int status, int events)
{
	server *here = poll->data;
	(void)status;
	(void)events;
	brabeion_dispatch(here->engine);
	if (here->waiting) {
		here->waiting = false;
		uv_walk(&here->loop, look_again, here);
	}
}

static void end(uv_signal_t *signal, int number)
{
	server *here = signal->data;
	(void)number;
	here->ending = true;
	if (!uv_is_closing((uv_handle_t *)&here->listener))
		uv_close((uv_handle_t *)&here->listener, NULL);
	uv_walk(&here->loop, look_again, here);
}

/* Runs until the listener and the last connection are closed: the other handles do not keep the loop alive. */
static int serve(server *here, int port)
{
	struct sockaddr_in address;
	int size = sizeof address;
	uv_loop_init(&here->loop);
	uv_ip4_addr("127.0.0.1", port, &address);
	uv_tcp_init(&here->loop, &here->listener);
	uv_poll_init(&here->loop, &here->completions, brabeion_completions_fd(here->engine));
	here->listener.data = here->completions.data = here;
	for (int i = 0; i < 2; i++) {
		uv_signal_init(&here->loop, &here->signals[i]);
		here->signals[i].data = here;
		uv_signal_start(&here->signals[i], end, i ? SIGINT : SIGTERM);
		uv_unref((uv_handle_t *)&here->signals[i]);
	}
	uv_poll_start(&here->completions, UV_READABLE, dispatch);
	uv_unref((uv_handle_t *)&here->completions);

	int failed = uv_tcp_bind(&here->listener, (struct sockaddr *)&address, 0);
	if (!failed)
		failed = uv_listen((uv_stream_t *)&here->listener, 128, accept_one);
	if (failed) {
		fprintf(stderr, "cannot listen on 127.0.0.1:%d: %s\n", port, uv_strerror(failed));
		return 1;
	}
	uv_tcp_getsockname(&here->listener, (struct sockaddr *)&address, &size);
	printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
	fflush(stdout);
	uv_run(&here->loop, UV_RUN_DEFAULT);

	uv_close((uv_handle_t *)&here->completions, NULL);
	uv_close((uv_handle_t *)&here->signals[0], NULL);
	uv_close((uv_handle_t *)&here->signals[1], NULL);
	uv_run(&here->loop, UV_RUN_DEFAULT);
	uv_loop_close(&here->loop);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: loop_server BADGES.YAML [PORT]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN); /* a client that went away is an error of uv_write() */
	server here = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options options = BRABEION_OPTIONS(.config = argv[1], .submit_capacity = 256);
	if (brabeion_open(&options, &here.engine, &error) != BRABEION_OK) {
		fprintf(stderr, "%s\n", error.message);
		brabeion_error_finish(&error);
		return 1;
	}
	int status = serve(&here, argc > 2 ? atoi(argv[2]) : 8081);
	brabeion_close(here.engine);
	return status;
}
