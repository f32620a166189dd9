static int failures = 0;

static void fail(const char *what, int code) {
    char text[256];
    shared_last_error(text, sizeof text);
    printf("%s: unexpected %d; what failed last: %s\n", what, code, text);
    failures++;
}

/* A call whose code is known. */
static void expect(const char *what, int code, int expected) {
    if (code != expected) {
        fail(what, code);
    }
}

/* A call that may give whatever the module itself says, but nothing that the interface says. */
static void module_said(const char *what, int code) {
    if (code != SHARED_OK && code != SHARED_UNSUPPORTED && code != SHARED_INVALID_CONFIG && code > ERROR_BASE) {
        fail(what, code);
    }
}

static void truth(const char *what, int holds) {
    if (!holds) {
        fail(what, 0);
    }
}
