/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_run.c - skiff run: programs over captures. The options, and the order in which things are
 * done; run.h says where each of them is.
 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/run.h"

#define AT(field) offsetof(struct run_args, field)

static const struct opt opts[] = {
	ROW_LIST('d', "dev", "NAME[,KEY=VALUE]...", devs,
		 "add a device (ifindex 2, 3, ... in this order; lo is 1):\n"
		 "rx=FILE   frames that arrive from the wire\n"
		 "tx=FILE   frames that the host sends\n"
		 "type=     ether (default), veth, ifb, dummy or tun\n"
		 "peer=NAME mtu=N mac=ADDR ifindex=N qlen=N rate=BITS\n"
		 "down nocarrier noreader"),
	ROW_LIST('a', "attach", "DEV:HOOK[=PROGRAM]", attaches,
		 "put a program ([OBJECT:]PROGRAM) on a hook, ingress\n"
		 "or egress; without any -a, the section names say where"),
	ROW_LIST(0, "map", "NAME[KEY]=VALUE", presets,
		 "preset a map entry: numbers (5, 0x1f, 1,2,3), addresses\n"
		 "(192.0.2.1, 2001:db8::1, 02:00:00:00:00:01, 10.0.0.0/8),\n"
		 "bytes (hex:de ad be ef), or a program's name"),
	ROW_LIST(0, "listen", "MAP", listens,
		 "read the records that programs send through a perf event\n"
		 "array or a ring buffer, and print them"),
	ROW_TEXT('w', "write", "FILE", write,
		 "write every frame that left by a door: .pcapng, .pcap,\n"
		 "or a folder for one file a device"),
	ROW_FLAG(0, "trace", trace, "the journey of each packet, a line an event"),
	ROW_U64(0, "limit", "N", limit, 0, "hook runs one frame may cause (100000; 0: no limit)"),
	ROW_U64(0, "seed", "N", seed, 0, "of the random numbers programs get (0)"),
	ROW_LATER("engine"),
	ROW_LATER("realtime"),
};

static const char detail[] =
	"A FILE is a pcap or pcapng capture; \"-\" is standard input or output. Time is\n"
	"the captures' own: a run depends on nothing else and always gives the same.\n"
	"\n"
	"examples:\n"
	"  skiff run -d mon0 -d eth0,tx=traffic.pcap mirror.o\n"
	"      mon0 is ifindex 2, eth0 is 3; what mirror.o has in section tc/egress\n"
	"      sees every frame that eth0 sends\n"
	"  skiff run -d eth0,rx=in.pcapng -d eth1 -a eth0:ingress=to_eth1 \\\n"
	"            --map 'config[0]=3' -w out.pcapng --trace prog.o\n"
	"\n"
	"Exit status: 0 done; 1 a program was refused, or the limit was reached;\n"
	"2 called wrongly, or a file could not be read or written.";

/* Everything up to the first frame. */
static int set_up(struct job *job)
{
	int (*const steps[])(struct job *) = {
		job_parse,	 job_open_captures, job_open_objects, job_choose,	job_load,
		job_preset_maps, job_listen_maps,   job_build_world,  job_open_outputs,
	};

	for (u32 i = 0; i < ARRAY_SIZE(steps); i++) {
		int code = steps[i](job);

		if (code)
			return code;
	}
	return 0;
}

static int status(const struct job *job, int code)
{
	if (!code)
		return EXIT_OK;
	complain("%s", job->err.text);
	if (job->explanation)
		fprintf(stderr, "%s\n", job->explanation);
	return job->refused ? EXIT_NO : EXIT_WRONG;
}

/* The captures, then what there is to tell, even of a run that failed half way. */
static int run(struct job *job)
{
	int code = job_feed(job), closed;
	struct error first = job->err;

	closed = job_close_outputs(job);
	if (code)
		job->err = first;
	else
		code = closed;
	return status(job, job_report(job, code));
}

static void set_defaults(void *args)
{
	((struct run_args *)args)->limit = 100000;
}

static int run_main(void *args)
{
	struct job job = {.args = args};
	int ret, code;

	tally_init(&job.tally);
	code = set_up(&job);
	ret = code ? status(&job, code) : run(&job);
	job_free(&job);
	return ret;
}

const struct command command_run = {
	.name = "run",
	.operands = "OBJECT...",
	.operand_min = 1,
	.operand_max = UINT32_MAX,
	.summary = "Run the tc programs in eBPF objects over captured frames, in a small world of\n"
		   "network devices, and say where each frame and each clone went.",
	.detail = detail,
	.opts = opts,
	.opt_cnt = ARRAY_SIZE(opts),
	.args_size = sizeof(struct run_args),
	.defaults = set_defaults,
	.run = run_main,
};
