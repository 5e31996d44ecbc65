/*
 * image/permissions: who can change a plugin's file. Part of the room image/image.
 *
 * Whoever can change it runs code as the engine's user. That should be root and that user alone.
 */
#ifndef BRB_IMAGE_PERMISSIONS_H
#define BRB_IMAGE_PERMISSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define BRB_OWNER_WORDS_BYTES 512

/*
 * True when nobody but root and `user` can change the file. Else says in `words`, as they go behind the file's name, who
 * can and what to do about it.
 *
 * A group with the number of the file's owner counts as the owner: it is root's own, or the private group of a user, in
 * which files are made where the umask is 0002. The folder is not looked at: a file that somebody puts there is that
 * somebody's.
 */
bool brb_permissions_check(const char *path, const struct stat *file, uid_t user, char words[BRB_OWNER_WORDS_BYTES]);

#endif
