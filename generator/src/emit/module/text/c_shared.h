/**
 * What the headers of all modules share.
 *
 * Every function that can fail gives 0, or one of the negative codes below or of its module. What it writes to an `out` pointer is zero
 * after a failure, so that it may be freed in any case.
 *
 * Texts and bytes come in as a pointer and a length; the pointer may be null if the length is 0. They are read during the call only.
 * What goes out belongs to the caller, who frees it with the function that its own function names. A struct of this library that a
 * caller fills is only read: buffers in it stay the caller's.
 */
#ifndef PREFIX_H
#define PREFIX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    /** Done. */
    PREFIX_OK = 0,
    /** No backend of the module is compiled in. */
    PREFIX_FEATURE_DISABLED = -6,
    /** The backend can't do what was asked. */
    PREFIX_UNSUPPORTED = -7,
    /** A value of the configuration is out of its range. */
    PREFIX_INVALID_CONFIG = -8,
    /** The module was closed. */
    PREFIX_CLOSED = -9,
    /** A pointer is null where there must be something, isn't aligned, or a length is more than memory can hold. */
    PREFIX_NULL_POINTER = -10,
    /** The module panicked. That is a fault of the module; its handle may still be freed. */
    PREFIX_PANIC = -11,
    /** A text isn't UTF-8. */
    PREFIX_NOT_UTF8 = -12,
    /** A number is no value of its enum. */
    PREFIX_NO_VARIANT = -13
};

/** Bytes, or UTF-8 text. It isn't terminated; `data` is null if there is nothing. */
typedef struct prefix_buffer {
    uint8_t *data;
    size_t len;
} prefix_buffer_t;

/** Frees what a buffer owns and makes it zero. Null and zero are passed over. Only for buffers that came from this library. */
void prefix_buffer_free(prefix_buffer_t *buffer);

/**
 * Copies the text of what failed last in this thread, with a NUL at its end, and cuts it off where `capacity` is too small. Returns how
 * many bytes the whole text has, without the NUL. `text` may be null if `capacity` is 0.
 */
size_t prefix_last_error(char *text, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
