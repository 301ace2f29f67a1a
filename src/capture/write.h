/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * write.h - what the two formats that are written share: a writer is one sink (or, for a folder,
 * one an interface) and the format of what goes in. write.c is where to start.
 */
#ifndef SKIFF_CAPTURE_WRITE_H
#define SKIFF_CAPTURE_WRITE_H

#include "capture/capture.h"
#include "capture/format.h"
#include "capture/sink.h"

/* The file header of a .pcap: nanoseconds, one link type. */
int write_pcap_header(struct sink *sink, u32 linktype, struct error *err);
int write_pcap_frame(struct sink *sink, const struct capture_packet *packet, struct error *err);

/* The section header and one description block an interface. */
int write_pcapng_header(struct sink *sink, const struct capture_interface *interfaces, u32 cnt,
			struct error *err);
int write_pcapng_frame(struct sink *sink, const struct capture_packet *packet, struct error *err);

#endif
