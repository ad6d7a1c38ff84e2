#include "CBuildInfo.h"

#ifndef DIFY_EXPORTER_REVISION
#define DIFY_EXPORTER_REVISION unknown
#endif

#define TEXT_OF(word) #word
#define TEXT(word) TEXT_OF(word)

const char *dify_exporter_revision(void) { return TEXT(DIFY_EXPORTER_REVISION); }
