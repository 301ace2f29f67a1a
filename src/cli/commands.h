/* SPDX-License-Identifier: BSD-2-Clause */
/* commands.h - the subcommands, one cmd_*.c each. */
#ifndef SKIFF_CLI_COMMANDS_H
#define SKIFF_CLI_COMMANDS_H

#include "cli/opt.h"

extern const struct command command_run;
extern const struct command command_verify;
extern const struct command command_dump;
extern const struct command command_helpers;

#endif
