/* libcurl. Its setters and getters are variadic, which Swift cannot call: one wrapper a kind. */
#pragma once
#include <curl/curl.h>

typedef size_t (*verbatim_curl_sink)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode verbatim_curl_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode verbatim_curl_set_text(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode verbatim_curl_set_headers(CURL *easy, struct curl_slist *headers) {
  return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
}

/* The body is copied. */
static inline CURLcode verbatim_curl_set_body(CURL *easy, const void *bytes, long count) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, count);
  return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, bytes);
}

static inline CURLcode verbatim_curl_set_sink(
    CURL *easy, verbatim_curl_sink sink, void *context) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, sink);
  return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}

/* 0 when no answer has come. */
static inline long verbatim_curl_status(CURL *easy) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

/* NULL when the answer named none; valid until the handle is used again. */
static inline const char *verbatim_curl_content_type(CURL *easy) {
  const char *type = NULL;
  curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
  return type;
}

/* The last header of this name in the last answer, NULL when there is none; valid until the next
   call with the same handle. */
static inline const char *verbatim_curl_header(CURL *easy, const char *name) {
  struct curl_header *header = NULL;
  return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value
                                                                                : NULL;
}

/* A transfer that is over: its handle, or NULL when there is none; its result in `result`. */
static inline CURL *verbatim_curl_next_done(CURLM *multi, CURLcode *result) {
  int left = 0;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left)) != NULL) {
    if (message->msg != CURLMSG_DONE) continue;
    *result = message->data.result;
    return message->easy_handle;
  }
  return NULL;
}
