/*
 * The examples of sdk/examples, used by clients over 127.0.0.1, with a copy of their badges.yaml. Each server picks a
 * port, and must exit with 0 on SIGTERM.
 *
 * An example that meson has not built, because its library is missing, is skipped with that reason. Waiting is bounded
 * by the sockets' timeouts and by Criterion's.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "support/scene.h"

#ifndef BRB_EXAMPLE_HTTP
#define BRB_EXAMPLE_HTTP NULL
#endif
#ifndef BRB_EXAMPLE_LOOP
#define BRB_EXAMPLE_LOOP NULL
#endif
#ifndef BRB_EXAMPLE_CXX
#define BRB_EXAMPLE_CXX NULL
#endif
#ifndef BRB_EXAMPLE_PYTHON
#define BRB_EXAMPLE_PYTHON NULL
#endif
#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer) || \
	__has_feature(thread_sanitizer)
#define SANITIZED true
#else
#define SANITIZED false
#endif

enum { WAIT_SECONDS = 20, ANSWER_BYTES = 256 * 1024 };

static const char python_folder[] = BRB_SOURCE_DIR "/sdk/examples/python";

TestSuite(examples, .timeout = 60);

/* ---- servers ---- */

typedef struct server {
	scene *here;
	pid_t pid;
	FILE *out; /* its standard output */
	unsigned short port;
} server;

static void skip_unless(const char *program, const char *library)
{
	if (!program)
		cr_skip_test("not built: %s was not found", library);
}

static void skip_python(void)
{
	skip_unless(BRB_EXAMPLE_PYTHON, "python3");
	if (SANITIZED)
		cr_skip_test("built with a sanitizer, which Python cannot load");
}

/* A folder with the examples' badges.yaml, and the built plugins on the search path. */
static scene *example_scene(void)
{
	scene *here = scene_new();
	char to[SCENE_PATH_BYTES * 2];
	snprintf(to, sizeof to, "%s/badges.yaml", here->folder);
	copy_whole(BRB_SOURCE_DIR "/sdk/examples/badges.yaml", to);
	setenv("BRABEION_PLUGIN_PATH", BRB_BUILD_DIR "/plugins", 1);
	setenv("BRABEION_LIBRARY", BRB_BUILD_DIR "/engine/libbrabeion.so", 1);
	setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
	return here;
}

/* Starts a program whose standard output is read from `*out`. */
static pid_t start_program(char *const *arguments, FILE **out)
{
	int ends[2];
	cr_assert_eq(pipe(ends), 0);
	fflush(NULL);
	pid_t pid = fork();
	cr_assert_geq(pid, 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* ends with the test */
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execv(arguments[0], arguments);
		_exit(127);
	}
	close(ends[1]);
	*out = fdopen(ends[0], "r");
	return pid;
}

/* Starts an example, or its script by Python, and waits until it listens. */
static server start(scene *here, const char *program, const char *script)
{
	server made = { .here = here };
	char config[SCENE_PATH_BYTES * 2];
	snprintf(config, sizeof config, "%s/badges.yaml", here->folder);
	char *with_script[] = { (char *)program, (char *)script, config, (char *)"0", NULL };
	char *without[] = { (char *)program, config, (char *)"0", NULL };
	made.pid = start_program(script ? with_script : without, &made.out);
	char line[128] = "";
	cr_assert_not_null(fgets(line, sizeof line, made.out), "%s said nothing", program);
	cr_assert_eq(sscanf(line, "listening on 127.0.0.1:%hu", &made.port), 1, "it said %s", line);
	return made;
}

static void stop(server *running)
{
	int status = 0;
	kill(running->pid, SIGTERM);
	cr_assert_eq(waitpid(running->pid, &status, 0), running->pid);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "it ended with wait status %#x", (unsigned)status);
	fclose(running->out);
}

/* ---- clients ---- */

static int connect_to(const server *running)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(running->port) };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	struct timeval wait = { .tv_sec = WAIT_SECONDS };
	int client = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
	cr_assert_eq(connect(client, (struct sockaddr *)&address, sizeof address), 0);
	return client;
}

static void say(int client, const char *text)
{
	cr_assert_eq(send(client, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Reads until the server closes the connection. The caller frees the text. */
static char *hear(int client)
{
	char *text = calloc(1, ANSWER_BYTES);
	size_t used = 0;
	ssize_t got = 0;
	while (text && (got = recv(client, text + used, ANSWER_BYTES - 1 - used, 0)) > 0)
		used += (size_t)got;
	cr_assert_eq(got, 0, "no end of the answer after \"%s\"", text);
	close(client);
	return text;
}

/* The reply of a line server to these lines. */
static void expect_lines(const server *running, const char *lines, const char *expected)
{
	int client = connect_to(running);
	say(client, lines);
	shutdown(client, SHUT_WR);
	char *got = hear(client);
	cr_assert_str_eq(got, expected);
	free(got);
}

/* Sends one request; the reply must begin with the status and contain both texts. */
static void expect_http(const server *running, const char *request, const char *body, int status, const char *one,
			const char *other)
{
	char text[4096], begin[32];
	int client = connect_to(running);
	snprintf(text, sizeof text,
		 "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", request,
		 strlen(body), body);
	say(client, text);
	char *got = hear(client);
	snprintf(begin, sizeof begin, " %d ", status);
	cr_assert(strncmp(got, "HTTP/1.", 7) == 0 && strncmp(got + 8, begin, strlen(begin)) == 0, "got %s", got);
	cr_assert(strstr(got, one) && strstr(got, other), "got %s", got);
	free(got);
}

static size_t count(const char *text, const char *word)
{
	size_t found = 0;
	while ((text = strstr(text, word))) {
		found++;
		text += strlen(word);
	}
	return found;
}

/* ---- http ---- */

Test(examples, http_awards_on_a_request_and_once_for_an_id)
{
	skip_unless(BRB_EXAMPLE_HTTP, "libmicrohttpd");
	scene *here = example_scene();
	server running = start(here, BRB_EXAMPLE_HTTP, NULL);
	const char request[] = "POST /events/points_awarded?user=ada%20l&points=7600&id=a1";
	expect_http(&running, request, "", 200, "Outcome: judged", "\r\n\r\npoints 2 Silver\n");
	expect_http(&running, request, "", 200, "Outcome: duplicate", "Content-Length: 0");
	expect_http(&running, "POST /events/unknown?user=ada", "a body", 200, "Outcome: unhandled",
		    "Content-Length: 0");
	stop(&running);
	scene_finish(here);
}

Test(examples, http_shows_the_trophies_also_after_a_restart)
{
	skip_unless(BRB_EXAMPLE_HTTP, "libmicrohttpd");
	scene *here = example_scene();
	server running = start(here, BRB_EXAMPLE_HTTP, NULL);
	expect_http(&running, "POST /events/answer?user=ada", "", 200, "helper 1 Helper\n", "");
	stop(&running);
	running = start(here, BRB_EXAMPLE_HTTP, NULL);
	expect_http(&running, "GET /users/ada", "", 200, "\r\n\r\nhelper 1 Helper 20", "Z\n");
	expect_http(&running, "GET /users/nobody", "", 200, "Content-Length: 0", "");
	stop(&running);
	scene_finish(here);
}

Test(examples, http_tells_whose_fault_an_error_is)
{
	skip_unless(BRB_EXAMPLE_HTTP, "libmicrohttpd");
	scene *here = example_scene();
	server running = start(here, BRB_EXAMPLE_HTTP, NULL);
	expect_http(&running, "POST /events/answer", "", 400, "user", "");
	expect_http(&running, "GET /events/answer?user=ada", "", 404, "POST /events/NAME", "");
	stop(&running);
	scene_finish(here);
}

Test(examples, http_reads_badges_yaml_again_at_sighup)
{
	skip_unless(BRB_EXAMPLE_HTTP, "libmicrohttpd");
	scene *here = example_scene();
	server running = start(here, BRB_EXAMPLE_HTTP, NULL);
	expect_http(&running, "POST /events/answer?user=ada", "", 200, "helper 1 Helper\n", "");
	scene_write(here, "badges.yaml", "database: badges.db\nplugins:\n  - file: points.so\n");
	kill(running.pid, SIGHUP);
	time_t end = time(NULL) + WAIT_SECONDS;
	bool heard = true;
	for (int i = 0; heard && time(NULL) < end; i++) {
		char request[96];
		snprintf(request, sizeof request, "POST /events/answer?user=u%d HTTP/1.0\r\n\r\n", i);
		int client = connect_to(&running);
		say(client, request);
		char *got = hear(client);
		heard = !strstr(got, "Outcome: unhandled");
		free(got);
	}
	cr_assert_not(heard, "the removed badge still judges");
	stop(&running);
	scene_finish(here);
}

/* ---- loop ---- */

Test(examples, loop_answers_each_line_by_its_number)
{
	skip_unless(BRB_EXAMPLE_LOOP, "libuv");
	scene *here = example_scene();
	server running = start(here, BRB_EXAMPLE_LOOP, NULL);
	expect_lines(&running, "points_awarded ada points=7600\nanswer ada\nanswer ada\r\nanswer ada words=x\n",
		     "1 ok Silver\n2 ok Helper\n3 ok\n4 ok Mentor\n");
	expect_lines(&running, "answer\n", "1 error: invalid\n");
	expect_lines(&running, "answer ada without an end", "");
	stop(&running);
	scene_finish(here);
}

Test(examples, loop_keeps_up_with_more_than_its_queue_holds)
{
	skip_unless(BRB_EXAMPLE_LOOP, "libuv");
	enum { CLIENTS = 8, LINES = 1000 };
	scene *here = example_scene();
	server running = start(here, BRB_EXAMPLE_LOOP, NULL);
	int clients[CLIENTS];
	for (int i = 0; i < CLIENTS; i++) {
		clients[i] = connect_to(&running);
		for (int line = 0; line < LINES; line++)
			say(clients[i], "answer ada\n");
		shutdown(clients[i], SHUT_WR);
	}
	size_t answers = 0, helpers = 0, mentors = 0;
	for (int i = 0; i < CLIENTS; i++) {
		char *got = hear(clients[i]);
		answers += count(got, " ok");
		helpers += count(got, " Helper\n");
		mentors += count(got, " Mentor\n");
		free(got);
	}
	cr_assert_eq(answers, CLIENTS * LINES);
	cr_assert_eq(helpers, 1);
	cr_assert_eq(mentors, 1);
	stop(&running);
	scene_finish(here);
}

Test(examples, loop_refuses_a_line_without_end)
{
	skip_unless(BRB_EXAMPLE_LOOP, "libuv");
	scene *here = example_scene();
	server running = start(here, BRB_EXAMPLE_LOOP, NULL);
	char line[4096 + 1];
	memset(line, 'x', 4096);
	line[4096] = '\0';
	int client = connect_to(&running);
	say(client, line);
	char *got = hear(client);
	cr_assert_str_eq(got, "");
	free(got);
	stop(&running);
	scene_finish(here);
}

/* Ends while an idle client is connected. */
static void expect_end_with_a_silent_client(const char *program, const char *answer)
{
	scene *here = example_scene();
	server running = start(here, program, NULL);
	int client = connect_to(&running);
	say(client, "answer ada\n");
	char got[64] = "";
	cr_assert_eq(recv(client, got, strlen(answer), MSG_WAITALL), (ssize_t)strlen(answer));
	cr_assert_str_eq(got, answer);
	stop(&running);
	char *rest = hear(client);
	cr_assert_str_eq(rest, "");
	free(rest);
	scene_finish(here);
}

Test(examples, loop_ends_while_a_client_is_silent)
{
	skip_unless(BRB_EXAMPLE_LOOP, "libuv");
	expect_end_with_a_silent_client(BRB_EXAMPLE_LOOP, "1 ok Helper\n");
}

/* ---- cxx ---- */

Test(examples, cxx_answers_events_questions_and_errors)
{
	skip_unless(BRB_EXAMPLE_CXX, "the C++ program");
	scene *here = example_scene();
	server running = start(here, BRB_EXAMPLE_CXX, NULL);
	expect_lines(&running, "points_awarded ada points=7600\nanswer ada\n? ada\nanswer\nanswer ada words\n",
		     "ok Silver\nok Helper\nok Helper Silver\nerror: the user is empty\n"
		     "error: fields are NAME=VALUE, not words\n");
	char line[64] = "";
	cr_assert_not_null(fgets(line, sizeof line, running.out));
	cr_assert_str_eq(line, "ada earned Silver\n");
	cr_assert_not_null(fgets(line, sizeof line, running.out));
	cr_assert_str_eq(line, "ada earned Helper\n");
	stop(&running);
	scene_finish(here);
}

Test(examples, cxx_ends_while_a_client_is_silent)
{
	skip_unless(BRB_EXAMPLE_CXX, "the C++ program");
	expect_end_with_a_silent_client(BRB_EXAMPLE_CXX, "ok Helper\n");
}

/* ---- python ---- */

Test(examples, python_serves_json)
{
	skip_python();
	scene *here = example_scene();
	char script[SCENE_PATH_BYTES];
	snprintf(script, sizeof script, "%s/server.py", python_folder);
	server running = start(here, BRB_EXAMPLE_PYTHON, script);
	const char event[] = "{\"user\": \"ada l\", \"id\": 17, \"points\": 7600}";
	expect_http(&running, "POST /events/points_awarded", event, 200, "\"outcome\": \"judged\"",
		    "\"name\": \"Silver\"");
	expect_http(&running, "POST /events/points_awarded", event, 200, "\"outcome\": \"duplicate\"",
		    "\"awards\": []");
	expect_http(&running, "GET /users/ada%20l", "", 200, "\"name\": \"Silver\"", "\"event_id\": \"17\"");
	expect_http(&running, "POST /events/answer", "{\"user\": \"\"}", 400, "the user is empty", "");
	expect_http(&running, "POST /events/answer", "{", 400, "error", "");
	expect_http(&running, "GET /", "", 404, "error", "");
	stop(&running);
	scene_finish(here);
}

Test(examples, python_class_says_what_the_engine_says)
{
	skip_python();
	static const char program[] =
		"import sys; sys.path.insert(0, sys.argv[1])\n"
		"import brabeion, datetime, gc\n"
		"with brabeion.Engine(sys.argv[2]) as engine:\n"
		"    engine.on_award(lambda award: print('told', award.user, award.name))\n"
		"    gc.collect()\n"
		"    at = datetime.datetime(2014, 1, 21, 20, 26, 5, tzinfo=datetime.timezone.utc)\n"
		"    mixed = {'points': 7600, 'by': 'zo\\u00eb', 'ratio': 0.5, 'new': True, 'none': None, 'tags': "
		"['a']}\n"
		"    print(engine.possibly_award('points_awarded', 'ada', mixed, at=at)[0].at)\n"
		"    for wrong in [dict(user=''), dict(user='a\\0'), dict(user='ada', n=2**63)]:\n"
		"        try: engine.possibly_award('answer', **wrong)\n"
		"        except (brabeion.BrabeionError, ValueError) as error: print(error)\n"
		"    print(engine.awards('ada')[0].description, len(engine.awards('ben')))\n"
		"    engine.reload()\n"
		"try: brabeion.Engine('/none.yaml')\n"
		"except brabeion.BrabeionError as error: print(error.status)\n";
	scene *here = example_scene();
	char config[SCENE_PATH_BYTES * 2], got[4096];
	snprintf(config, sizeof config, "%s/badges.yaml", here->folder);
	char *arguments[] = { (char *)BRB_EXAMPLE_PYTHON, (char *)"-c", (char *)program,
			      (char *)python_folder,      config,       NULL };
	FILE *out = NULL;
	pid_t pid = start_program(arguments, &out);
	got[fread(got, 1, sizeof got - 1, out)] = '\0';
	int status = 0;
	waitpid(pid, &status, 0);
	fclose(out);
	cr_assert_str_eq(got, "told ada Silver\n"
			      "2014-01-21 20:26:05+00:00\n"
			      "the user is empty\n"
			      "text for brabeion must not contain NUL\n"
			      "n: an integer for brabeion has 64 bits\n"
			      "More than 7,500 points 0\n"
			      "configuration\n");
	cr_assert_eq(status, 0);
	scene_finish(here);
}
