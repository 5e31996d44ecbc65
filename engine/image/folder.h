/*
 * folder: opens a folder in which only root and the engine's user can replace what that user puts there.
 *
 * Whoever may write a folder may rename what lies in it and put something else under its name, and so may whoever can write
 * one of the folders above it. So each of them must belong to root or the user and be writable by no other. A folder with
 * the sticky bit, like /tmp, may be writable: there, only the owners of an entry and of the folder can rename or remove the
 * entry (inode(7)), and these are root and the user.
 */
#ifndef BRB_IMAGE_FOLDER_H
#define BRB_IMAGE_FOLDER_H

#include <sys/types.h>

#include "image/permissions.h"

enum { BRB_FOLDER_TEXT_BYTES = BRB_PERMISSIONS_TEXT_BYTES + 256 };

/*
 * Opens `path`, which is absolute and without links (realpath(3)), component by component, and checks each. Returns a
 * descriptor for openat(2) and its like (O_PATH). -1: `why` is the end of a sentence that begins with the path.
 */
int brb_folder_open(const char *path, uid_t user, char why[BRB_FOLDER_TEXT_BYTES]);

#endif
