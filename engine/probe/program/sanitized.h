/*
 * probe/program/sanitized: BRB_SANITIZED is 1 where a sanitizer is compiled in that needs more than a plugin may have.
 */
#ifndef BRB_PROBE_PROGRAM_SANITIZED_H
#define BRB_PROBE_PROGRAM_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BRB_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define BRB_SANITIZED 1
#endif
#endif
#ifndef BRB_SANITIZED
#define BRB_SANITIZED 0
#endif

#endif
