/*
 * scene: the fixture of scenario tests: a temporary folder with a badges.yaml, an engine on it, its log, and short
 * functions that fire events. Only the public header is used.
 *
 * Each test makes a scene and finishes it, which closes the engine and removes the folder. The engine's private copies
 * of plugins are in that folder, too, so that a test can count them. A step that must succeed and fails ends the
 * test with the engine's message.
 */
#ifndef BRB_TESTS_SCENE_H
#define BRB_TESTS_SCENE_H

#include <criterion/criterion.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <brabeion/engine.h>

#include "support/folder.h"

enum { SCENE_PATH_BYTES = 512, SCENE_TEXT_BYTES = 64 * 1024 };

typedef struct scene {
	char folder[SCENE_PATH_BYTES];
	char config[SCENE_PATH_BYTES];   /* badges.yaml in it */
	char database[SCENE_PATH_BYTES]; /* badges.db in it */
	brabeion_engine *engine;
	brabeion_options options;
	brabeion_error error;
	pthread_mutex_t lock; /* guards the two texts */
	char log[SCENE_TEXT_BYTES];
	char told[SCENE_TEXT_BYTES]; /* awards that scene_listen's callback got: "user badge level reason;" each */
} scene;

/* ---- files ---- */

__attribute__((format(printf, 3, 4))) void scene_write(scene *here, const char *name, const char *format, ...);

/* Writes badges.yaml: two lines with the database and the folders of plugins, then `text` from line 3 on. */
void scene_config(scene *here, const char *text);

/* Copies a built test plugin into the folder, under the name `as`. */
void scene_copy_plugin(scene *here, const char *name, const char *as);

/* The number of entries of a folder, without "." and "..". */
size_t scene_count_entries(const char *path);

/* ---- the scene ---- */

void scene_log(void *context, brabeion_log_level level, const char *message);

scene *scene_new(void); /* without a badges.yaml, not opened */
void scene_open(scene *here);

/* A scene with this badges.yaml, opened, with an empty log. */
scene *scene_with(const char *text);

void scene_close(scene *here);
void scene_finish(scene *here);

/* Waits until this many old generations are left: a thread of the engine closes them. */
void scene_expect_retiring(scene *here, uint32_t count);

/* The error's message without the path of the scene's folder: "badges.yaml:3:5: ...". */
const char *scene_message(scene *here);

/* True when scene_message begins with this. */
bool scene_message_begins(scene *here, const char *beginning);

/* ---- award callbacks ---- */

/* A callback that appends to `told`; scene_listen registers it. */
void scene_hear(void *context, const brabeion_award_info *award);
void scene_listen(scene *here);

/* ---- firing ---- */

/* Fires the event; the caller finishes the result. */
brabeion_result scene_judge(scene *here, const brabeion_event *event);

/* What an event earned, as "badge level reason;" each; "duplicate", "unhandled", or the error where it was abandoned. */
const char *scene_earned(scene *here, const brabeion_event *event);

/* Fires an event with the fields before one without a name. Returns as scene_earned. */
const char *scene_fire_fields(scene *here, const char *id, const char *name, const char *user, ...);

#define SCENE_LAST_FIELD ((brabeion_field){ .name = NULL })

/* scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), with any number of fields. Returns as scene_earned. */
#define scene_fire(here, ...) scene_fire_fields(here, NULL, __VA_ARGS__, SCENE_LAST_FIELD)
#define scene_fire_id(here, id, ...) scene_fire_fields(here, id, __VA_ARGS__, SCENE_LAST_FIELD)

/* A user's awards, newest first, as "badge level reason;" each. */
const char *scene_awards(scene *here, const char *user);

int64_t scene_count(scene *here, const char *user);

#endif
