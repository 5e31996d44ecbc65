/*
 * permissions: who can change a plugin's file, or what lies in a folder of copies, and so run code as the engine's user. It
 * should be root and that user alone.
 */
#ifndef BRB_IMAGE_PERMISSIONS_H
#define BRB_IMAGE_PERMISSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define BRB_PERMISSIONS_TEXT_BYTES 512

/*
 * True when only root and `user` can change the file. Else `text` is who can and the remedy, as the end of a sentence
 * that begins with the file's name.
 *
 * A group with the number of the file's owner counts as the owner: it is root's, or the private group of a user, in which
 * files are made where the umask is 0002; not so where an access control list (acl(5)) gives others its rights. The folder
 * does not matter: a file that another user puts there is that user's.
 */
bool brb_permissions_check(const char *path, const struct stat *file, uid_t user,
			   char text[BRB_PERMISSIONS_TEXT_BYTES]);

/* The same of a folder and the entries that root or `user` puts there: with the sticky bit only they can replace them. */
bool brb_permissions_check_folder(const char *path, const struct stat *folder, uid_t user,
				  char text[BRB_PERMISSIONS_TEXT_BYTES]);

#endif
