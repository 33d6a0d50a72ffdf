#include "probe/post_attach_mark.hpp"

// The empty assembly keeps the compiler from leaving out calls of a function that does nothing.
extern "C" __attribute__((noinline, used, visibility("default"))) void post_attach_mark() {
  asm volatile("");
}
