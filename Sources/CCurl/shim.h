// Typed doors to the variadic functions of libcurl, which Swift cannot call. The function itself is passed in,
// because libcurl is loaded with dlopen on first use. No logic here.
#include <curl/curl.h>

typedef CURLcode (*nixlite_curl_easy_variadic)(CURL *handle, CURLoption option, ...);
typedef CURLcode (*nixlite_curl_info_variadic)(CURL *handle, CURLINFO info, ...);
typedef CURLMcode (*nixlite_curl_multi_variadic)(CURLM *handle, CURLMoption option, ...);

static inline CURLcode nixlite_curl_set_long(void *function, CURL *handle, CURLoption option, long value) {
    return ((nixlite_curl_easy_variadic)function)(handle, option, value);
}

static inline CURLcode nixlite_curl_set_offset(void *function, CURL *handle, CURLoption option, curl_off_t value) {
    return ((nixlite_curl_easy_variadic)function)(handle, option, value);
}

static inline CURLcode nixlite_curl_set_string(void *function, CURL *handle, CURLoption option, const char *value) {
    return ((nixlite_curl_easy_variadic)function)(handle, option, value);
}

static inline CURLcode nixlite_curl_set_pointer(void *function, CURL *handle, CURLoption option, void *value) {
    return ((nixlite_curl_easy_variadic)function)(handle, option, value);
}

static inline CURLcode nixlite_curl_set_callback(void *function, CURL *handle, CURLoption option,
                                                 curl_write_callback value) {
    return ((nixlite_curl_easy_variadic)function)(handle, option, value);
}

static inline CURLcode nixlite_curl_get_offset(void *function, CURL *handle, CURLINFO info, curl_off_t *value) {
    return ((nixlite_curl_info_variadic)function)(handle, info, value);
}

static inline CURLMcode nixlite_curl_multi_set_long(void *function, CURLM *handle, CURLMoption option, long value) {
    return ((nixlite_curl_multi_variadic)function)(handle, option, value);
}
