/*
 * api/pictures: the picture of a level, its own file or drawn, and a user's awards as one card. Pictures are made while
 * the generation is held, so that a reload cannot close it meanwhile.
 */
#include <string.h>

#include "api/internal.h"
#include "base/memory.h"
#include "base/value.h"
#include "drawing/trophies.h"

static const char svg_type[] = "image/svg+xml";

void brabeion_picture_finish(brabeion_picture *picture)
{
	if (!picture)
		return;
	brb_memory_release(picture->memory);
	brb_size_empty(BRB_SIZE_PICTURE, picture);
}

/* ---- results ---- */

/* Takes over the drawing. */
static brabeion_status hand_out_drawn(brb_builder *svg, brabeion_picture *picture, brabeion_error *error)
{
	size_t size = svg->length;
	char *text = brb_builder_take(svg);
	if (!text)
		return brb_status_no_memory(error);
	*picture = (brabeion_picture){
		.media_type = svg_type, .size_bytes = size, .bytes = text, .drawn = true, .memory = text
	};
	return BRABEION_OK;
}

static brabeion_status hand_out_file(const brb_picture *file, brabeion_picture *picture, brabeion_error *error)
{
	char *copy = brb_memory_copy_length((const char *)file->bytes, file->size_bytes);
	if (!copy)
		return brb_status_no_memory(error);
	*picture = (brabeion_picture){
		.media_type = file->media_type, .size_bytes = file->size_bytes, .bytes = copy, .memory = copy
	};
	return BRABEION_OK;
}

/* ---- levels ---- */

static const brb_picture *picture_of(const brb_badge *badge, uint32_t level)
{
	return badge->more ? badge->more[level - 1].picture : NULL;
}

/* Fills in what the badge set knows of a medal; texts without a translation stay. */
static void describe(const brb_generation *generation, const brb_badge *badge, const char *language, brb_medal *medal)
{
	const brb_picture *file = picture_of(badge, medal->level);
	brb_level_words words = brb_engine_translate(generation, badge->slug, medal->level, language);
	medal->level_count = badge->level_count;
	medal->name = words.name ? words.name : medal->name;
	medal->description = words.description ? words.description : medal->description;
	medal->has_colour = badge->color && brb_text_read_colour(badge->color, &medal->colour);
	if (!file)
		return;
	medal->media_type = file->media_type;
	medal->picture = file->bytes;
	medal->picture_bytes = file->size_bytes;
}

static brabeion_status draw_medal(const brb_generation *generation, const brb_badge *badge, uint32_t level,
				  const char *language, brabeion_picture *picture, brabeion_error *error)
{
	brb_builder svg = { 0 };
	brb_medal medal = { .slug = badge->slug,
			    .level = level,
			    .name = badge->levels[level - 1].name,
			    .description = badge->levels[level - 1].description };
	describe(generation, badge, language, &medal);
	brb_medal_draw(&svg, &medal);
	return hand_out_drawn(&svg, picture, error);
}

typedef struct picture_request {
	const char *language;
	const char *slug;
	uint32_t level;
	bool svg_only;
	bool of_user;
	const char *user;
	brabeion_picture *picture; /* of a visit: the result */
	brabeion_picture *out;     /* of a visit: the host's */
} picture_request;

static brabeion_status make_level(const brb_generation *generation, const picture_request *request,
				  brabeion_picture *picture, brabeion_error *error)
{
	const brb_badge *badge = NULL;
	uint32_t level = request->level;
	brabeion_status status = brb_engine_find_level(generation, request->slug, &level, &badge, error);
	if (!badge)
		return status;
	const brb_picture *file = picture_of(badge, level);
	if (file && (!request->svg_only || strcmp(file->media_type, svg_type) == 0))
		return hand_out_file(file, picture, error);
	return draw_medal(generation, badge, level, request->language, picture, error);
}

/* ---- users ---- */

static void format_day(int64_t at_us, char text[BRABEION_TIME_BYTES])
{
	if (brabeion_time_format(at_us, text) != BRABEION_OK)
		strcpy(text, "?");
	text[strcspn(text, "T")] = '\0';
}

static bool make_trophy(const brb_generation *generation, const char *language, const brb_store_trophy *held,
			brb_arena *arena, brb_trophy *trophy)
{
	char day[BRABEION_TIME_BYTES];
	const brb_badge *badge = brb_table_get(&generation->slugs, held->slug);
	format_day(held->at_us, day);
	trophy->since = brb_arena_copy(arena, day);
	trophy->times = held->times;
	trophy->medal = (brb_medal){ .slug = held->slug,
				     .level = held->level,
				     .name = *held->name ? held->name : held->slug,
				     .description = held->description };
	if (badge && held->level >= 1 && held->level <= badge->level_count)
		describe(generation, badge, language, &trophy->medal);
	return trophy->since != NULL;
}

static brabeion_status draw_trophies(const brb_generation *generation, const picture_request *request,
				     const brb_store_trophies *held, brb_arena *arena, brabeion_picture *picture,
				     brabeion_error *error)
{
	brb_builder svg = { 0 };
	brb_trophy *trophies = brb_arena_take(arena, (held->count + 1) * sizeof *trophies);
	if (!trophies)
		return brb_status_no_memory(error);
	for (size_t i = 0; i < held->count; i++)
		if (!make_trophy(generation, request->language, &held->trophies[i], arena, &trophies[i]))
			return brb_status_no_memory(error);
	brb_trophy_case whole = { .user = request->user,
				  .award_count = held->award_count,
				  .badge_count = (size_t)held->badge_count,
				  .count = held->count,
				  .trophies = trophies };
	brb_trophies_draw(&svg, &whole);
	return hand_out_drawn(&svg, picture, error);
}

static brabeion_status make_user(brb_store *store, const brb_generation *generation, const picture_request *request,
				 brabeion_picture *picture, brabeion_error *error)
{
	brb_arena arena = { 0 };
	brb_store_trophies held = { 0 };
	if (!request->user)
		return brb_status_set(error, BRABEION_INVALID, "no user is given");
	if (brb_text_checked_length(request->user, BRB_SUBJECT_BYTES_MOST) == SIZE_MAX)
		return brb_status_set(error, BRABEION_INVALID, "the name is longer than %d bytes or not UTF-8",
				      BRB_SUBJECT_BYTES_MOST);
	brabeion_status status =
		brb_store_list_trophies(store, request->user, BRB_TROPHIES_DRAWN_MOST, &arena, &held, error);
	if (status == BRABEION_OK)
		status = draw_trophies(generation, request, &held, &arena, picture, error);
	brb_arena_finish(&arena);
	return status;
}

/* ---- the public functions ---- */

static brabeion_status make(brabeion_engine *engine, const picture_request *request, brabeion_picture *picture,
			    brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_picture made = { 0 };
	if (brb_engine_enter_or_say(engine, &fault) != BRABEION_OK ||
	    brb_size_check(BRB_SIZE_PICTURE, picture, &fault) != BRABEION_OK ||
	    brb_engine_check_language(request->language, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	brb_reader *reader;
	const brb_generation *generation = brb_engine_acquire(engine, &reader, &fault);
	if (!generation)
		return brb_status_hand_over(error, &fault);
	if (request->of_user)
		make_user(engine->store, generation, request, &made, &fault);
	else
		make_level(generation, request, &made, &fault);
	brb_registry_release(reader);
	if (fault.status == BRABEION_OK)
		brb_size_give(BRB_SIZE_PICTURE, &made, picture);
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_level_image(brabeion_engine *engine, const char *slug, uint32_t level, const char *language,
				     brabeion_picture *picture, brabeion_error *error)
{
	picture_request request = { .language = language, .slug = slug, .level = level };
	return make(engine, &request, picture, error);
}

brabeion_status brabeion_draw_badge(brabeion_engine *engine, const char *slug, uint32_t level, const char *language,
				    brabeion_picture *picture, brabeion_error *error)
{
	picture_request request = { .language = language, .slug = slug, .level = level, .svg_only = true };
	return make(engine, &request, picture, error);
}

brabeion_status brabeion_draw_user(brabeion_engine *engine, const char *user, const char *language,
				   brabeion_picture *picture, brabeion_error *error)
{
	picture_request request = { .language = language, .of_user = true, .user = user };
	return make(engine, &request, picture, error);
}

static brabeion_status draw_level(const brb_engine_visited *visited, void *context, brabeion_error *error)
{
	const picture_request *request = context;
	if (brb_size_check(BRB_SIZE_PICTURE, request->out, error) != BRABEION_OK)
		return error->status;
	return make_level(visited->generation, request, request->picture, error);
}

brabeion_status brabeion_config_draw_badge(const brabeion_options *options, const char *slug, uint32_t level,
					   const char *language, brabeion_picture *picture, brabeion_error *error)
{
	brabeion_picture made = { 0 };
	picture_request request = {
		.language = language, .slug = slug, .level = level, .svg_only = true, .picture = &made, .out = picture
	};
	brabeion_status status = brb_engine_visit(options, language, draw_level, &request, error);
	if (status == BRABEION_OK)
		brb_size_give(BRB_SIZE_PICTURE, &made, picture);
	return status;
}
