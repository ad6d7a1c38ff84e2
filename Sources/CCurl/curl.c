#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// The part of libcurl's ABI in use here, by the numbers of its public headers. They have not changed since 7.68 (2020),
// which brought curl_multi_poll and curl_multi_wakeup, the newest functions needed.
enum {
    OPT_WRITEDATA = 10001,
    OPT_URL = 10002,
    OPT_ERRORBUFFER = 10010,
    OPT_USERAGENT = 10018,
    OPT_HTTPHEADER = 10023,
    OPT_HEADERDATA = 10029,
    OPT_CAINFO = 10065,
    OPT_CAPATH = 10097,
    OPT_ACCEPT_ENCODING = 10102,
    OPT_WRITEFUNCTION = 20011,
    OPT_HEADERFUNCTION = 20079,
    OPT_FOLLOWLOCATION = 52,
    OPT_NOSIGNAL = 99,
    OPT_TIMEOUT_MS = 155,
    OPT_CONNECTTIMEOUT_MS = 156,
    OPT_MAXFILESIZE_LARGE = 30117,
    OPT_PROTOCOLS = 181,
    INFO_RESPONSE_CODE = 0x200002,
    INFO_SSL_VERIFYRESULT = 0x20000d,
    INFO_CONNECT_TIME = 0x300005,
    GLOBAL_DEFAULT = 3,
    PROTOCOL_HTTP_AND_HTTPS = 3,
    MESSAGE_DONE = 1,
};

enum {
    CODE_OUT_OF_MEMORY = 27,
    CODE_OPERATION_TIMEDOUT = 28,
    CODE_SSL_CONNECT_ERROR = 35,
    CODE_SSL_ENGINE_NOTFOUND = 53,
    CODE_SSL_ENGINE_SETFAILED = 54,
    CODE_SSL_CERTPROBLEM = 58,
    CODE_SSL_CIPHER = 59,
    CODE_PEER_FAILED_VERIFICATION = 60,
    CODE_USE_SSL_FAILED = 64,
    CODE_FILESIZE_EXCEEDED = 63,
    CODE_SSL_CACERT_BADFILE = 77,
    CODE_SSL_CRL_BADFILE = 82,
    CODE_SSL_ISSUER_ERROR = 83,
    CODE_SSL_PINNEDPUBKEYNOTMATCH = 90,
    CODE_SSL_INVALIDCERTSTATUS = 91,
    CODE_TOO_LARGE = 100,
    ERROR_BUFFER_SIZE = 256,
    HEADERS_LIMIT = 64 * 1024,
};

typedef void CURL;
typedef void CURLM;

struct slist {
    char *data;
    struct slist *next;
};

struct message {
    int kind;
    CURL *easy;
    union {
        void *pointer;
        int result;
    } data;
};

static struct {
    bool is_open;
    int (*global_init)(long);
    char *(*version)(void);
    const char *(*easy_strerror)(int);
    CURL *(*easy_init)(void);
    int (*easy_setopt)(CURL *, int, ...);
    int (*easy_getinfo)(CURL *, int, ...);
    void (*easy_cleanup)(CURL *);
    struct slist *(*slist_append)(struct slist *, const char *);
    void (*slist_free_all)(struct slist *);
    CURLM *(*multi_init)(void);
    int (*multi_add_handle)(CURLM *, CURL *);
    int (*multi_remove_handle)(CURLM *, CURL *);
    int (*multi_perform)(CURLM *, int *);
    int (*multi_poll)(CURLM *, void *, unsigned, int, int *);
    int (*multi_wakeup)(CURLM *);
    struct message *(*multi_info_read)(CURLM *, int *);
    int (*multi_cleanup)(CURLM *);
} curl;

static const char *open_library(void) {
#ifdef __APPLE__
    static const char *const names[] = {"libcurl.4.dylib", "/usr/lib/libcurl.4.dylib"};
    const char *missing = "libcurl.4.dylib cannot be opened; it is part of macOS and of Homebrew's curl";
#else
    // The first is built with OpenSSL; GnuTLS's has the same functions and does where it is the only one.
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};
    const char *missing =
        "libcurl.so.4 cannot be opened; install it with 'apt install libcurl4' (Debian, Ubuntu), "
        "'apk add libcurl' (Alpine) or 'dnf install libcurl' (Fedora)";
#endif
    void *library = NULL;
    for (size_t i = 0; library == NULL && i < sizeof names / sizeof *names; i++) {
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    }
    if (library == NULL) return missing;

    const struct {
        const char *name;
        void *slot;
    } functions[] = {
        {"curl_global_init", &curl.global_init},
        {"curl_version", &curl.version},
        {"curl_easy_strerror", &curl.easy_strerror},
        {"curl_easy_init", &curl.easy_init},
        {"curl_easy_setopt", &curl.easy_setopt},
        {"curl_easy_getinfo", &curl.easy_getinfo},
        {"curl_easy_cleanup", &curl.easy_cleanup},
        {"curl_slist_append", &curl.slist_append},
        {"curl_slist_free_all", &curl.slist_free_all},
        {"curl_multi_init", &curl.multi_init},
        {"curl_multi_add_handle", &curl.multi_add_handle},
        {"curl_multi_remove_handle", &curl.multi_remove_handle},
        {"curl_multi_perform", &curl.multi_perform},
        {"curl_multi_poll", &curl.multi_poll},
        {"curl_multi_wakeup", &curl.multi_wakeup},
        {"curl_multi_info_read", &curl.multi_info_read},
        {"curl_multi_cleanup", &curl.multi_cleanup},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *function = dlsym(library, functions[i].name);
        if (function == NULL) return "libcurl is older than 7.68; install a newer one";
        memcpy(functions[i].slot, &function, sizeof function);
    }
    if (curl.global_init(GLOBAL_DEFAULT) != 0) return "libcurl cannot be initialised";
    curl.is_open = true;
    return NULL;
}

static const char *open_problem;
static pthread_once_t open_once = PTHREAD_ONCE_INIT;

static void open_and_remember(void) { open_problem = open_library(); }

const char *ccurl_open(void) {
    pthread_once(&open_once, open_and_remember);
    return open_problem;
}

const char *ccurl_version(void) {
    static char version[64];
    if (!curl.is_open) return NULL;
    // "libcurl/7.88.1 OpenSSL/3.0.15 ..."
    const char *text = curl.version();
    const char *start = strchr(text, '/');
    start = start == NULL ? text : start + 1;
    size_t length = strcspn(start, " ");
    if (length >= sizeof version) length = sizeof version - 1;
    memcpy(version, start, length);
    return version;
}

struct buffer {
    unsigned char *bytes;
    size_t length;
    size_t capacity;
    size_t limit;
    bool is_over_limit;
};

struct body {
    ccurl_receiver receive;
    void *context;
    size_t length;
    size_t limit;
    bool is_over_limit;
};

struct ccurl_slot {
    CURL *easy;
    CURLM *multi;
    atomic_bool is_cancelled;
    struct body body;
    struct buffer headers;
    char error[ERROR_BUFFER_SIZE];
};

static size_t append(struct buffer *buffer, const void *bytes, size_t count) {
    if (count > buffer->limit - buffer->length) {
        buffer->is_over_limit = true;
        return 0;
    }
    if (count > buffer->capacity - buffer->length) {
        size_t capacity = buffer->capacity * 2 + count + 4096;
        unsigned char *grown = realloc(buffer->bytes, capacity);
        if (grown == NULL) return 0;
        buffer->bytes = grown;
        buffer->capacity = capacity;
    }
    memcpy(buffer->bytes + buffer->length, bytes, count);
    buffer->length += count;
    return count;
}

static size_t receive_body(char *bytes, size_t size, size_t count, void *slot) {
    struct body *body = &((ccurl_slot *)slot)->body;
    size_t length = size * count;
    if (length > body->limit - body->length) {
        body->is_over_limit = true;
        return 0;
    }
    body->length += length;
    body->receive(body->context, (const unsigned char *)bytes, length);
    return length;
}

static size_t receive_header(char *bytes, size_t size, size_t count, void *slot) {
    struct buffer *headers = &((ccurl_slot *)slot)->headers;
    // Interim answers and those of a proxy come first; only the last answer's lines count.
    if (size * count >= 5 && strncasecmp(bytes, "HTTP/", 5) == 0) headers->length = 0;
    return append(headers, bytes, size * count);
}

ccurl_slot *ccurl_slot_create(void) {
    ccurl_slot *slot = calloc(1, sizeof *slot);
    if (slot == NULL) return NULL;
    slot->easy = curl.easy_init();
    slot->multi = curl.multi_init();
    if (slot->easy == NULL || slot->multi == NULL) {
        ccurl_slot_destroy(slot);
        return NULL;
    }
    return slot;
}

void ccurl_slot_destroy(ccurl_slot *slot) {
    if (slot->easy != NULL) curl.easy_cleanup(slot->easy);
    if (slot->multi != NULL) curl.multi_cleanup(slot->multi);
    free(slot->headers.bytes);
    free(slot);
}

void ccurl_slot_cancel(ccurl_slot *slot) {
    atomic_store(&slot->is_cancelled, true);
    curl.multi_wakeup(slot->multi);
}

void ccurl_slot_rearm(ccurl_slot *slot) { atomic_store(&slot->is_cancelled, false); }

static void configure(ccurl_slot *slot, const ccurl_request *request, struct slist *headers) {
    CURL *easy = slot->easy;
    curl.easy_setopt(easy, OPT_URL, request->url);
    curl.easy_setopt(easy, OPT_HTTPHEADER, headers);
    curl.easy_setopt(easy, OPT_USERAGENT, request->user_agent);
    curl.easy_setopt(easy, OPT_TIMEOUT_MS, request->timeout_milliseconds);
    curl.easy_setopt(easy, OPT_CONNECTTIMEOUT_MS, request->connect_timeout_milliseconds);
    curl.easy_setopt(easy, OPT_WRITEFUNCTION, receive_body);
    curl.easy_setopt(easy, OPT_WRITEDATA, slot);
    curl.easy_setopt(easy, OPT_HEADERFUNCTION, receive_header);
    curl.easy_setopt(easy, OPT_HEADERDATA, slot);
    curl.easy_setopt(easy, OPT_ERRORBUFFER, slot->error);
    curl.easy_setopt(easy, OPT_FOLLOWLOCATION, 0L);
    curl.easy_setopt(easy, OPT_NOSIGNAL, 1L);
    // An answer that says how long it is ends before its body; others are counted as they come.
    curl.easy_setopt(easy, OPT_MAXFILESIZE_LARGE, (int64_t)request->body_limit);
    curl.easy_setopt(easy, OPT_PROTOCOLS, (long)PROTOCOL_HTTP_AND_HTTPS);
    // Every encoding that this libcurl can undo.
    curl.easy_setopt(easy, OPT_ACCEPT_ENCODING, "");
    if (request->ca_file != NULL) curl.easy_setopt(easy, OPT_CAINFO, request->ca_file);
    if (request->ca_path != NULL) curl.easy_setopt(easy, OPT_CAPATH, request->ca_path);
}

/// Drives the transfer to its end and returns libcurl's code for it, or -1 when it was cancelled.
static int drive(ccurl_slot *slot) {
    for (;;) {
        if (atomic_exchange(&slot->is_cancelled, false)) return -1;
        int running = 0;
        curl.multi_perform(slot->multi, &running);
        int waiting = 0;
        struct message *message;
        while ((message = curl.multi_info_read(slot->multi, &waiting)) != NULL) {
            if (message->kind == MESSAGE_DONE) return message->data.result;
        }
        // A wake-up ends the wait early; the second is only a net under that.
        curl.multi_poll(slot->multi, NULL, 0, 1000, NULL);
    }
}

static ccurl_outcome outcome_of(int code, const ccurl_slot *slot) {
    double connect_time = 0;
    switch (code) {
    case 0:
        return CCURL_OK;
    case -1:
        return CCURL_CANCELLED;
    case CODE_FILESIZE_EXCEEDED:
        return CCURL_TOO_LONG;
    case CODE_OPERATION_TIMEDOUT:
        // A server that was never reached is another trouble than one that does not answer.
        curl.easy_getinfo(slot->easy, INFO_CONNECT_TIME, &connect_time);
        return connect_time > 0 ? CCURL_TIMEOUT : CCURL_CONNECTION;
    case CODE_SSL_CONNECT_ERROR:
    case CODE_SSL_ENGINE_NOTFOUND:
    case CODE_SSL_ENGINE_SETFAILED:
    case CODE_SSL_CERTPROBLEM:
    case CODE_SSL_CIPHER:
    case CODE_PEER_FAILED_VERIFICATION:
    case CODE_USE_SSL_FAILED:
    case CODE_SSL_CACERT_BADFILE:
    case CODE_SSL_CRL_BADFILE:
    case CODE_SSL_ISSUER_ERROR:
    case CODE_SSL_PINNEDPUBKEYNOTMATCH:
    case CODE_SSL_INVALIDCERTSTATUS:
        return CCURL_TLS;
    // So the library refuses a header line of more than 100 kB: as a want of memory up to 8.5, and by a name of its own since.
    case CODE_OUT_OF_MEMORY:
    case CODE_TOO_LARGE:
        return CCURL_HEADERS_TOO_LONG;
    default:
        return slot->headers.is_over_limit ? CCURL_HEADERS_TOO_LONG
               : slot->body.is_over_limit  ? CCURL_TOO_LONG
                                           : CCURL_CONNECTION;
    }
}

ccurl_response ccurl_slot_get(ccurl_slot *slot, const ccurl_request *request) {
    slot->body = (struct body){
        .receive = request->receive, .context = request->receive_context, .limit = request->body_limit};
    slot->headers.length = 0;
    slot->headers.limit = HEADERS_LIMIT;
    slot->headers.is_over_limit = false;
    slot->error[0] = '\0';

    struct slist *headers = NULL;
    for (const char *const *line = request->headers; *line != NULL; line++) {
        struct slist *longer = curl.slist_append(headers, *line);
        if (longer == NULL) {
            curl.slist_free_all(headers);
            return (ccurl_response){.outcome = CCURL_CONNECTION, .message = "out of memory", .code = -1};
        }
        headers = longer;
    }
    configure(slot, request, headers);
    curl.multi_add_handle(slot->multi, slot->easy);
    int code = drive(slot);
    ccurl_response response = {.outcome = outcome_of(code, slot), .code = code};
    curl.easy_getinfo(slot->easy, INFO_RESPONSE_CODE, &response.status);
    // A refusal is one by its status, however long its words are.
    if (response.outcome == CCURL_TOO_LONG && response.status != 200) response.outcome = CCURL_OK;
    curl.easy_getinfo(slot->easy, INFO_SSL_VERIFYRESULT, &response.verify_result);
    curl.multi_remove_handle(slot->multi, slot->easy);
    curl.easy_setopt(slot->easy, OPT_HTTPHEADER, NULL);
    curl.slist_free_all(headers);

    response.message = slot->error[0] != '\0' ? slot->error : code > 0 ? curl.easy_strerror(code) : "";
    response.headers = slot->headers.bytes;
    response.headers_length = slot->headers.length;
    return response;
}
