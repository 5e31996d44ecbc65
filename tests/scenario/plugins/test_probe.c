/*
 * Plugins that would crash or hang the server (tests/plugins/misbehaves.c): open and reload refuse each with what it
 * did and where, and loaded badges stay. Hosts that ignore their children, reap them all, or closed their standard
 * streams; a helper that is missing or broken.
 */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "support/scene.h"

#define HELPER BRB_BUILD_DIR "/engine/probe/brabeion-probe"

static void use_helper(void)
{
	setenv("BRABEION_PROBE", HELPER, 1);
}

TestSuite(probe, .init = use_helper, .timeout = 120);

/* badges.yaml from line 3 on: a time limit for each step that any machine keeps, and these plugins. */
#define LISTED(lines) "probe: 2s\nplugins:\n" lines

static size_t count_descriptors(void)
{
	return scene_count_entries("/proc/self/fd");
}

/* No child is left, living or dead. */
static void expect_no_child(void)
{
	int status;
	cr_expect_eq(waitpid(-1, &status, WNOHANG), -1, "a child is left");
	cr_expect_eq(errno, ECHILD);
}

static void expect_open_refused(scene *here, brabeion_status status, const char *message)
{
	cr_assert_eq(brabeion_open(&here->options, &here->engine, &here->error), status, "%s", here->error.message);
	cr_expect_str_eq(scene_message(here), message);
}

/* brabeion_open refuses it, and leaves nothing behind. */
static void expect_refused(const char *text, const char *message)
{
	scene *here = scene_new();
	scene_config(here, text);
	size_t descriptors = count_descriptors();
	expect_open_refused(here, BRABEION_CONFIG, message);
	cr_expect_eq(count_descriptors(), descriptors, "a descriptor is left");
	cr_expect_eq(scene_count_entries(here->folder), 1, "a file is left");
	expect_no_child();
	scene_finish(here);
}

/* A reload refuses it; the loaded badges stay. */
static void expect_reload_refused(const char *text, const char *message)
{
	scene *here = scene_with("plugins:\n  - file: good_one.so\n");
	scene_config(here, text);
	brabeion_receipt receipt = BRABEION_RECEIPT(.generation = 99);
	cr_assert_eq(brabeion_reload(here->engine, &receipt, &here->error), BRABEION_CONFIG);
	cr_expect_str_eq(scene_message(here), message);
	cr_expect_eq(receipt.generation, 99);
	cr_expect_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	expect_no_child();
	scene_finish(here);
}

#define REFUSED(name, did)                                                                       \
	Test(probe, name##_is_refused)                                                           \
	{                                                                                        \
		expect_refused(LISTED("  - file: " #name ".so\n"),                               \
			       "badges.yaml:5:11: plugin \"" #name ".so\" " did);                \
		expect_reload_refused(LISTED("  - file: good_one.so\n  - file: " #name ".so\n"), \
				      "badges.yaml:6:11: plugin \"" #name ".so\" " did);         \
	}

REFUSED(constructor_crashes, "crashed (SIGSEGV) while it was loaded (its constructors)")
REFUSED(constructor_hangs, "hung for 2 s while it was loaded (its constructors)")
REFUSED(constructor_exits, "called exit(3) while it was loaded (its constructors)")
REFUSED(open_crashes, "crashed (SIGSEGV) while its badge \"odd\" was opened")
REFUSED(open_hangs, "hung for 2 s while its badge \"odd\" was opened")
REFUSED(open_exits, "called exit(3) while its badge \"odd\" was opened")
REFUSED(award_crashes, "crashed (SIGSEGV) while its badge \"odd\" judged a trial event")
REFUSED(award_hangs, "hung for 2 s while its badge \"odd\" judged a trial event")
REFUSED(award_exits, "called exit(3) while its badge \"odd\" judged a trial event")
REFUSED(observe_crashes, "crashed (SIGSEGV) while it observed a trial event")
REFUSED(observe_hangs, "hung for 2 s while it observed a trial event")
REFUSED(observe_exits, "called exit(3) while it observed a trial event")
REFUSED(progress_crashes, "crashed (SIGSEGV) while its badge \"odd\" computed the progress of a trial user")
REFUSED(progress_hangs, "hung for 2 s while its badge \"odd\" computed the progress of a trial user")
REFUSED(progress_exits, "called exit(3) while its badge \"odd\" computed the progress of a trial user")
REFUSED(undeclared, "uses memory that it does not declare: badge \"undeclared\": memory \"visits\" is not declared: "
		    "declare it: BADGE_TALLY(\"visits\")")
REFUSED(close_crashes, "crashed (SIGSEGV) while its badge \"odd\" was closed")
REFUSED(close_hangs, "hung for 2 s while its badge \"odd\" was closed")
REFUSED(close_exits, "called exit(3) while its badge \"odd\" was closed")
REFUSED(destructor_crashes, "crashed (SIGSEGV) while it was unloaded (its destructors)")
REFUSED(destructor_hangs, "hung for 2 s while it was unloaded (its destructors)")
REFUSED(destructor_exits, "called exit(3) while it was unloaded (its destructors)")

REFUSED(constructor_closes, "closed file descriptors that it had not opened while it was loaded (its constructors)")
REFUSED(award_closes, "closed file descriptors that it had not opened while its badge \"odd\" judged a trial event")
REFUSED(close_closes, "closed file descriptors that it had not opened while its badge \"odd\" was closed")
REFUSED(award_scribbles, "crashed (SIGABRT) while its badge \"odd\" judged a trial event")

/* ---- trials ---- */

/* Sanitizers need more memory and a process that is dumpable. */
Test(probe, has_limits)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	cr_skip_test("a sanitizer's build has no such limits");
#endif
	scene *here = scene_with(LISTED("  - file: limited.so\n"));
	cr_expect_str_eq(scene_fire(here, "visit", "ada"), "limited 1 ;");
	scene_finish(here);
}

Test(probe, tells_all_faults_at_once_with_those_that_need_no_trial)
{
	expect_refused(
		LISTED("  - file: constructor_crashes.so\n  - file: good_one.so\n  - file: award_exits.so\n"
		       "  - file: open_fails.so\n  - file: destructor_crashes.so\n  - file: wrong_magic.so\n"),
		"badges.yaml:5:11: plugin \"constructor_crashes.so\" crashed (SIGSEGV) while it was loaded (its "
		"constructors)\n"
		"badges.yaml:7:11: plugin \"award_exits.so\" called exit(3) while its badge \"odd\" judged a trial "
		"event\n"
		"badges.yaml:8:11: badge \"open-fails\": must be a prime, not 4\n"
		"badges.yaml:9:11: plugin \"destructor_crashes.so\" crashed (SIGSEGV) while it was unloaded (its "
		"destructors)\n"
		"badges.yaml:10:11: plugin \"wrong_magic.so\" has the magic number 0x32444700, not 0x32444742: it "
		"was not made with brabeion/badge.h");
}

Test(probe, is_off_when_badges_yaml_says_so)
{
	expect_refused("plugins:\n  - file: shy.so\n",
		       "badges.yaml:4:11: plugin \"shy.so\" crashed (SIGABRT) while its badge \"shy\" judged a trial "
		       "event");
	scene *here = scene_with("probe: off\nplugins:\n  - file: shy.so\n");
	cr_expect_str_eq(scene_fire(here, "visit", "ada"), "");
	cr_expect_str_eq(scene_fire(here, "visit", "ada"), "shy 1 ;");
	scene_finish(here);
}

Test(probe, tries_badges_that_cannot_be_earned_now)
{
	expect_refused("plugins:\n  - file: shy.so\n    badges: [{ badge: shy, earnable: { until: 2000-01-01 } }]\n",
		       "badges.yaml:4:11: plugin \"shy.so\" crashed (SIGABRT) while its badge \"shy\" judged a trial "
		       "event");
	expect_refused("plugins:\n  - file: shy.so\n    badges: [{ badge: shy, retired: true }]\n",
		       "badges.yaml:4:11: plugin \"shy.so\" crashed (SIGABRT) while its badge \"shy\" judged a trial "
		       "event");
}

Test(probe, opens_badges_with_their_settings_under_their_slugs)
{
	scene *here = scene_with("probe: 10s\nplugins:\n  - file: memory_user.so\n    badges:\n"
				 "      - { badge: memory-user, slug: mine, settings: { at: 2 } }\n");
	cr_expect_str_eq(scene_fire(here, "memory", "ada"), "");
	cr_expect_str_eq(scene_fire(here, "memory", "ada"), "mine 1 ;");
	scene_finish(here);
	expect_refused(
		LISTED("  - file: open_crashes.so\n    badges: [{ badge: odd, slug: mine }]\n"),
		"badges.yaml:5:11: plugin \"open_crashes.so\" crashed (SIGSEGV) while its badge \"mine\" was opened");
}

Test(probe, judges_as_an_engine_does_and_keeps_nothing_of_it)
{
	scene *here = scene_with("plugins:\n  - file: curious.so\n");
	cr_expect_eq(scene_count(here, "probe"), 0);
	cr_expect_str_eq(scene_fire_id(here, "1", "visit", "probe"), "gift 1 ;first 1 ;later 1 ;");
	scene_finish(here);
}

/* good_one.so is replaced on disk by a plugin that crashes in its trial; unchanged plugins are not tried again. */
Test(probe, leaves_alone_what_is_at_work_already)
{
	scene *here = scene_with("probe: off\nplugins:\n  - file: shy.so\n");
	scene_config(here, "probe: 10s\nplugins:\n  - file: shy.so\n  - file: good_one.so\n");
	cr_expect_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	scene_config(here, "probe: 10s\nplugins:\n  - file: shy.so\n    badges: [{ badge: shy, slug: other }]\n");
	cr_expect_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_CONFIG);
	cr_expect_str_eq(
		scene_message(here),
		"badges.yaml:5:11: plugin \"shy.so\" crashed (SIGABRT) while its badge \"other\" judged a trial "
		"event");
	scene_finish(here);
}

Test(probe, is_what_a_check_does_too)
{
	scene *here = scene_new();
	scene_config(here, LISTED("  - file: award_crashes.so\n"));
	cr_expect_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_CONFIG);
	cr_expect_str_eq(
		scene_message(here),
		"badges.yaml:5:11: plugin \"award_crashes.so\" crashed (SIGSEGV) while its badge \"odd\" judged a "
		"trial event");
	scene_config(here, LISTED("  - file: good_one.so\n"));
	cr_expect_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	cr_expect_str_eq(here->log, "");
	scene_finish(here);
}

/* good_one.so with another id and slug, also of eight bytes. */
static void copy_renamed(scene *here, const char *file, const char *id)
{
	char path[SCENE_PATH_BYTES * 2], bytes[65536];
	scene_copy_plugin(here, "good_one.so", file);
	snprintf(path, sizeof path, "%s/%s", here->folder, file);
	FILE *plugin = fopen(path, "r+b");
	cr_assert_not_null(plugin);
	size_t length = fread(bytes, 1, sizeof bytes, plugin), found = 0;
	for (size_t i = 0; i + 8 <= length; i++) {
		if (memcmp(bytes + i, "good-one", 8) == 0) {
			memcpy(bytes + i, id, 8);
			found++;
		}
	}
	cr_assert_gt(found, 0);
	rewind(plugin);
	cr_assert_eq(fwrite(bytes, 1, length, plugin), length);
	cr_assert_eq(fclose(plugin), 0);
}

Test(probe, takes_many_plugins_in_one_go)
{
	scene *here = scene_new();
	char text[SCENE_TEXT_BYTES], file[32], id[16];
	size_t used = (size_t)snprintf(text, sizeof text, "probe: 10s\nplugins:\n");
	for (int i = 0; i < 300; i++) {
		snprintf(file, sizeof file, "p%03d.so", i);
		snprintf(id, sizeof id, "many-%03d", i);
		copy_renamed(here, file, id);
		used += (size_t)snprintf(text + used, sizeof text - used, "  - file: %s\n", file);
	}
	scene_config(here, text);
	scene_open(here);
	scene_copy_plugin(here, "constructor_crashes.so", "p100.so");
	scene_copy_plugin(here, "open_crashes.so", "p200.so");
	scene_copy_plugin(here, "destructor_exits.so", "p299.so");
	cr_expect_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_CONFIG);
	cr_expect_str_eq(
		scene_message(here),
		"badges.yaml:105:11: plugin \"p100.so\" crashed (SIGSEGV) while it was loaded (its "
		"constructors)\n"
		"badges.yaml:205:11: plugin \"p200.so\" crashed (SIGSEGV) while its badge \"odd\" was opened\n"
		"badges.yaml:304:11: plugin \"p299.so\" called exit(3) while it was unloaded (its destructors)");
	expect_no_child();
	scene_finish(here);
}

/* ---- the host ---- */

static const char crashes[] = LISTED("  - file: award_crashes.so\n");
static const char crashed[] =
	"badges.yaml:5:11: plugin \"award_crashes.so\" crashed (SIGSEGV) while its badge \"odd\" "
	"judged a trial event";

Test(probe, does_without_its_children_where_the_host_ignores_them)
{
	signal(SIGCHLD, SIG_IGN);
	expect_refused(crashes, crashed);
	scene *here = scene_with(LISTED("  - file: good_one.so\n"));
	cr_expect_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	scene_finish(here);
}

static _Atomic(bool) reaping;

static void *reap_all(void *context)
{
	(void)context;
	while (reaping)
		if (waitpid(-1, NULL, 0) < 0)
			sched_yield();
	return NULL;
}

Test(probe, does_without_its_children_where_the_host_reaps_all)
{
	pthread_t thread;
	reaping = true;
	cr_assert_eq(pthread_create(&thread, NULL, reap_all, NULL), 0);
	for (int i = 0; i < 10; i++) {
		scene *here = scene_new();
		scene_config(here, crashes);
		expect_open_refused(here, BRABEION_CONFIG, crashed);
		scene_config(here, LISTED("  - file: good_one.so\n"));
		scene_open(here);
		scene_finish(here);
	}
	reaping = false;
	pthread_join(thread, NULL);
}

static void on_signal(int number)
{
	(void)number;
}

/* Signal handlers, masks and interrupted calls of the host do not affect the trial, nor the trial the host. */
Test(probe, gives_a_plugin_fresh_signals)
{
	sigset_t all;
	signal(SIGSEGV, SIG_IGN);
	signal(SIGUSR1, on_signal);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	expect_refused(crashes, crashed);
}

Test(probe, does_with_a_host_that_has_no_standard_streams)
{
	pid_t host = fork();
	cr_assert_geq(host, 0);
	if (host == 0) {
		brabeion_engine *engine = NULL;
		scene *here = scene_new();
		scene_config(here, LISTED("  - file: good_one.so\n"));
		close(STDIN_FILENO);
		close(STDOUT_FILENO);
		close(STDERR_FILENO);
		brabeion_status good = brabeion_open(&here->options, &engine, NULL);
		brabeion_close(engine);
		scene_config(here, crashes);
		brabeion_status bad = brabeion_open(&here->options, &engine, &here->error);
		_exit(good == BRABEION_OK && bad == BRABEION_CONFIG && strcmp(scene_message(here), crashed) == 0 ? 0
														 : 1);
	}
	int status = -1;
	cr_assert_eq(waitpid(host, &status, 0), host);
	cr_expect_eq(status, 0);
}

Test(probe, leaves_no_core_file)
{
	struct rlimit most = { 0 };
	cr_assert_eq(getrlimit(RLIMIT_CORE, &most), 0);
	if (most.rlim_max == 0)
		cr_skip_test("no process of this user may leave a core file here");
	scene *here = scene_new();
	cr_assert_eq(setrlimit(RLIMIT_CORE, &(struct rlimit){ most.rlim_max, most.rlim_max }), 0);
	cr_assert_eq(chdir(here->folder), 0);
	scene_config(here, crashes);
	expect_open_refused(here, BRABEION_CONFIG, crashed);
	cr_expect_eq(scene_count_entries(here->folder), 1);
	cr_assert_eq(chdir("/"), 0);
	scene_finish(here);
}

/* Makes this process the parent of orphans, so that it can wait for all that are left. */
static void adopt_orphans(void)
{
	cr_assert_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
}

/* Waits until none is left; a process that stays makes the test time out. */
static void wait_for_all(void)
{
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	cr_expect_eq(errno, ECHILD);
}

Test(probe, ends_what_a_plugin_has_forked)
{
	scene *here = scene_new();
	adopt_orphans();
	scene_config(here, LISTED("  - file: constructor_forks.so\n"));
	expect_open_refused(here, BRABEION_CONFIG,
			    "badges.yaml:5:11: plugin \"constructor_forks.so\" crashed (SIGSEGV) while it was loaded "
			    "(its constructors)");
	wait_for_all();
	scene_finish(here);
}

Test(probe, ends_what_a_plugin_has_forked_into_another_session)
{
	scene *here = scene_new();
	adopt_orphans();
	scene_config(here, LISTED("  - file: constructor_escapes.so\n"));
	expect_open_refused(here, BRABEION_CONFIG,
			    "badges.yaml:5:11: plugin \"constructor_escapes.so\" crashed (SIGSEGV) while it was "
			    "loaded (its constructors)");
	wait_for_all();
	scene_finish(here);
}

/* A trial that would take an hour; the host is killed during it. */
Test(probe, ends_with_its_host)
{
	char path[SCENE_PATH_BYTES * 2], word[8];
	scene *here = scene_new();
	adopt_orphans();
	scene_config(here, "probe: 10m\nplugins:\n  - file: tells_and_hangs.so\n");
	snprintf(path, sizeof path, "%s/begun", here->folder);
	cr_assert_eq(mkfifo(path, 0600), 0);
	setenv("BRB_TEST_BEGUN", path, 1);
	pid_t host = fork();
	cr_assert_geq(host, 0);
	if (host == 0) {
		brabeion_open(&here->options, &here->engine, NULL);
		_exit(0);
	}
	int begun = open(path, O_RDONLY); /* waits for the constructor */
	cr_assert_eq(read(begun, word, sizeof word), 5);
	cr_assert_eq(kill(host, SIGKILL), 0);
	wait_for_all();
	close(begun);
	scene_finish(here);
}

/* ---- the helper ---- */

#define MISSING                                                                                                    \
	"new plugins cannot be tried: there is no /nowhere/brabeion-probe: install it, it is a part of brabeion "  \
	"as the library is, or name it in the environment variable BRABEION_PROBE (\"probe: off\" in badges.yaml " \
	"loads them untried)"

/* Plugins at work stay at work without it: only new ones need it. */
Test(probe, is_not_left_out_where_there_is_no_helper)
{
	scene *here = scene_with(LISTED("  - file: good_one.so\n"));
	setenv("BRABEION_PROBE", "/nowhere/brabeion-probe", 1);
	cr_expect_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	scene_config(here, LISTED("  - file: good_one.so\n  - file: shy.so\n"));
	cr_expect_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_SYSTEM);
	cr_expect_str_eq(scene_message(here), MISSING);
	cr_expect_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_SYSTEM);
	cr_expect_str_eq(scene_message(here), MISSING);
	scene_close(here);
	expect_open_refused(here, BRABEION_SYSTEM, MISSING);
	scene_config(here, "probe: off\nplugins:\n  - file: good_one.so\n");
	scene_open(here);
	scene_finish(here);
}

Test(probe, a_check_says_that_it_is_off)
{
	char expected[SCENE_PATH_BYTES * 2];
	scene *here = scene_new();
	scene_config(here, "probe: off\nplugins:\n  - file: good_one.so\n");
	cr_expect_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_OK);
	snprintf(expected, sizeof expected, "info: %s: plugins are not tried before they are loaded: probe is off\n",
		 here->config);
	cr_expect_str_eq(here->log, expected);
	scene_finish(here);
}

#define OFF_HELPS " (\"probe: off\" in badges.yaml loads them untried)"

/* With these bytes as the helper, new plugins are refused for this reason. */
static void expect_helper_refused(const char *bytes, mode_t mode, const char *why)
{
	char path[SCENE_PATH_BYTES * 2], expected[SCENE_PATH_BYTES * 2];
	scene *here = scene_new();
	scene_write(here, "helper", "%s", bytes);
	snprintf(path, sizeof path, "%s/helper", here->folder);
	cr_assert_eq(chmod(path, mode), 0);
	setenv("BRABEION_PROBE", path, 1);
	scene_config(here, "plugins:\n  - file: good_one.so\n");
	size_t descriptors = count_descriptors();
	snprintf(expected, sizeof expected, "new plugins cannot be tried: helper %s" OFF_HELPS, why);
	expect_open_refused(here, BRABEION_SYSTEM, expected);
	cr_expect_eq(count_descriptors(), descriptors, "a descriptor is left");
	expect_no_child();
	scene_config(here, "probe: off\nplugins:\n  - file: good_one.so\n");
	scene_open(here);
	scene_finish(here);
}

Test(probe, refuses_a_helper_that_is_no_program)
{
	expect_helper_refused("garbage", 0755, "could not be started: Exec format error");
	expect_helper_refused("#!/bin/sh\n", 0644, "could not be started: Permission denied");
}

Test(probe, refuses_a_helper_that_does_not_know_its_part)
{
	expect_helper_refused("#!/bin/sh\nexit 0\n", 0755, "ended without a report");
	expect_helper_refused("#!/bin/sh\nkill -9 $$\n", 0755, "ended without a report");
	expect_helper_refused("#!/bin/sh\necho\n", 0755, "ended without a report");
	expect_helper_refused("#!/bin/sh\nwhile :; do echo 0123456789; done\n", 0755,
			      "sends records that this library does not know: is it of another version?");
}

Test(probe, gives_up_on_a_helper_that_is_silent)
{
	expect_helper_refused("#!/bin/sh\nexec sleep 1000\n", 0755, "sends nothing");
}

Test(probe, the_helper_says_to_people_that_it_is_not_for_them)
{
	char words[256] = "";
	FILE *helper = popen(HELPER " </dev/null 2>&1", "r");
	cr_assert_not_null(helper);
	cr_assert_not_null(fgets(words, sizeof words, helper));
	cr_expect_str_eq(words, "brabeion-probe: libbrabeion starts this program, to try plugins in it; see "
				"badges.yaml(5)\n");
	cr_expect_eq(WEXITSTATUS(pclose(helper)), 2);
}
