/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * read_other.c - every format skiff does not read itself, through libpcap: old versions of pcap
 * and vendors' variants. libpcap is given a stream that reads from skiff's source, so a pipe works
 * too; whether it knows the format is its decision, and its sentence is passed on.
 */
#include "capture/read.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

/* For fopencookie(3): up to @size bytes of the source. */
static ssize_t stream_read(void *cookie, char *to, size_t size)
{
	struct source *source = &((struct capture_reader *)cookie)->source;
	const u8 *bytes = source_peek(source, 1);
	u32 n;

	if (!bytes) {
		errno = source->error;
		return source->error ? -1 : 0;
	}
	n = (u32)min(size, (size_t)source_left(source));
	memcpy(to, bytes, n);
	source_advance(source, n);
	return n;
}

static int next(struct capture_reader *reader, struct capture_frame *frame, struct error *err)
{
	u64 offset = source_offset(&reader->source);
	struct pcap_pkthdr *header;
	const u_char *bytes;

	switch (pcap_next_ex(reader->pcap, &header, &bytes)) {
	case 1:
		break;
	case PCAP_ERROR_BREAK:
		return 0;
	default:
		if (reader->source.error)
			return read_cut(reader, offset, "a record", err);
		return read_damaged(reader, offset, err, "libpcap: %s", pcap_geterr(reader->pcap));
	}
	if (header->caplen > CAPTURE_LEN_MAX)
		return read_damaged(reader, offset, err,
				    "the record claims %u captured bytes, more than %u",
				    header->caplen, CAPTURE_LEN_MAX);
	frame->time = (u64)header->ts.tv_sec * 1000000000 + (u64)header->ts.tv_usec;
	frame->bytes = bytes;
	frame->len = header->caplen;
	frame->wire_len = max(header->len, header->caplen);
	frame->linktype = reader->linktype;
	return 1;
}

int read_other_open(struct capture_reader *reader, struct error *err)
{
	FILE *stream = fopencookie(reader, "r", (cookie_io_functions_t){.read = stream_read});
	char why[PCAP_ERRBUF_SIZE];

	if (!stream)
		return error_set(err, -ENOMEM, "no memory to read %s", reader->source.name);
	setvbuf(stream, NULL, _IONBF, 0); /* so that the source's offset is libpcap's */
	reader->pcap =
		pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, why);
	if (!reader->pcap) {
		fclose(stream);
		return error_set(
			err, -EBADMSG,
			"%s is not a capture that can be read: libpcap says \"%s\"; if it is "
			"one, convert it: editcap -F pcapng FILE NEW",
			reader->source.name, why);
	}
	/* libpcap speaks of DLT_ values; of those skiff knows, only this one's differs. */
	reader->linktype = (u32)pcap_datalink(reader->pcap);
	if (reader->linktype == DLT_RAW)
		reader->linktype = LINKTYPE_RAW;
	reader->next = next;
	return 0;
}

void read_other_close(struct capture_reader *reader)
{
	if (reader->pcap)
		pcap_close(reader->pcap);
	reader->pcap = NULL;
}
