// What only the build knows. In C because a Swift compilation takes no strings from the command line.
#ifndef CBUILDINFO_H
#define CBUILDINFO_H

/// The commit that the program was built from, or "unknown".
const char *dify_exporter_revision(void);

#endif
