/* liblz4's frame API: the only door to LZ4 in this project. */
#pragma once
#include <lz4frame.h>
