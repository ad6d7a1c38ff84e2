// A bridge to libcurl, which is opened at run time: the program builds without its headers and starts without it.
// It exists in C because curl_easy_setopt is variadic, which Swift cannot call.
#ifndef CCURL_H
#define CCURL_H

#include <stdbool.h>
#include <stddef.h>

/// Opens libcurl once for the process. Returns NULL on success, else a sentence that stays valid.
const char *ccurl_open(void);

/// The version of the opened library, as in "7.88.1"; NULL before ccurl_open has succeeded.
const char *ccurl_version(void);

/// One transfer at a time over connections that it keeps open. Not for use by two threads at once,
/// but for ccurl_slot_cancel, which any thread may call.
typedef struct ccurl_slot ccurl_slot;

/// Takes bytes of a body as they come.
typedef void (*ccurl_receiver)(void *context, const unsigned char *bytes, size_t count);

typedef struct {
    const char *url;
    /// Lines as in "Authorization: Bearer x", ended by NULL.
    const char *const *headers;
    const char *user_agent;
    long timeout_milliseconds;
    /// For the part of it until the server is reached.
    long connect_timeout_milliseconds;
    /// Gets the decoded body, on the calling thread.
    ccurl_receiver receive;
    void *receive_context;
    /// Bytes of the decoded body; a longer one ends the transfer.
    size_t body_limit;
    /// PEM file and folder of trusted authorities in place of the library's own, or NULL.
    const char *ca_file;
    const char *ca_path;
} ccurl_request;

typedef enum {
    CCURL_OK = 0,
    CCURL_TIMEOUT,
    CCURL_CONNECTION,
    CCURL_TLS,
    CCURL_TOO_LONG,
    CCURL_HEADERS_TOO_LONG,
    CCURL_CANCELLED,
} ccurl_outcome;

/// Memory belongs to the slot and is valid until its next transfer.
typedef struct {
    ccurl_outcome outcome;
    /// What libcurl says about a transfer that failed; never holds request headers.
    const char *message;
    /// libcurl's own code for the transfer: 0 for success, -1 without one.
    int code;
    /// What the TLS library found about the server's certificate: 0 for nothing wrong, else its own code.
    long verify_result;
    long status;
    /// The header lines of the last answer, each with its CRLF.
    const unsigned char *headers;
    size_t headers_length;
} ccurl_response;

/// NULL when memory is short.
ccurl_slot *ccurl_slot_create(void);
void ccurl_slot_destroy(ccurl_slot *slot);

/// Does a GET and waits for its end. Redirects are not followed.
ccurl_response ccurl_slot_get(ccurl_slot *slot, const ccurl_request *request);

/// Makes the transfer under way, or else the next one, end at once as cancelled.
void ccurl_slot_cancel(ccurl_slot *slot);

/// Forgets a cancellation that came too late for its transfer.
void ccurl_slot_rearm(ccurl_slot *slot);

#endif
