/*
 * permissions: see permissions.h.
 */
#include "image/permissions.h"

#include <stdio.h>
#include <sys/xattr.h>

/* The mode's group bits are an access control list's mask where there is one. */
static bool has_list(const char *path)
{
	return lgetxattr(path, "system.posix_acl_access", NULL, 0) > 0;
}

bool brb_permissions_check(const char *path, const struct stat *file, uid_t user,
			   char text[BRB_PERMISSIONS_TEXT_BYTES])
{
	bool anybody = file->st_mode & S_IWOTH;
	bool group = file->st_mode & S_IWGRP && (file->st_gid != (gid_t)file->st_uid || has_list(path));
	if (file->st_uid != 0 && file->st_uid != user)
		snprintf(text, BRB_PERMISSIONS_TEXT_BYTES,
			 "belongs to user %u, neither to root nor to the engine's user %u: chown %u %s",
			 (unsigned)file->st_uid, (unsigned)user, (unsigned)user, path);
	else if (anybody || group)
		snprintf(text, BRB_PERMISSIONS_TEXT_BYTES, "can be changed by %s (mode %04o): chmod go-w %s",
			 anybody ? "anybody" : "its group", (unsigned)file->st_mode & 07777, path);
	else
		return true;
	return false;
}

bool brb_permissions_check_folder(const char *path, const struct stat *folder, uid_t user,
				  char text[BRB_PERMISSIONS_TEXT_BYTES])
{
	struct stat judged = *folder;
	if (judged.st_mode & S_ISVTX)
		judged.st_mode &= ~(mode_t)(S_IWGRP | S_IWOTH);
	return brb_permissions_check(path, &judged, user, text);
}
