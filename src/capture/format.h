/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * format.h - the numbers of the pcap and pcapng formats that reading and writing share.
 * From draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng.
 */
#ifndef SKIFF_CAPTURE_FORMAT_H
#define SKIFF_CAPTURE_FORMAT_H

#include "base/types.h"

#define PCAP_MAGIC_US	   0xa1b2c3d4u
#define PCAP_MAGIC_NS	   0xa1b23c4du
#define PCAP_FILE_HEADER   24u /* bytes */
#define PCAP_RECORD_HEADER 16u /* bytes */

#define PCAPNG_BYTE_ORDER 0x1a2b3c4du
#define PCAPNG_BLOCK_MIN  12u /* bytes: type, length, length again */

enum {
	BLOCK_SECTION = 0x0a0d0d0a, /* the same backwards */
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 2, /* obsolete */
	BLOCK_SIMPLE = 3,
	BLOCK_ENHANCED = 6,
};

/* Option codes count anew in each kind of block, but for the first two. */
enum {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	SECTION_APPLICATION = 4,
	INTERFACE_NAME = 2,
	INTERFACE_DESCRIPTION = 3,
	INTERFACE_MAC = 6,
	INTERFACE_TSRESOL = 9,
	INTERFACE_TSOFFSET = 14,
	ENHANCED_FLAGS = 2,
};

#endif
