/* What a C program does with a cache: open, put, get, delete, free. */
#include "abi_cache.h"

#include <stdio.h>
#include <string.h>

static int failed(const char *what, int code) {
    char text[256];
    abi_last_error(text, sizeof text);
    printf("%s gave %d: %s\n", what, code, text);
    return 1;
}

int main(void) {
    static const uint8_t key[] = {'k', 0, 0xff};
    static const uint8_t value[] = {1, 2, 0, 3};
    abi_cache_config_t config;
    abi_cache_t *cache = NULL;
    abi_buffer_t got;
    uint8_t found;
    int code;

    code = abi_cache_config_default(&config);
    if (code != ABI_OK) {
        return failed("config_default", code);
    }
    config.max_entries = 16;
    code = abi_cache_open(&config, &cache);
    if (!abi_cache_is_enabled()) {
        /* Without a backend there is no handle, and that is said. */
        abi_cache_free(cache);
        return code == ABI_FEATURE_DISABLED && cache == NULL ? 0 : failed("open without a backend", code);
    }
    if (code != ABI_OK) {
        return failed("open", code);
    }

    code = abi_cache_put(cache, key, sizeof key, value, sizeof value);
    if (code != ABI_OK) {
        return failed("put", code);
    }
    code = abi_cache_get(cache, key, sizeof key, &found, &got);
    if (code != ABI_OK || !found || got.len != sizeof value || memcmp(got.data, value, sizeof value) != 0) {
        return failed("get of what was put", code);
    }
    abi_buffer_free(&got);
    abi_buffer_free(&got);
    if (got.data != NULL || got.len != 0) {
        return failed("a buffer that was freed", 0);
    }

    /* A key is its bytes and their number: this one is another. */
    code = abi_cache_get(cache, key, 1, &found, &got);
    if (code != ABI_OK || found || got.data != NULL) {
        return failed("get of what was never put", code);
    }

    code = abi_cache_delete(cache, key, sizeof key, &found);
    if (code != ABI_OK || !found) {
        return failed("delete", code);
    }
    code = abi_cache_get(cache, key, sizeof key, &found, &got);
    if (code != ABI_OK || found) {
        return failed("get of what was deleted", code);
    }

    /* A configuration out of its range is refused, and says so. */
    config.max_entries = 0;
    {
        abi_cache_t *other = NULL;
        code = abi_cache_open(&config, &other);
        if (code != ABI_INVALID_CONFIG || other != NULL) {
            return failed("open with room for nothing", code);
        }
    }

    code = abi_cache_close(cache);
    if (code != ABI_OK) {
        return failed("close", code);
    }
    code = abi_cache_put(cache, key, sizeof key, value, sizeof value);
    if (code != ABI_CLOSED) {
        return failed("put into a closed cache", code);
    }
    abi_cache_free(cache);
    return 0;
}
