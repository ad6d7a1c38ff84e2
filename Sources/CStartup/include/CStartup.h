// What has to happen in the program before its first line. Only the program links this.
#ifndef CSTARTUP_H
#define CSTARTUP_H

/// SIGINT, SIGTERM and SIGHUP are caught from before `main` on, so that none is lost and none ends the program half-way. Here
/// each of them appears as a byte with its number; -1 where that could not be set up, and signals act as the system has it.
int cstartup_signals(void);

/// Lets signals act as the program's starter had it; those that have come meanwhile act now.
void cstartup_release_signals(void);

#endif
