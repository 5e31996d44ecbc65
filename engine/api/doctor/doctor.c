/*
 * api/doctor/doctor: examines a running engine, or badges.yaml and a database without one. Collects the facts.
 *
 * Guarantees: the database is only read; faults of it or of badges.yaml are findings, not errors.
 * Not here: the checks (findings*.c).
 */
#include <stdlib.h>
#include <string.h>

#include "api/backfill/backfill.h"
#include "api/doctor/findings.h"
#include "base/list.h"
#include "base/memory.h"
#include "probe/client.h"

static brabeion_status begin(brb_examination *self, brabeion_error *error)
{
	self->arena = brb_list_memory();
	self->found.memory = self->arena;
	return self->arena ? BRABEION_OK : brb_status_no_memory(error);
}

static brabeion_status take_sizes(const brabeion_examine_options *theirs, brabeion_examine_options *how,
				  const brabeion_examination *out, brabeion_error *error)
{
	brabeion_status status = brb_size_take(BRB_SIZE_EXAMINE_OPTIONS, theirs, how, error);
	return status == BRABEION_OK ? brb_size_check(BRB_SIZE_EXAMINATION, out, error) : status;
}

/* Moves the findings to the caller; after an error frees them. */
static brabeion_status end(brb_examination *self, brabeion_examination *out, brabeion_error *error)
{
	if (error->status == BRABEION_OK)
		brb_findings_settle(self, error);
	if (error->status == BRABEION_OK)
		brb_size_give(BRB_SIZE_EXAMINATION, &self->found, out);
	else
		brabeion_examination_finish(&self->found);
	return error->status;
}

/* `health` must outlive the examination. */
static brabeion_status read_database(brb_examination *self, const brabeion_examine_options *how, brb_health *health,
				     brabeion_error *error)
{
	brb_health_options options = { .path = self->database,
				       .now_us = self->now_us,
				       .crowd = brb_finding_many(BRB_CROWD_JOBS, self->jobs_of_user_most),
				       .thorough = how->thorough };
	brabeion_status status = brb_health_read(&options, health, error);
	if (status == BRABEION_OK)
		self->health = health;
	self->backfill_left = brb_backfill_is_left(self->database);
	return status;
}

/* A folder for copies of plugins that the server cannot use, whatever this process uses. */
static void read_copies(brb_examination *self, const char *cache_dir, const char *database)
{
	brabeion_error fault = BRABEION_NO_ERROR;
	if (brb_engine_check_copies(cache_dir, database, &fault) == BRABEION_SYSTEM)
		self->copies_fault = brb_finding_text(self, "%s", fault.message);
	brabeion_error_finish(&fault);
}

static void check_all(brb_examination *self)
{
	brb_findings_of_store(self);
	brb_findings_of_badges(self);
	brb_findings_of_events(self);
	brb_findings_of_jobs(self);
}

/* ---- a running engine ---- */

static void examine_engine(brabeion_engine *engine, const brb_generation *generation,
			   const brabeion_examine_options *how, brabeion_examination *out, brabeion_error *error)
{
	brb_health health = { 0 };
	brb_store_bounds bounds = brb_store_bounds_of(engine->store);
	brb_examination self = { .now_us = brb_clock_now_us(&engine->clock),
				 .config = engine->source.name,
				 .database = brb_store_path(engine->store),
				 .generation = generation,
				 .has_settings = true,
				 .workers = engine->workers.configured,
				 .retention_us = engine->retention_us,
				 .jobs_most = bounds.jobs,
				 .jobs_of_user_most = bounds.jobs_of_user,
				 .mode = engine->mode,
				 .resident = brb_image_copies_resident(engine->copies) };
	if (begin(&self, error) == BRABEION_OK && read_database(&self, how, &health, error) == BRABEION_OK) {
		read_copies(&self, engine->cache_dir, self.database);
		pthread_mutex_lock(&engine->reloading);
		if (engine->last_good_fault)
			self.last_good_fault = brb_finding_text(&self, "%s", engine->last_good_fault);
		pthread_mutex_unlock(&engine->reloading);
		check_all(&self);
	}
	end(&self, out, error);
	brb_health_finish(&health);
}

brabeion_status brabeion_examine(brabeion_engine *engine, const brabeion_examine_options *theirs,
				 brabeion_examination *examination, brabeion_error *error)
{
	BRB_CALL;
	brabeion_error fault = BRABEION_NO_ERROR, ignored = BRABEION_NO_ERROR;
	brabeion_examine_options how;
	if (brb_engine_enter_or_say(engine, &fault) != BRABEION_OK ||
	    take_sizes(theirs, &how, examination, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	brb_engine_store_event_stats(engine, &ignored); /* a store that fails is a finding */
	brabeion_error_finish(&ignored);
	brb_reader *reader;
	brb_generation *generation = brb_engine_acquire(engine, &reader, &fault);
	if (!generation)
		return brb_status_hand_over(error, &fault);
	brb_generation_acquire(generation); /* reading is slow: frees this thread's reader slot for events */
	brb_registry_release(reader);
	examine_engine(engine, generation, &how, examination, &fault);
	brb_generation_release(generation);
	return brb_status_hand_over(error, &fault);
}

/* ---- without an engine ---- */

/* Log callback of loading: collects warnings, one a line. */
static void keep_warning(void *context, brabeion_log_level level, const char *message)
{
	brb_builder *warnings = context;
	if (level <= BRABEION_LOG_WARNING)
		brb_builder_printf(warnings, "%s\n", message);
}

/* Each line of the text is a finding. */
static void add_lines(brb_examination *self, const char *kind, brabeion_severity severity, const char *lines,
		      const char *advice)
{
	for (const char *at = lines; at && *at;) {
		size_t length = strcspn(at, "\n");
		brabeion_finding finding = { .kind = kind, .severity = severity, .subject = self->config };
		finding.text = brb_finding_text(self, "%.*s", (int)length, at);
		finding.advice = advice;
		if (length)
			brb_finding_add(self, &finding);
		at += length + (at[length] != '\0');
	}
}

/* Turns faults of badges.yaml into findings; other errors stay. */
static void take_faults(brb_examination *self, brabeion_error *error)
{
	if (error->status != BRABEION_CONFIG)
		return;
	add_lines(self, "config", BRABEION_ALARM, error->message,
		  "A running server keeps its badges; none can reload or start until this is mended");
	brabeion_error_finish(error);
}

static void take_missing_probe(brb_examination *self, brabeion_error *error)
{
	if (error->status != BRABEION_SYSTEM || brb_probe_is_there(brb_probe_program()))
		return;
	add_lines(self, "probe", BRABEION_ALARM, error->message,
		  "A running server keeps its badges; none can start, or load a new plugin, until this is mended");
	brabeion_error_finish(error);
}

static brabeion_status load(brb_examination *self, brb_config *config, brb_image_copies **copies,
			    brb_generation **generation, brabeion_error *error)
{
	brb_builder warnings = { 0 };
	brb_log log = { keep_warning, &warnings };
	const char *temporary = secure_getenv("TMPDIR");
	brabeion_status status =
		brb_engine_open_copies(config, self->database, temporary ? temporary : "/tmp", &log, copies, error);
	if (status == BRABEION_OK)
		brb_engine_load(config, *copies, NULL, &log, generation, error);
	take_faults(self, error);
	take_missing_probe(self, error);
	add_lines(self, "loading", BRABEION_WARNING, warnings.text, "");
	self->failed |= warnings.failed;
	brb_builder_finish(&warnings);
	self->generation = *generation;
	return error->status;
}

static void use_settings(brb_examination *self, const brb_config *config)
{
	self->has_settings = true;
	self->workers = config->jobs.workers;
	self->retention_us = config->retention_us;
	self->jobs_most = config->jobs.most;
	self->jobs_of_user_most = config->jobs.most_of_user;
	self->mode = config->mode;
}

static void examine_beside(const brabeion_options *options, const brabeion_examine_options *how,
			   brabeion_examination *out, brabeion_error *error)
{
	brb_clock clock = { options->clock, options->clock_context };
	brb_config *config = NULL;
	brb_image_copies *copies = NULL;
	brb_generation *generation = NULL;
	brb_health health = { 0 };
	brb_config_source source = brb_engine_source_of(options);
	brb_examination self = { .now_us = brb_clock_now_us(&clock),
				 .config = source.name,
				 .database = options->database };
	if (begin(&self, error) == BRABEION_OK)
		brb_config_read(&source, &config, error);
	take_faults(&self, error);
	if (config) {
		self.database = options->database ? options->database : config->database;
		use_settings(&self, config);
	}
	/* before loading, which makes files beside the database: a missing one must fail first */
	if (error->status == BRABEION_OK && self.database)
		read_database(&self, how, &health, error);
	if (error->status == BRABEION_OK && config) {
		read_copies(&self, config->cache_dir, self.database);
		load(&self, config, &copies, &generation, error);
	}
	if (self.copies_fault && error->status == BRABEION_SYSTEM && !copies)
		brabeion_error_finish(error);
	if (error->status == BRABEION_OK)
		check_all(&self);
	end(&self, out, error);
	brb_health_finish(&health);
	brb_generation_close(generation);
	brb_image_copies_close(copies, false);
	brb_config_close(config);
}

brabeion_status brabeion_config_examine(const brabeion_options *theirs, const brabeion_examine_options *how,
					brabeion_examination *examination, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_options options;
	brabeion_examine_options own;
	if (brb_engine_enter_with(theirs, &options, &fault) == BRABEION_OK &&
	    take_sizes(how, &own, examination, &fault) == BRABEION_OK)
		examine_beside(&options, &own, examination, &fault);
	return brb_status_hand_over(error, &fault);
}
