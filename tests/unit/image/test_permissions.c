/*
 * permissions: who else can change a plugin's file, by its owner, group and mode.
 */
#include <criterion/criterion.h>

#include "image/permissions.h"

static char text[BRB_PERMISSIONS_TEXT_BYTES];

static bool only_owner(mode_t mode, uid_t owner, gid_t group, uid_t user)
{
	struct stat file = { .st_mode = S_IFREG | mode, .st_uid = owner, .st_gid = group };
	text[0] = '\0';
	return brb_permissions_check("/p/x.so", &file, user, text);
}

Test(permissions, root_and_the_engines_user_may_change_it)
{
	cr_expect(only_owner(0755, 0, 0, 0));
	cr_expect(only_owner(0755, 0, 50, 1000));
	cr_expect(only_owner(0644, 1000, 50, 1000));
	cr_expect_str_eq(text, "");
}

Test(permissions, somebody_else_may_not)
{
	cr_expect_not(only_owner(0644, 1000, 1000, 0));
	cr_expect_str_eq(text, "belongs to user 1000, neither to root nor to the engine's user 0: chown 0 /p/x.so");
	cr_expect_not(only_owner(0644, 1001, 1001, 1000));
	cr_expect_str_eq(text,
			 "belongs to user 1001, neither to root nor to the engine's user 1000: chown 1000 /p/x.so");
}

Test(permissions, a_group_may_not_unless_it_is_the_owners_own)
{
	cr_expect_not(only_owner(0664, 0, 50, 0));
	cr_expect_str_eq(text, "can be changed by its group (mode 0664): chmod go-w /p/x.so");
	cr_expect_not(only_owner(0664, 1000, 50, 1000));
	cr_expect_not(only_owner(0664, 1000, 0, 1000), "root's group is not user 1000's");
	cr_expect(only_owner(0775, 0, 0, 0), "root's own group, as under a umask of 0002");
	cr_expect(only_owner(0664, 1000, 1000, 1000), "the private group of a user");
}

Test(permissions, anybody_may_not)
{
	cr_expect_not(only_owner(0666, 0, 0, 0));
	cr_expect_str_eq(text, "can be changed by anybody (mode 0666): chmod go-w /p/x.so");
	cr_expect_not(only_owner(0602, 1000, 1000, 1000));
}
