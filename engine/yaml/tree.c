/*
 * yaml/tree: libyaml's events -> nodes in an arena, with a stack of open nodes of at most BRB_YAML_DEPTH_MOST: nothing
 * recurses.
 *
 * An alias shares the node of its anchor. The nodes and the depth that it would add if written out are kept with the
 * anchor and counted at each use; a sum is refused as soon as it passes its bound, so that none overflows.
 */
#include "yaml/tree.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/list.h"
#include "base/memory.h"
#include "base/table.h"
#include "base/text.h"
#include "yaml/scalar.h"

#define DIRECTIVES_MOST 100 /* as the message says */

typedef struct anchor {
	const brb_yaml_node *node;
	uint32_t nodes;  /* as if written out */
	uint32_t height; /* 0 for a scalar */
	bool open;       /* its node is incomplete */
} anchor;

/* A list or mapping that is still being read. */
typedef struct frame {
	brb_yaml_node *node;
	anchor *anchor; /* NULL: it has none */
	uint32_t nodes_before;
	uint32_t height; /* of the tallest child, plus one */
	const brb_yaml_node **items;
	brb_yaml_entry *entries;
	size_t capacity;
	brb_table keys;       /* key -> its index, plus one */
	bool has_key;         /* of a mapping: the next node is a value */
	brb_yaml_entry entry; /* the key read; its key is NULL when the entry is to be dropped */
} frame;

typedef struct building {
	brb_yaml *yaml;
	brb_table anchors;
	frame frames[BRB_YAML_DEPTH_MOST];
	uint32_t depth;
	uint32_t nodes; /* so far, aliases as if written out */
	bool has_document;
} building;

/* ---- helpers: false when reading must stop ---------------------------------------------- */

static bool no_memory(building *b)
{
	b->yaml->memory_short = true;
	return false;
}

static uint32_t line_of(yaml_mark_t mark)
{
	return (uint32_t)mark.line + 1;
}

static uint32_t column_of(yaml_mark_t mark)
{
	return (uint32_t)mark.column + 1;
}

static bool count_nodes(building *b, uint32_t more, yaml_mark_t mark, const char *what)
{
	b->nodes += more;
	if (b->nodes <= BRB_YAML_NODES_MOST)
		return true;
	brb_yaml_fault(b->yaml, line_of(mark), column_of(mark), "%s more than 2,000,000 nodes", what);
	return false;
}

static bool check_depth(building *b, uint32_t more, yaml_mark_t mark)
{
	if (b->depth + more <= BRB_YAML_DEPTH_MOST)
		return true;
	brb_yaml_fault(b->yaml, line_of(mark), column_of(mark), "lists and mappings are nested more than %d deep",
		       BRB_YAML_DEPTH_MOST);
	return false;
}

static brb_yaml_node *make_node(building *b, brb_yaml_kind kind, yaml_mark_t mark)
{
	brb_yaml_node *node = brb_arena_take(&b->yaml->arena, sizeof *node);
	if (!node) {
		no_memory(b);
		return NULL;
	}
	node->kind = kind;
	node->line = line_of(mark);
	node->column = column_of(mark);
	return node;
}

static void break_node(building *b, brb_yaml_node *node, const char *why)
{
	node->broken = true;
	brb_yaml_fault(b->yaml, node->line, node->column, "%s", why);
}

/* Remembers the node under a name. A name may be used again; the last one before an alias counts. */
static bool set_anchor(building *b, const yaml_char_t *name, const brb_yaml_node *node, anchor **out)
{
	if (!name)
		return true;
	anchor *made = brb_arena_take(&b->yaml->arena, sizeof *made);
	char *key = brb_arena_copy(&b->yaml->arena, (const char *)name);
	if (!made || !key || !brb_table_set(&b->anchors, key, made))
		return no_memory(b);
	*made = (anchor){ .node = node, .nodes = 1 };
	if (out) {
		made->open = true;
		*out = made;
	}
	return true;
}

/* ---- a finished node goes to its parent --------------------------------------------------------------------- */

static bool add_item(building *b, frame *top, const brb_yaml_node *node)
{
	const brb_yaml_node **item = brb_list_add(&top->items, &top->node->count, &top->capacity, sizeof *item);
	if (!item)
		return no_memory(b);
	*item = node;
	return true;
}

/* Keeps the key for the value that follows; no key when the entry is faulty. */
static bool take_key(building *b, frame *top, const brb_yaml_node *node, yaml_mark_t mark, bool plain)
{
	brb_yaml_entry entry = { .key_line = line_of(mark), .key_column = column_of(mark) };
	top->has_key = true;
	top->entry = entry;
	if (node->broken)
		return true;
	if (!node->text) {
		brb_yaml_fault(b->yaml, entry.key_line, entry.key_column, "a key must be text, not %s",
			       brb_yaml_kind_name(node->kind));
		return true;
	}
	if (plain && strcmp(node->text, "<<") == 0) {
		brb_yaml_fault(b->yaml, entry.key_line, entry.key_column,
			       "merge keys are not supported: write the keys out");
		return true;
	}
	size_t before = (size_t)(uintptr_t)brb_table_get(&top->keys, node->text);
	if (before) {
		char buffer[BRB_YAML_SHORT_BYTES];
		const brb_yaml_entry *first = &top->entries[before - 1];
		brb_yaml_fault(b->yaml, entry.key_line, entry.key_column,
			       "key \"%s\" is here a second time; the first is at %s:%u:%u",
			       brb_yaml_shortened(node->text, buffer), b->yaml->name, first->key_line,
			       first->key_column);
		return true;
	}
	top->entry.key = node->text;
	return true;
}

static bool take_value(building *b, frame *top, const brb_yaml_node *node)
{
	top->has_key = false;
	if (!top->entry.key)
		return true;
	brb_yaml_entry *entry = brb_list_add(&top->entries, &top->node->count, &top->capacity, sizeof *entry);
	if (!entry || !brb_table_set(&top->keys, top->entry.key, (void *)(uintptr_t)top->node->count))
		return no_memory(b);
	*entry = top->entry;
	entry->value = node;
	return true;
}

static bool attach(building *b, const brb_yaml_node *node, uint32_t height, yaml_mark_t mark, bool plain)
{
	if (!b->depth) {
		b->yaml->root = node;
		return true;
	}
	frame *top = &b->frames[b->depth - 1];
	if (top->height < height + 1)
		top->height = height + 1;
	if (top->node->kind == BRB_YAML_LIST)
		return add_item(b, top, node);
	return top->has_key ? take_value(b, top, node) : take_key(b, top, node, mark, plain);
}

/* ---- the events ------------------------------------------------------------------------------------------------ */

static bool take_scalar(building *b, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t length = event->data.scalar.length;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	brb_yaml_node *node = make_node(b, BRB_YAML_TEXT, event->start_mark);
	if (!node || !count_nodes(b, 1, event->start_mark, "the file holds"))
		return false;
	char *copy = brb_arena_copy_length(&b->yaml->arena, text, length);
	if (!copy)
		return no_memory(b);
	node->text = copy;
	char why[BRB_YAML_WHY_BYTES];
	if (memchr(text, '\0', length))
		break_node(b, node, "a text cannot hold the character NUL");
	else if (!brb_yaml_scalar_resolve(node, plain, (const char *)event->data.scalar.tag, why))
		break_node(b, node, why);
	return set_anchor(b, event->data.scalar.anchor, node, NULL) && attach(b, node, 0, event->start_mark, plain);
}

static bool take_alias(building *b, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	yaml_mark_t mark = event->start_mark;
	const anchor *meant = brb_table_get(&b->anchors, name);
	if (!meant || meant->open) {
		char buffer[BRB_YAML_SHORT_BYTES];
		brb_yaml_node *stand_in = make_node(b, BRB_YAML_NULL, mark);
		if (!stand_in)
			return false;
		stand_in->broken = true;
		brb_yaml_fault(b->yaml, line_of(mark), column_of(mark),
			       meant ? "alias \"*%s\" stands inside what it stands for"
				     : "alias \"*%s\" has no anchor before it",
			       brb_yaml_shortened(name, buffer));
		return attach(b, stand_in, 0, mark, false);
	}
	return check_depth(b, meant->height, mark) &&
	       count_nodes(b, meant->nodes, mark, "with its aliases written out the file would hold") &&
	       attach(b, meant->node, meant->height, mark, false);
}

static bool open_frame(building *b, const yaml_event_t *event, brb_yaml_kind kind)
{
	bool list = kind == BRB_YAML_LIST;
	const yaml_char_t *name = list ? event->data.sequence_start.anchor : event->data.mapping_start.anchor;
	const yaml_char_t *tag = list ? event->data.sequence_start.tag : event->data.mapping_start.tag;
	uint32_t before = b->nodes;
	if (!check_depth(b, 1, event->start_mark) || !count_nodes(b, 1, event->start_mark, "the file holds"))
		return false;
	brb_yaml_node *node = make_node(b, kind, event->start_mark);
	if (!node)
		return false;
	char why[BRB_YAML_WHY_BYTES];
	if (!brb_yaml_scalar_tag_fits(kind, (const char *)tag, why))
		break_node(b, node, why);
	frame *top = &b->frames[b->depth++];
	*top = (frame){ .node = node, .nodes_before = before, .height = 1 };
	return set_anchor(b, name, node, &top->anchor);
}

static void finish_frame(frame *top)
{
	brb_memory_release(top->items);
	brb_memory_release(top->entries);
	brb_table_finish(&top->keys);
}

/* Moves the items or entries into the arena, at their exact size. */
static bool settle(building *b, frame *top)
{
	brb_yaml_node *node = top->node;
	bool list = node->kind == BRB_YAML_LIST;
	size_t size = node->count * (list ? sizeof *top->items : sizeof *top->entries);
	if (!size)
		return true;
	void *kept = brb_arena_take(&b->yaml->arena, size);
	if (!kept)
		return no_memory(b);
	memcpy(kept, list ? (const void *)top->items : (const void *)top->entries, size);
	if (list)
		node->items = kept;
	else
		node->entries = kept;
	return true;
}

static bool close_frame(building *b)
{
	frame *top = &b->frames[b->depth - 1];
	if (!settle(b, top))
		return false;
	brb_yaml_node *node = top->node;
	uint32_t height = top->height;
	if (top->anchor) {
		top->anchor->open = false;
		top->anchor->nodes = b->nodes - top->nodes_before;
		top->anchor->height = height;
	}
	finish_frame(top);
	b->depth--;
	yaml_mark_t start = { .line = node->line - 1, .column = node->column - 1 };
	return attach(b, node, height, start, false);
}

static bool open_document(building *b, const yaml_event_t *event)
{
	if (b->has_document) {
		brb_yaml_fault(b->yaml, line_of(event->start_mark), column_of(event->start_mark),
			       "a second document begins here; one is read");
		return false;
	}
	b->has_document = true;
	return true;
}

static bool take_event(building *b, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return open_document(b, event);
	case YAML_SCALAR_EVENT:
		return take_scalar(b, event);
	case YAML_ALIAS_EVENT:
		return take_alias(b, event);
	case YAML_SEQUENCE_START_EVENT:
		return open_frame(b, event, BRB_YAML_LIST);
	case YAML_MAPPING_START_EVENT:
		return open_frame(b, event, BRB_YAML_MAPPING);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return close_frame(b);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return true;
}

/* ---- what libyaml cannot read ---------------------------------------------------------------------------------- */

/* The byte at the index-th character. libyaml counts characters, and has checked that the text before is UTF-8. */
static char byte_at(const char *bytes, size_t length, size_t index)
{
	for (size_t at = 0; at < length; at++) {
		if (((unsigned char)bytes[at] & 0xc0) == 0x80)
			continue;
		if (!index--)
			return bytes[at];
	}
	return '\0';
}

/* A fault at a byte. */
static void fault_at_byte(brb_yaml *yaml, const char *bytes, size_t length, size_t offset, const char *what)
{
	uint32_t line = 1, column = 1;
	for (size_t at = 0; at < offset && at < length; at++) {
		if (bytes[at] == '\n' || (bytes[at] == '\r' && (at + 1 == length || bytes[at + 1] != '\n'))) {
			line++;
			column = 1;
		} else if (((unsigned char)bytes[at] & 0xc0) != 0x80) {
			column++;
		}
	}
	brb_yaml_fault(yaml, line, column, "%s", what);
}

/* The reader reports a byte, since it runs ahead of what is parsed. */
static void reader_fault(brb_yaml *yaml, const yaml_parser_t *parser, const char *bytes, size_t length)
{
	char what[128];
	if (parser->problem_value < 0)
		snprintf(what, sizeof what, "%s", parser->problem);
	else
		snprintf(what, sizeof what, "%s (0x%02x)", parser->problem, (unsigned)parser->problem_value);
	fault_at_byte(yaml, bytes, length, parser->problem_offset, what);
}

static void syntax_fault(brb_yaml *yaml, const yaml_parser_t *parser, const char *bytes, size_t length)
{
	yaml_mark_t mark = parser->problem_mark, from = parser->context_mark;
	uint32_t line = line_of(mark), column = column_of(mark);
	if (parser->error == YAML_MEMORY_ERROR)
		yaml->memory_short = true;
	else if (parser->error == YAML_READER_ERROR)
		reader_fault(yaml, parser, bytes, length);
	else if (parser->error == YAML_SCANNER_ERROR && byte_at(bytes, length, mark.index) == '\t')
		brb_yaml_fault(yaml, line, column, "a tab cannot stand here: indent with spaces");
	else if (!parser->context)
		brb_yaml_fault(yaml, line, column, "%s", parser->problem);
	else if (from.line == mark.line)
		brb_yaml_fault(yaml, line, column, "%s (%s)", parser->problem, parser->context);
	else
		brb_yaml_fault(yaml, line, column, "%s (%s that begins at %s:%u:%u)", parser->problem,
			       parser->context, yaml->name, line_of(from), column_of(from));
}

/* ---- the reading ----------------------------------------------------------------------------------------------- */

static bool read_events(building *b, yaml_parser_t *parser, const char *bytes, size_t length)
{
	for (;;) {
		yaml_event_t event;
		if (!yaml_parser_parse(parser, &event)) {
			syntax_fault(b->yaml, parser, bytes, length);
			return false;
		}
		bool taken = take_event(b, &event);
		bool last = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
		if (!taken || last)
			return taken;
	}
}

/*
 * libyaml 0.2.5 compares each %TAG directive with all before it, in one call: a file of nothing else takes half an hour.
 * The word counts wherever it occurs.
 */
static bool check_directives(brb_yaml *yaml, const char *bytes, size_t length)
{
	unsigned count = 0;
	const char *at = bytes;
	while ((at = memmem(at, length - (size_t)(at - bytes), "%TAG", 4))) {
		if (++count > DIRECTIVES_MOST) {
			fault_at_byte(yaml, bytes, length, (size_t)(at - bytes), "more than 100 %TAG directives");
			return false;
		}
		at += 4;
	}
	return true;
}

bool brb_yaml_tree_build(brb_yaml *yaml, const char *bytes, size_t length)
{
	if (!check_directives(yaml, bytes, length))
		return false;
	building *b = brb_memory_take_zeroed(1, sizeof *b);
	yaml_parser_t parser;
	if (!b || !yaml_parser_initialize(&parser)) {
		brb_memory_release(b);
		yaml->memory_short = true;
		return false;
	}
	b->yaml = yaml;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, length);
	bool whole = read_events(b, &parser, bytes, length);
	while (b->depth)
		finish_frame(&b->frames[--b->depth]);
	brb_table_finish(&b->anchors);
	yaml_parser_delete(&parser);
	if (whole && !yaml->root)
		yaml->root = make_node(b, BRB_YAML_NULL, (yaml_mark_t){ 0 });
	brb_memory_release(b);
	return whole && yaml->root;
}
