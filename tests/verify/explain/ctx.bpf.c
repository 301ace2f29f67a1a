/* SPDX-License-Identifier: BSD-2-Clause */
/* The context: fields, widths, rights, and that its pointer stays as it is. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int write_len(struct __sk_buff *skb)
{
	skb->len = 60;
	return TC_ACT_OK;
}

SEC("tc")
int narrow_write(struct __sk_buff *skb)
{
	*(volatile __u8 *)&skb->mark = 1;
	return TC_ACT_OK;
}

SEC("tc")
int narrow_data(struct __sk_buff *skb)
{
	return *(volatile __u16 *)&skb->data;
}

SEC("tc")
int socket_field(struct __sk_buff *skb)
{
	return skb->remote_port;
}

SEC("lwt_xmit")
int tstamp_in_lwt(struct __sk_buff *skb)
{
	return skb->tstamp != 0;
}

SEC("lwt_out")
int tc_index_in_lwt(struct __sk_buff *skb)
{
	skb->tc_index = 1;
	return BPF_OK;
}

SEC("tc")
int outside(struct __sk_buff *skb)
{
	return *(volatile __u32 *)((void *)skb + 192);
}

SEC("tc")
int moved(struct __sk_buff *skb)
{
	asm volatile("%0 += 8\n"
		     "r1 = *(u32 *)(%0 + 0)"
		     : "+r"(skb)
		     :
		     : "r1");
	return TC_ACT_OK;
}

SEC("tc")
int moved_argument(struct __sk_buff *skb)
{
	bpf_clone_redirect((void *)&skb->cb, 2, 0);
	return TC_ACT_OK;
}

SEC("tc")
int variable_index(struct __sk_buff *skb)
{
	return skb->cb[skb->mark & 3];
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
