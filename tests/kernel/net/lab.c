/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lab.c - the running Linux as a place for experiments. Everything lives in an unnamed network
 * namespace, so that nothing is left behind however the process ends.
 */
#include "lab.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What <linux/bpf.h> of an older kernel lacks. */
#define LAB_TCX_INGRESS 46
#define LAB_TCX_EGRESS	47

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static long bpf(int cmd, union bpf_attr *attr, u32 size)
{
	return syscall(__NR_bpf, cmd, attr, size);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0) {
		if (fd >= 0)
			close(fd);
		return; /* a kernel without IPv6 has nothing to silence */
	}
	close(fd);
}

const char *lab_enter(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1};
	cpu_set_t one;
	int map;

	if (geteuid() != 0)
		return "needs root";
	map = (int)bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	if (map < 0)
		return "bpf(2) is not to be had here";
	close(map);
	if (system("ip -V >/dev/null 2>&1") || system("tc -V >/dev/null 2>&1"))
		return "needs ip and tc (iproute2)";
	if (unshare(CLONE_NEWNET))
		return "network namespaces are not to be had here";

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	write_file("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	lab_run("ip link set lo up");
	return NULL;
}

void lab_run(const char *fmt, ...)
{
	char command[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(command, sizeof(command), fmt, args);
	va_end(args);
	if (system(command)) {
		printf("Bail out! this command failed: %s\n", command);
		exit(1);
	}
}

int lab_map(u32 size)
{
	union bpf_attr attr = {.map_type = BPF_MAP_TYPE_ARRAY,
			       .key_size = 4,
			       .value_size = size,
			       .max_entries = 1};
	int fd = (int)bpf(BPF_MAP_CREATE, &attr, sizeof(attr));

	if (fd < 0)
		die("BPF_MAP_CREATE");
	return fd;
}

void lab_map_read(int map, void *value)
{
	u32 key = 0;
	union bpf_attr attr = {
		.map_fd = (u32)map, .key = (uintptr_t)&key, .value = (uintptr_t)value};

	if (bpf(BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr)))
		die("BPF_MAP_LOOKUP_ELEM");
}

void lab_map_write(int map, const void *value)
{
	u32 key = 0;
	union bpf_attr attr = {
		.map_fd = (u32)map, .key = (uintptr_t)&key, .value = (uintptr_t)value};

	if (bpf(BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr)))
		die("BPF_MAP_UPDATE_ELEM");
}

int lab_prog(const struct bpf_insn *insns, u32 cnt, int map)
{
	static char log[65536];
	struct bpf_insn *copy = malloc(cnt * sizeof(*copy));
	union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_SCHED_CLS,
			       .insn_cnt = cnt,
			       .license = (uintptr_t) "GPL"};
	int fd;

	if (!copy)
		die("malloc");
	memcpy(copy, insns, cnt * sizeof(*copy));
	for (u32 i = 0; i < cnt; i++) {
		if (!insn_is_ld_imm64(&copy[i]))
			continue;
		if (copy[i].src_reg)
			copy[i].imm = map;
		i++;
	}
	attr.insns = (uintptr_t)copy;
	fd = (int)bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd < 0) {
		attr.log_buf = (uintptr_t)log;
		attr.log_size = sizeof(log);
		attr.log_level = 1;
		bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
		printf("Bail out! BPF_PROG_LOAD: %s\n%s\n", strerror(errno), log);
		exit(1);
	}
	free(copy);
	return fd;
}

int lab_attach_tcx(int prog, u32 ifindex, enum hook hook)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = (u32)prog;
	attr.link_create.target_ifindex = ifindex;
	attr.link_create.attach_type = hook == HOOK_INGRESS ? LAB_TCX_INGRESS : LAB_TCX_EGRESS;
	fd = (int)bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
	if (fd < 0)
		die("BPF_LINK_CREATE at a tcx hook");
	return fd;
}

/* One rtnetlink request, built from front to back. */
struct request {
	struct nlmsghdr head;
	union {
		struct tcmsg tc;
		struct ifinfomsg link;
	};
	u8 attrs[512];
};

static void *request_end(struct request *request)
{
	return (u8 *)request + NLMSG_ALIGN(request->head.nlmsg_len);
}

static void request_attr(struct request *request, u16 type, const void *data, u16 len)
{
	struct rtattr *attr = request_end(request);

	attr->rta_type = type;
	attr->rta_len = (u16)RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(attr), data, len);
	request->head.nlmsg_len =
		NLMSG_ALIGN(request->head.nlmsg_len) + (u32)RTA_ALIGN(attr->rta_len);
}

/* Send @request; the first message of the answer to @reply. 0 or -errno. */
static int request_send(struct request *request, void *reply, size_t size)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct nlmsghdr *head = reply;
	ssize_t n;

	if (fd < 0)
		die("socket(AF_NETLINK)");
	if (send(fd, request, request->head.nlmsg_len, 0) < 0)
		die("send(AF_NETLINK)");
	n = recv(fd, reply, size, 0);
	close(fd);
	if (n < (ssize_t)sizeof(*head))
		die("recv(AF_NETLINK)");
	if (head->nlmsg_type == NLMSG_ERROR)
		return ((struct nlmsgerr *)NLMSG_DATA(head))->error;
	return 0;
}

static void add_clsact(u32 ifindex)
{
	struct request request = {
		.head = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct tcmsg)),
			 .nlmsg_type = RTM_NEWQDISC,
			 .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL},
		.tc = {.tcm_ifindex = (int)ifindex,
		       .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
		       .tcm_parent = TC_H_CLSACT}};
	u8 reply[4096];
	int err;

	request_attr(&request, TCA_KIND, "clsact", sizeof("clsact"));
	err = request_send(&request, reply, sizeof(reply));
	if (err && err != -EEXIST) {
		errno = -err;
		die("adding clsact");
	}
}

void lab_attach_clsact(int prog, u32 ifindex, enum hook hook, u32 prio, u32 classid, be16 protocol,
		       bool direct)
{
	u32 parent =
		TC_H_MAKE(TC_H_CLSACT, hook == HOOK_INGRESS ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS);
	struct request request = {
		.head = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct tcmsg)),
			 .nlmsg_type = RTM_NEWTFILTER,
			 .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL},
		.tc = {.tcm_ifindex = (int)ifindex,
		       .tcm_parent = parent,
		       .tcm_info = TC_H_MAKE(prio << 16, protocol)}};
	u32 fd = (u32)prog, flags = TCA_BPF_FLAG_ACT_DIRECT;
	struct rtattr *options;
	u8 reply[4096];
	int err;

	add_clsact(ifindex);
	request_attr(&request, TCA_KIND, "bpf", sizeof("bpf"));
	options = request_end(&request);
	request_attr(&request, TCA_OPTIONS, NULL, 0);
	request_attr(&request, TCA_BPF_FD, &fd, sizeof(fd));
	request_attr(&request, TCA_BPF_NAME, "lab", sizeof("lab"));
	if (classid)
		request_attr(&request, TCA_BPF_CLASSID, &classid, sizeof(classid));
	if (direct)
		request_attr(&request, TCA_BPF_FLAGS, &flags, sizeof(flags));
	options->rta_len = (u16)((u8 *)request_end(&request) - (u8 *)options);
	err = request_send(&request, reply, sizeof(reply));
	if (err) {
		errno = -err;
		die("adding a bpf classifier");
	}
}

int lab_send(u32 ifindex, const void *frame, u32 len)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)ifindex};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	int room = 4 << 20, ret = 0;

	if (fd < 0)
		die("socket(AF_PACKET)");
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	if (sendto(fd, frame, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		ret = -errno;
	close(fd);
	lab_settle();
	return ret;
}

void lab_settle(void)
{
	usleep(300);
}

int lab_tun(const char *name, u32 ifindex)
{
	struct ifreq ifr = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		die("/dev/net/tun");
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFINDEX, &ifindex) || ioctl(fd, TUNSETIFF, &ifr) ||
	    ioctl(fd, TUNSETPERSIST, 1))
		die("TUNSETIFF");
	return fd;
}

/* Attribute @type of the device, at most @size bytes of it, to @to. */
static void link_attr(u32 ifindex, u16 type, void *to, size_t size)
{
	struct request request = {.head = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
					   .nlmsg_type = RTM_GETLINK,
					   .nlmsg_flags = NLM_F_REQUEST},
				  .link = {.ifi_index = (int)ifindex}};
	static u8 reply[65536];
	struct nlmsghdr *head = (void *)reply;
	struct rtattr *attr;
	int left, err;

	err = request_send(&request, reply, sizeof(reply));
	if (err) {
		errno = -err;
		die("RTM_GETLINK");
	}
	attr = IFLA_RTA(NLMSG_DATA(head));
	left = (int)IFLA_PAYLOAD(head);
	memset(to, 0, size);
	for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left)) {
		if (attr->rta_type != type)
			continue;
		memcpy(to, RTA_DATA(attr), min((size_t)RTA_PAYLOAD(attr), size));
		return;
	}
	errno = ENODATA;
	die("RTM_GETLINK");
}

void lab_stats(u32 ifindex, struct device_stats *stats)
{
	struct rtnl_link_stats64 all;

	link_attr(ifindex, IFLA_STATS64, &all, sizeof(all));
	*stats = (struct device_stats){
		.rx_packets = all.rx_packets,
		.rx_bytes = all.rx_bytes,
		.rx_dropped = all.rx_dropped,
		.tx_packets = all.tx_packets,
		.tx_bytes = all.tx_bytes,
		.tx_dropped = all.tx_dropped,
	};
}

bool lab_running(u32 ifindex)
{
	u8 operstate;

	link_attr(ifindex, IFLA_OPERSTATE, &operstate, sizeof(operstate));
	return operstate == IF_OPER_UP;
}
