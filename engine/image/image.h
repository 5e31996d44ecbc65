/*
 * image: one plugin file on disk -> a checked, privately copied, linked image with its descriptor.
 *
 * A file is never linked in place, since writing over it would crash the process. It is read once; the bytes are checked
 * (image/elf), written into a private folder, and that copy is linked through the folder's descriptor: what was checked is
 * what runs. The same content under the same path is one image with a use count.
 *
 * There are two steps: a prepared image is a file and nothing more, linking runs its constructors. Between them the probe
 * tries it in another process.
 *
 * Guarantees: no code of the file runs before it is linked; the floating-point mode is restored; a refused file leaves
 * nothing behind.
 *
 * Not here: what the descriptor says (plugin/descriptor).
 *
 * Threads: one at a time prepares and links (the caller holds its reload lock); any may close meanwhile.
 */
#ifndef BRB_IMAGE_IMAGE_H
#define BRB_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"
#include "base/status.h"

/* The private folder with the copies, and the open images. */
typedef struct brb_image_copies brb_image_copies;

/*
 * Makes a private 0700 folder in the first of `candidates` (NULL entries are skipped) that is writable, allows execution
 * and lets no other user replace what is in it, and removes the folders of dead processes there.
 * Errors: BRABEION_SYSTEM, with each candidate and why it is unusable.
 */
brabeion_status brb_image_copies_open(const char *const *candidates, size_t count, const brb_log *log,
				      brb_image_copies **out, brabeion_error *error);

/* Whether one of the candidates is fit, as brb_image_copies_open would find it; makes nothing. Errors as there. */
brabeion_status brb_image_copies_check(const char *const *candidates, size_t count, brabeion_error *error);

/* The folder's descriptor, for the probe. */
int brb_image_copies_descriptor(const brb_image_copies *copies);

/* Removes the folder. All images must be closed. In a child of fork: frees memory only (`forked`). */
void brb_image_copies_close(brb_image_copies *copies, bool forked);

/* How many images so far cannot be unloaded. */
size_t brb_image_copies_resident(brb_image_copies *copies);

/* For the probe, whose files are an engine's private copies already: they are linked in place and not removed. */
brabeion_status brb_image_copies_open_in_place(brb_image_copies **out, brabeion_error *error);

/* Makes a folder inside the private one, for the probe. `*path` is yours: brb_image_copies_remove_folder(). */
brabeion_status brb_image_copies_add_folder(brb_image_copies *copies, char **path, brabeion_error *error);

/* Removes it with the files in it, and frees `path`. NULL is fine. */
void brb_image_copies_remove_folder(brb_image_copies *copies, char *path);

typedef struct brb_image brb_image;

/*
 * Reads, checks and copies `path`, or adds a use to its image when one of the same content exists. `sha256` pins the
 * content; NULL: any. An engine that runs as root refuses a file that others can change.
 * Errors: BRABEION_CONFIG with why, without the path in front: "is not a shared object: ...", "is cut short: ...",
 *         "has no badge_plugin_v1: is it a brabeion plugin?". BRABEION_NO_MEMORY, BRABEION_SYSTEM.
 */
brabeion_status brb_image_prepare(brb_image_copies *copies, const char *path, const char *sha256, brb_image **out,
				  brabeion_error *error);

/*
 * Links a prepared image, which runs its constructors. Does nothing when it is linked already.
 * Errors: BRABEION_CONFIG with why, as above: "needs libfoo.so.1: ...", "cannot be loaded: ...". It stays prepared.
 */
brabeion_status brb_image_link(brb_image *image, brabeion_error *error);

bool brb_image_is_linked(const brb_image *image);

/* Who else could change the file when it was first read, as the end of a sentence that begins with its name; or NULL. */
const char *brb_image_changeable_by(const brb_image *image);

/* The private copy, which is what runs: a path through the folder's descriptor, for this process. */
const char *brb_image_copy_path(const brb_image *image);

/* Its path below the folder, for a process that has the folder's descriptor. Where there is no /proc: an absolute path. */
const char *brb_image_copy_inside(const brb_image *image);

/* Drops one use. The last one unloads the image where that is safe, else the image stays resident. NULL is fine. */
void brb_image_close(brb_image *image);

/* Of a linked image: address of the exported badge_plugin_v1, and how many bytes of the image are readable from there. */
const void *brb_image_symbol(const brb_image *image, size_t *readable_bytes);

/*
 * True when `address` lies, for `size` bytes, in a loaded segment of the image that may be read (and executed, when
 * `executable`). For checking the pointers of a descriptor before they are followed.
 */
bool brb_image_contains(const brb_image *image, const void *address, size_t size, bool executable);

/* True when `address` lies in loaded code, the image's or another's: a plugin may use free() as its close. */
bool brb_image_may_call(const brb_image *image, const void *address);

const char *brb_image_sha256(const brb_image *image);           /* 64 hex digits */
const char *brb_image_resident_because(const brb_image *image); /* NULL: it can be unloaded */

#endif
