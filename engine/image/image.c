/*
 * image: see image.h. Reads the file, links the copy, counts uses. Checks are in elf.c, the folder in copies.c.
 */
#include "image/image.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/reentrancy.h"
#include "base/sha256.h"
#include "base/text.h"
#include "image/copies.h"
#include "image/elf.h"
#include "image/permissions.h"

#define FILE_BYTES_MOST ((off_t)256 << 20)
#define TAG_DIGITS 16

struct brb_image {
	brb_image_copies *copies;
	brb_image *next;
	char *path; /* as in badges.yaml */
	char *copy;
	char *linked;           /* the copy's path for the dynamic linker */
	void *handle;           /* NULL: prepared, not linked */
	size_t uses;            /* guarded by the lock of `copies` */
	uintptr_t load_address; /* to be added to an address in the file */
	const void *symbol;
	brb_elf_facts facts;
	char sha256[BRB_SHA256_TEXT_BYTES];
	char changeable_by[BRB_PERMISSIONS_TEXT_BYTES]; /* "": nobody else */
};

struct brb_image_copies {
	brb_copies *folder;   /* NULL: files are linked in place */
	pthread_mutex_t lock; /* guards the rest; not held while code of a plugin runs */
	brb_image *images;    /* in use, or resident */
	size_t resident;      /* images that became so, ever */
};

/* ---- all images -------------------------------------------------------------------------------------------------- */

brabeion_status brb_image_copies_open(const char *const *candidates, size_t count, const brb_log *log,
				      brb_image_copies **out, brabeion_error *error)
{
	brb_image_copies *copies = brb_memory_take_zeroed(1, sizeof *copies);
	if (!copies)
		return brb_status_no_memory(error);
	if (brb_copies_open(candidates, count, log, &copies->folder, error) != BRABEION_OK) {
		brb_memory_release(copies);
		return error->status;
	}
	pthread_mutex_init(&copies->lock, NULL);
	*out = copies;
	return BRABEION_OK;
}

brabeion_status brb_image_copies_check(const char *const *candidates, size_t count, brabeion_error *error)
{
	return brb_copies_check(candidates, count, error);
}

int brb_image_copies_descriptor(const brb_image_copies *copies)
{
	return brb_copies_descriptor(copies->folder);
}

brabeion_status brb_image_copies_open_in_place(brb_image_copies **out, brabeion_error *error)
{
	brb_image_copies *copies = brb_memory_take_zeroed(1, sizeof *copies);
	if (!copies)
		return brb_status_no_memory(error);
	pthread_mutex_init(&copies->lock, NULL);
	*out = copies;
	return BRABEION_OK;
}

brabeion_status brb_image_copies_add_folder(brb_image_copies *copies, char **path, brabeion_error *error)
{
	return brb_copies_add_folder(copies->folder, "probe", path, error);
}

void brb_image_copies_remove_folder(brb_image_copies *copies, char *path)
{
	if (path)
		brb_copies_remove(copies->folder, path);
	brb_memory_release(path);
}

size_t brb_image_copies_resident(brb_image_copies *copies)
{
	pthread_mutex_lock(&copies->lock);
	size_t count = copies->resident;
	pthread_mutex_unlock(&copies->lock);
	return count;
}

static void count_resident(brb_image_copies *copies)
{
	pthread_mutex_lock(&copies->lock);
	copies->resident++;
	pthread_mutex_unlock(&copies->lock);
}

static void free_image(brb_image *image)
{
	brb_memory_release(image->path);
	brb_memory_release(image->copy);
	brb_memory_release(image->linked);
	brb_memory_release(image);
}

/* A resident image stays mapped when its file is removed. */
void brb_image_copies_close(brb_image_copies *copies, bool forked)
{
	if (!copies)
		return;
	while (copies->images) {
		brb_image *image = copies->images;
		assert(forked || image->uses == 0);
		copies->images = image->next;
		free_image(image);
	}
	brb_copies_close(copies->folder, forked);
	pthread_mutex_destroy(&copies->lock);
	brb_memory_release(copies);
}

/* ---- reading the file -------------------------------------------------------------------------------------------- */

typedef struct content {
	void *bytes;
	size_t size_bytes;
	struct stat status;
} content;

static brabeion_status refuse_unreadable(brabeion_error *error, int why)
{
	bool ours = why == EMFILE || why == ENFILE || why == ENOMEM || why == EIO;
	return brb_status_set(error, ours ? BRABEION_SYSTEM : BRABEION_CONFIG, "cannot be read: %s", strerror(why));
}

static brabeion_status check_file(const struct stat *status, brabeion_error *error)
{
	if (S_ISDIR(status->st_mode))
		return brb_status_set(error, BRABEION_CONFIG, "is a directory, not a shared object");
	if (!S_ISREG(status->st_mode))
		return brb_status_set(error, BRABEION_CONFIG, "is not a regular file");
	if (status->st_size == 0)
		return brb_status_set(error, BRABEION_CONFIG, "is empty");
	if (status->st_size > FILE_BYTES_MOST)
		return brb_status_set(error, BRABEION_CONFIG, "has %lld bytes; a plugin may have 256 MiB",
				      (long long)status->st_size);
	return BRABEION_OK;
}

/* Reads to the end of the file, at most `most` bytes; -1 with errno. */
static ssize_t read_all(int file, char *bytes, size_t most)
{
	size_t got = 0;
	while (got < most) {
		ssize_t part = read(file, bytes + got, most - got);
		if (part < 0 && errno == EINTR)
			continue;
		if (part < 0)
			return -1;
		if (part == 0)
			break;
		got += (size_t)part;
	}
	return (ssize_t)got;
}

static bool is_unchanged(const struct stat *before, int file)
{
	struct stat after;
	return fstat(file, &after) == 0 && after.st_size == before->st_size &&
	       after.st_mtim.tv_sec == before->st_mtim.tv_sec && after.st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

static brabeion_status read_open_file(int file, content *out, brabeion_error *error)
{
	struct stat status;
	if (fstat(file, &status) != 0)
		return refuse_unreadable(error, errno);
	if (check_file(&status, error) != BRABEION_OK)
		return error->status;
	char *bytes = brb_memory_take((size_t)status.st_size);
	if (!bytes)
		return brb_status_no_memory(error);
	ssize_t got = read_all(file, bytes, (size_t)status.st_size);
	if (got < 0)
		refuse_unreadable(error, errno);
	else if (!is_unchanged(&status, file))
		brb_status_set(error, BRABEION_CONFIG, "was being written while it was read: try again");
	else {
		*out = (content){ .bytes = bytes, .size_bytes = (size_t)got, .status = status };
		return BRABEION_OK;
	}
	brb_memory_release(bytes);
	return error->status;
}

/* O_NONBLOCK: a FIFO is refused, not waited for. */
static brabeion_status read_file(const char *path, content *out, brabeion_error *error)
{
	int file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file < 0)
		return refuse_unreadable(error, errno);
	brabeion_status status = read_open_file(file, out, error);
	close(file);
	return status;
}

/* ---- linking the copy -------------------------------------------------------------------------------------------- */

/*
 * dlopen and dlclose run code of the plugin, which must not call the engine. It may change the floating-point mode of the
 * thread (objects linked with -ffast-math do), which is restored.
 */
static void *open_guarded(const char *path, int flags)
{
	fenv_t arithmetic;
	fegetenv(&arithmetic);
	brb_reentrancy_enter();
	void *handle = dlopen(path, flags);
	brb_reentrancy_leave();
	fesetenv(&arithmetic);
	return handle;
}

static void close_guarded(void *handle)
{
	fenv_t arithmetic;
	fegetenv(&arithmetic);
	brb_reentrancy_enter();
	dlclose(handle);
	brb_reentrancy_leave();
	fesetenv(&arithmetic);
}

/* Adds the dynamic linker's message without the path of the private copy, which users do not know. */
static void add_words(brb_builder *builder, const char *words, const char *copy)
{
	const char *found;
	while ((found = strstr(words, copy)) != NULL) {
		brb_builder_add_length(builder, words, (size_t)(found - words));
		brb_builder_add(builder, "it");
		words = found + strlen(copy);
	}
	brb_builder_add(builder, words);
}

static brabeion_status refuse_unlinkable(const brb_image *image, brabeion_error *error)
{
	brb_builder text = { .text = NULL };
	const char *words = dlerror();
	if (!words)
		words = "the dynamic linker gives no reason";
	size_t length = strlen(image->linked);
	if (strncmp(words, image->linked, length) == 0 && strncmp(words + length, ": ", 2) == 0)
		words += length + 2;
	bool missing = strstr(words, ".so") != NULL && strstr(words, "cannot open shared object file") != NULL;
	brb_builder_add(&text, missing ? "needs " : "cannot be loaded: ");
	add_words(&text, words, image->linked);
	if (text.failed)
		brb_status_no_memory(error);
	else
		brb_status_set(error, BRABEION_CONFIG, "%s", text.text);
	brb_builder_finish(&text);
	return error->status;
}

/* The symbol may lie anywhere: brb_image_symbol says how much of the image is readable there. */
static brabeion_status find_symbol(brb_image *image, brabeion_error *error)
{
	struct link_map *map = NULL;
	if (dlinfo(image->handle, RTLD_DI_LINKMAP, &map) != 0 || !map)
		return brb_status_set(error, BRABEION_SYSTEM, "is loaded, but the dynamic linker does not say where");
	image->load_address = (uintptr_t)map->l_addr;
	image->symbol = dlsym(image->handle, "badge_plugin_v1");
	if (!image->symbol)
		return brb_status_set(error, BRABEION_CONFIG,
				      "is damaged (copy or build it again): its badge_plugin_v1 cannot be found");
	return BRABEION_OK;
}

/* RTLD_NODELETE: not even a dlclose of the host's may unload an object that must stay. */
brabeion_status brb_image_link(brb_image *image, brabeion_error *error)
{
	if (image->handle)
		return BRABEION_OK;
	bool resident = image->facts.resident_because[0] != '\0';
	image->handle = open_guarded(image->linked, RTLD_NOW | RTLD_LOCAL | (resident ? RTLD_NODELETE : 0));
	if (!image->handle)
		return refuse_unlinkable(image, error);
	if (resident)
		count_resident(image->copies);
	if (find_symbol(image, error) == BRABEION_OK)
		return BRABEION_OK;
	close_guarded(image->handle);
	image->handle = NULL;
	return error->status;
}

/* ---- images ------------------------------------------------------------------------------------------------------ */

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* The image of that path and content, with one use more; NULL when there is none. */
static brb_image *use_image(brb_image_copies *copies, const char *path, const char *sha256)
{
	pthread_mutex_lock(&copies->lock);
	brb_image *image = copies->images;
	while (image && (strcmp(image->sha256, sha256) != 0 || strcmp(image->path, path) != 0))
		image = image->next;
	if (image)
		image->uses++;
	pthread_mutex_unlock(&copies->lock);
	return image;
}

static void add_image(brb_image *image)
{
	pthread_mutex_lock(&image->copies->lock);
	image->next = image->copies->images;
	image->copies->images = image;
	pthread_mutex_unlock(&image->copies->lock);
}

static brabeion_status copy_file(brb_image *image, const content *file, brabeion_error *error)
{
	brb_copies *folder = image->copies->folder;
	if (!folder) {
		image->copy = brb_memory_copy(image->path);
		image->linked = brb_memory_copy(image->path);
		return image->copy && image->linked ? BRABEION_OK : brb_status_no_memory(error);
	}
	char tag[TAG_DIGITS + 1];
	snprintf(tag, sizeof tag, "%.*s", TAG_DIGITS, image->sha256);
	if (brb_copies_add(folder, tag, file_name(image->path), file->bytes, file->size_bytes, &image->copy, error) !=
	    BRABEION_OK)
		return error->status;
	if (brb_copies_through(folder, image->copy, &image->linked, error) != BRABEION_OK)
		brb_copies_remove(folder, image->copy);
	return error->status;
}

static brabeion_status prepare_new(brb_image_copies *copies, const char *path, const char *sha256,
				   const char *changeable_by, const content *file, brb_image **out,
				   brabeion_error *error)
{
	brb_image *image = brb_memory_take_zeroed(1, sizeof *image);
	if (!image || !(image->path = brb_memory_copy(path))) {
		brb_memory_release(image);
		return brb_status_no_memory(error);
	}
	image->copies = copies;
	image->uses = 1;
	memcpy(image->sha256, sha256, sizeof image->sha256);
	memcpy(image->changeable_by, changeable_by, sizeof image->changeable_by);
	if (brb_elf_check(file->bytes, file->size_bytes, &image->facts, error) != BRABEION_OK ||
	    copy_file(image, file, error) != BRABEION_OK) {
		free_image(image);
		return error->status;
	}
	add_image(image);
	*out = image;
	return BRABEION_OK;
}

/* The content is the pinned one, where one is pinned; root runs no code that others can change. */
static brabeion_status check_trust(const char *sha256, const char *pinned, const char *changeable_by,
				   brabeion_error *error)
{
	if (pinned && strcmp(pinned, sha256) != 0)
		return brb_status_set(error, BRABEION_CONFIG, "has the sha256 %s, not the pinned %s", sha256, pinned);
	if (changeable_by[0] && geteuid() == 0)
		return brb_status_set(error, BRABEION_CONFIG, "%s (the engine runs as root)", changeable_by);
	return BRABEION_OK;
}

brabeion_status brb_image_prepare(brb_image_copies *copies, const char *path, const char *sha256, brb_image **out,
				  brabeion_error *error)
{
	content file = { .bytes = NULL };
	char found[BRB_SHA256_TEXT_BYTES];
	char changeable_by[BRB_PERMISSIONS_TEXT_BYTES] = "";
	if (read_file(path, &file, error) != BRABEION_OK)
		return error->status;
	brb_sha256_text(file.bytes, file.size_bytes, found);
	brb_permissions_check(path, &file.status, geteuid(), changeable_by);
	brabeion_status status = check_trust(found, sha256, changeable_by, error);
	brb_image *image = status == BRABEION_OK ? use_image(copies, path, found) : NULL;
	if (image)
		*out = image;
	else if (status == BRABEION_OK)
		status = prepare_new(copies, path, found, changeable_by, &file, out, error);
	brb_memory_release(file.bytes);
	return status;
}

/*
 * The dynamic linker may keep an object for a reason of its own (another is bound to it): then the image is opened again
 * and becomes resident. False.
 */
static bool unload(brb_image *image)
{
	close_guarded(image->handle);
	image->handle = dlopen(image->linked, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
	if (!image->handle)
		return true;
	snprintf(image->facts.resident_because, sizeof image->facts.resident_because,
		 "is kept by the dynamic linker");
	count_resident(image->copies);
	return false;
}

/* Drops one use. True when the image is unused and not resident; it is off the list then. */
static bool drop_use(brb_image *image)
{
	pthread_mutex_lock(&image->copies->lock);
	assert(image->uses > 0);
	bool stays = image->handle && image->facts.resident_because[0] != '\0';
	bool last = --image->uses == 0 && !stays;
	if (last) {
		brb_image **link = &image->copies->images;
		while (*link != image)
			link = &(*link)->next;
		*link = image->next;
	}
	pthread_mutex_unlock(&image->copies->lock);
	return last;
}

/* Destructors run without the lock: one that hangs does not block the opening of another image. */
void brb_image_close(brb_image *image)
{
	if (!image || !drop_use(image))
		return;
	if (image->handle && !unload(image)) {
		add_image(image);
		return;
	}
	if (image->copies->folder)
		brb_copies_remove(image->copies->folder, image->copy);
	free_image(image);
}

/* ---- what is known of it ----------------------------------------------------------------------------------------- */

bool brb_image_is_linked(const brb_image *image)
{
	return image->handle != NULL;
}

const char *brb_image_changeable_by(const brb_image *image)
{
	return image->changeable_by[0] != '\0' ? image->changeable_by : NULL;
}

const char *brb_image_copy_path(const brb_image *image)
{
	return image->linked;
}

const char *brb_image_copy_inside(const brb_image *image)
{
	bool through = strcmp(image->linked, image->copy) != 0;
	return through ? brb_copies_inside(image->copies->folder, image->copy) : image->copy;
}

/* The loaded segment with this address; NULL: none. */
static const brb_elf_segment *segment_of(const brb_image *image, const void *address)
{
	uintptr_t offset = (uintptr_t)address - image->load_address;
	for (size_t i = 0; i < image->facts.segment_count; i++) {
		const brb_elf_segment *segment = &image->facts.segments[i];
		if (offset >= segment->address && offset - segment->address < segment->size_bytes)
			return segment;
	}
	return NULL;
}

static size_t bytes_from(const brb_image *image, const brb_elf_segment *segment, const void *address)
{
	return (size_t)(segment->size_bytes - ((uintptr_t)address - image->load_address - segment->address));
}

const void *brb_image_symbol(const brb_image *image, size_t *readable_bytes)
{
	const brb_elf_segment *segment = segment_of(image, image->symbol);
	*readable_bytes = segment && segment->readable ? bytes_from(image, segment, image->symbol) : 0;
	return image->symbol;
}

bool brb_image_contains(const brb_image *image, const void *address, size_t size, bool executable)
{
	const brb_elf_segment *segment = segment_of(image, address);
	return segment && segment->readable && (segment->executable || !executable) &&
	       size <= bytes_from(image, segment, address);
}

/* For dl_iterate_phdr: 1, which stops it, at the object in whose code the address lies. */
static int is_in_code(struct dl_phdr_info *object, size_t size, void *address)
{
	(void)size;
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		uintptr_t begin = object->dlpi_addr + segment->p_vaddr;
		if (segment->p_type == PT_LOAD && segment->p_flags & PF_X && (uintptr_t)address >= begin &&
		    (uintptr_t)address - begin < segment->p_memsz)
			return 1;
	}
	return 0;
}

bool brb_image_may_call(const brb_image *image, const void *address)
{
	return brb_image_contains(image, address, 1, true) || dl_iterate_phdr(is_in_code, (void *)(uintptr_t)address);
}

const char *brb_image_sha256(const brb_image *image)
{
	return image->sha256;
}

const char *brb_image_resident_because(const brb_image *image)
{
	return image->facts.resident_because[0] != '\0' ? image->facts.resident_because : NULL;
}
