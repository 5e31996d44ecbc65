/*
 * image: one plugin file on disk -> a checked, privately copied, linked image with its descriptor.
 *
 * A file is never opened in place: writing over it would crash the process. It is read once; what was read is checked
 * (ELF class, machine, type, every segment inside the file, ...), written under its hash into a private folder, and
 * that copy is linked. So what was checked is what is run. The same content under the same path is one image, counted.
 *
 * Two steps: a prepared image is a file and nothing more; linking runs its constructors. Between the two somebody may
 * try it out in another process.
 *
 * Keeps true: no code of the file runs before it is linked; floating-point mode is as before; a refused file leaves
 * nothing behind.
 *
 * Leaves to others: what the descriptor says (loading/plugin).
 *
 * Threads: one at a time prepares and links in a home (the caller holds its reload lock); any may close meanwhile.
 */
#ifndef BRB_IMAGE_IMAGE_H
#define BRB_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"
#include "base/status.h"

/* The private folder where copies live, and the images now open. */
typedef struct brb_image_copies brb_image_copies;

/*
 * Makes a private 0700 folder in the first of `candidates` (NULL entries are passed over) that can be written and
 * allows execution, and sweeps folders of dead processes there.
 * Errors: BRABEION_SYSTEM, naming each candidate and why it would not do.
 */
brabeion_status brb_image_copies_open(const char *const *candidates, size_t count, const brb_log *log,
				      brb_image_copies **out, brabeion_error *error);

/* Removes the folder. All images must be closed. In a child of fork: frees memory only (`forked`). */
void brb_image_copies_close(brb_image_copies *home, bool forked);

/* How many images of this home, so far, cannot be unloaded. */
size_t brb_image_copies_resident(brb_image_copies *home);

/*
 * A home of images whose files are private copies already, another home's: they are linked where they are, and left
 * there. For the program in which plugins are tried.
 */
brabeion_status brb_image_copies_of_copies(brb_image_copies **out, brabeion_error *error);

/* A folder of its own in the private folder, for whoever tries plugins. `*path` is yours, to be given back. */
brabeion_status brb_image_copies_lend(brb_image_copies *home, char **path, brabeion_error *error);

/* Takes it back, with the files in it. NULL is fine. */
void brb_image_copies_take_back(brb_image_copies *home, char *path);

typedef struct brb_image brb_image;

/*
 * Reads, checks and copies `path`, or counts one more use of its image when there is one of that content. `sha256` is
 * the only content that will do; NULL: any. Where the engine runs as root, a file that others can change is refused.
 * Errors: BRABEION_CONFIG with why, without the path in front: "is not a shared object: ...", "is cut short: ...",
 *         "has no badge_plugin_v1: is it a brabeion plugin?". BRABEION_MEMORY, BRABEION_SYSTEM.
 */
brabeion_status brb_image_prepare(brb_image_copies *home, const char *path, const char *sha256, brb_image **out,
				  brabeion_error *error);

/*
 * Links a prepared image, which runs its constructors; one that is linked stays as it is.
 * Errors: BRABEION_CONFIG with why, as above: "needs libfoo.so.1: ...", "cannot be loaded: ...". It stays prepared.
 */
brabeion_status brb_image_link(brb_image *image, brabeion_error *error);

bool brb_image_is_linked(const brb_image *image);

/* Who else could change the file when it was read first, as words behind its name; NULL: nobody. */
const char *brb_image_changeable_by(const brb_image *image);

/* The private copy: what is checked and run. */
const char *brb_image_copy_path(const brb_image *image);

/* Counts one use less; with the last one the image is unloaded where that is safe, else kept resident. */
void brb_image_close(brb_image *image);

/* Of a linked image: address of the exported badge_plugin_v1, and how many bytes of the image are readable from there. */
const void *brb_image_symbol(const brb_image *image, size_t *readable_bytes);

/*
 * True when `address` lies, for `size` bytes, in a loaded segment of the image that may be read (and executed, when
 * `executable`). For checking the pointers of a descriptor before they are followed.
 */
bool brb_image_contains(const brb_image *image, const void *address, size_t size, bool executable);

/* True when `address` lies in code that is loaded, the image's or another's: a plugin may well use free() as its close. */
bool brb_image_may_call(const brb_image *image, const void *address);

const char *brb_image_sha256(const brb_image *image);           /* 64 hex digits */
const char *brb_image_resident_because(const brb_image *image); /* NULL: it can be unloaded */

#endif
