/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * write.c - the writer of captures: which form a name asks for, and where each frame goes.
 *
 * Both formats are written in this machine's byte order with nanoseconds, and hold nothing of the
 * moment or the machine: the same frames give the same bytes.
 */
#include "capture/write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BUFFER	      (256u * 1024) /* bytes, of the one file */
#define FOLDER_BUFFER (32u * 1024)  /* bytes, of each file of a folder */

enum form {
	FORM_PCAP,
	FORM_PCAPNG,
	FORM_FOLDER, /* of .pcap */
};

struct capture_writer {
	enum form form;
	u32 interface_cnt;
	u32 sink_cnt;
	bool *left_out;	     /* .pcap: interfaces of another link type */
	struct sink sinks[]; /* one, or one an interface */
};

static bool ends_in(const char *path, const char *ending)
{
	size_t len = strlen(path), ending_len = strlen(ending);

	return len > ending_len && !strcmp(path + len - ending_len, ending);
}

static int form_of(const char *path, enum form *form, struct error *err)
{
	struct stat st;
	bool exists = stat(path, &st) == 0;

	if (!strcmp(path, "-") || ends_in(path, ".pcapng"))
		*form = FORM_PCAPNG;
	else if (ends_in(path, "/") || (exists && S_ISDIR(st.st_mode)))
		*form = FORM_FOLDER;
	else if (ends_in(path, ".pcap") || ends_in(path, ".cap"))
		*form = FORM_PCAP;
	else if (exists && !S_ISREG(st.st_mode))
		*form = FORM_PCAPNG; /* a pipe with a name, a device */
	else
		return error_set(
			err, -EINVAL,
			"%s: the name decides what is written: let it end in .pcapng, .pcap, or "
			"/ for a folder, or give - for standard output",
			path);
	return 0;
}

static int open_pcap(struct capture_writer *writer, const char *path,
		     const struct capture_interface *interfaces, u32 cnt, struct error *err)
{
	const struct capture_interface *first = NULL;
	int code;

	for (u32 i = 0; i < cnt && !first; i++)
		first = interfaces[i].optional ? NULL : &interfaces[i];
	if (!first && cnt)
		first = interfaces;
	for (u32 i = 0; i < cnt; i++) {
		writer->left_out[i] = interfaces[i].linktype != first->linktype;
		if (writer->left_out[i] && !interfaces[i].optional)
			return error_set(
				err, -EINVAL,
				"%s: a .pcap has one link type, but %s has %u and %s has %u; "
				"write a .pcapng or a folder",
				path, first->name, first->linktype, interfaces[i].name,
				interfaces[i].linktype);
	}
	code = sink_open(&writer->sinks[0], path, BUFFER, err);
	if (code)
		return code;
	writer->sink_cnt = 1;
	return write_pcap_header(&writer->sinks[0], first ? first->linktype : LINKTYPE_ETHERNET,
				 err);
}

static int open_pcapng(struct capture_writer *writer, const char *path,
		       const struct capture_interface *interfaces, u32 cnt, struct error *err)
{
	int code = sink_open(&writer->sinks[0], path, BUFFER, err);

	if (code)
		return code;
	writer->sink_cnt = 1;
	return write_pcapng_header(&writer->sinks[0], interfaces, cnt, err);
}

static int open_folder(struct capture_writer *writer, const char *path,
		       const struct capture_interface *interfaces, u32 cnt, struct error *err)
{
	if (mkdir(path, 0777) && errno != EEXIST)
		return error_set(err, -errno, "cannot create the folder %s: %s", path,
				 strerror(errno));
	for (u32 i = 0; i < cnt; i++) {
		struct sink *sink = &writer->sinks[i];
		char *file;
		int code;

		if (strchr(interfaces[i].name, '/'))
			return error_set(err, -EINVAL, "%s: %s is no name for a file in a folder",
					 path, interfaces[i].name);
		if (asprintf(&file, "%s%s%s.pcap", path, ends_in(path, "/") ? "" : "/",
			     interfaces[i].name) < 0)
			return error_set(err, -ENOMEM, "no memory to write %s", path);
		code = sink_open(sink, file, FOLDER_BUFFER, err);
		free(file);
		if (code)
			return code;
		writer->sink_cnt++;
		code = write_pcap_header(sink, interfaces[i].linktype, err);
		if (code)
			return code;
	}
	return 0;
}

int capture_create(const char *path, const struct capture_interface *interfaces, u32 cnt,
		   struct capture_writer **writer, struct error *err)
{
	struct capture_writer *new;
	enum form form;
	int code = form_of(path, &form, err);

	if (code)
		return code;
	new = calloc(1, sizeof(*new) + max(cnt, 1u) * sizeof(new->sinks[0]));
	if (new)
		new->left_out = calloc(max(cnt, 1u), sizeof(*new->left_out));
	if (!new || !new->left_out) {
		free(new);
		return error_set(err, -ENOMEM, "no memory to write %s", path);
	}
	new->form = form;
	new->interface_cnt = cnt;
	switch (form) {
	case FORM_PCAP:
		code = open_pcap(new, path, interfaces, cnt, err);
		break;
	case FORM_PCAPNG:
		code = open_pcapng(new, path, interfaces, cnt, err);
		break;
	case FORM_FOLDER:
		code = open_folder(new, path, interfaces, cnt, err);
		break;
	}
	if (code) {
		capture_finish(new, NULL);
		return code;
	}
	*writer = new;
	return 0;
}

int capture_write(struct capture_writer *writer, const struct capture_packet *packet,
		  struct error *err)
{
	struct sink *sink;

	if (unlikely(packet->interface >= writer->interface_cnt))
		return error_set(err, -EINVAL, "a frame of interface %u of %u", packet->interface,
				 writer->interface_cnt);
	sink = &writer->sinks[writer->form == FORM_FOLDER ? packet->interface : 0];
	if (unlikely(writer->left_out[packet->interface]))
		return error_set(
			err, -EINVAL,
			"%s: a .pcap has one link type, and a frame of interface %u has another; "
			"write a .pcapng or a folder",
			sink->name, packet->interface);
	if (unlikely(packet->len > CAPTURE_LEN_MAX))
		return error_set(err, -EMSGSIZE,
				 "%s: a frame of %u bytes, more than the %u that a capture holds",
				 sink->name, packet->len, CAPTURE_LEN_MAX);
	if (writer->form == FORM_PCAPNG)
		return write_pcapng_frame(sink, packet, err);
	return write_pcap_frame(sink, packet, err);
}

bool capture_keeps_comments(const struct capture_writer *writer)
{
	return writer->form == FORM_PCAPNG;
}

int capture_finish(struct capture_writer *writer, struct error *err)
{
	int result = 0;

	for (u32 i = 0; i < writer->sink_cnt; i++) {
		int code = sink_close(&writer->sinks[i], result ? NULL : err);

		if (!result)
			result = code;
	}
	free(writer->left_out);
	free(writer);
	return result;
}
