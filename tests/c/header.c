/* The header stands alone: nothing is included before it, and a second time does no harm. */
#include <meetgate.h>
#include <meetgate.h>

const char *version_of_the_library(void);

const char *version_of_the_library(void) {
  return meetgate_abi_version() == MEETGATE_ABI_VERSION ? meetgate_version() : MEETGATE_VERSION;
}
