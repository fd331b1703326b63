/* libcurl; the companion adds static inline wrappers of the variadic calls here. */
#pragma once
#include <curl/curl.h>
