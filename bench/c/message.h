/* HV_MESSAGE and the payloads that the benchmark captures hold (hvhdk), as the public headers lay them out. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "names.h" /* written by bench/bench.ts from src/messages/names */

#pragma pack(push, 1)

struct segment {
	uint64_t base;
	uint32_t limit;
	uint16_t selector;
	uint16_t attributes;
};

struct intercept_header {
	uint32_t vp_index;
	uint8_t instruction_length : 4;
	uint8_t cr8 : 4;
	uint8_t access_type;
	uint16_t execution_state;
	struct segment cs;
	uint64_t rip;
	uint64_t rflags;
};

struct io_port {
	struct intercept_header header;
	uint16_t port_number;
	uint8_t access_info;
	uint8_t instruction_byte_count;
	uint32_t reserved;
	uint64_t rax;
	uint8_t instruction_bytes[16];
	struct segment ds;
	struct segment es;
	uint64_t rcx, rsi, rdi;
};

struct msr {
	struct intercept_header header;
	uint32_t msr_number;
	uint32_t reserved;
	uint64_t rdx, rax;
};

struct cpuid {
	struct intercept_header header;
	uint64_t rax, rcx, rdx, rbx;
	uint64_t default_rax, default_rcx, default_rdx, default_rbx;
};

struct memory {
	struct intercept_header header;
	uint32_t cache_type;
	uint8_t instruction_byte_count;
	uint8_t access_info;
	uint8_t tpr_priority;
	uint8_t reserved;
	uint64_t guest_virtual_address;
	uint64_t guest_physical_address;
	uint8_t instruction_bytes[16];
};

struct exception {
	struct intercept_header header;
	uint16_t vector;
	uint8_t info;
	uint8_t instruction_byte_count;
	uint32_t error_code;
	uint64_t parameter;
	uint64_t reserved;
	uint8_t instruction_bytes[16];
	struct segment ds;
	struct segment ss;
	uint64_t rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
};

struct hypercall {
	struct intercept_header header;
	uint64_t rax, rbx, rcx, rdx, r8, rsi, rdi;
	uint64_t xmm[6][2];
	uint32_t flags;
	uint32_t reserved[3];
};

struct apic_eoi {
	uint32_t vp_index;
	uint32_t interrupt_vector;
};

struct message {
	uint32_t type;
	uint8_t payload_size;
	uint8_t flags;
	uint16_t reserved;
	uint64_t sender;
	union {
		uint8_t bytes[240];
		struct intercept_header header;
		struct io_port io_port;
		struct msr msr;
		struct cpuid cpuid;
		struct memory memory;
		struct exception exception;
		struct hypercall hypercall;
		struct apic_eoi apic_eoi;
	};
};

#pragma pack(pop)

_Static_assert(sizeof(struct message) == 256, "HV_MESSAGE");
_Static_assert(sizeof(struct intercept_header) == 0x28, "header");
_Static_assert(sizeof(struct io_port) == 0x80, "io port");
_Static_assert(sizeof(struct msr) == 0x40, "msr");
_Static_assert(sizeof(struct cpuid) == 0x68, "cpuid");
_Static_assert(sizeof(struct memory) == 0x50, "memory");
_Static_assert(sizeof(struct exception) == 0xf0, "exception");
_Static_assert(sizeof(struct hypercall) == 0xd0, "hypercall");

enum {
	UNMAPPED_GPA = 0x80000000,
	GPA_INTERCEPT = 0x80000001,
	HYPERCALL_INTERCEPT = 0x80000050,
	IO_PORT_INTERCEPT = 0x80010000,
	MSR_INTERCEPT = 0x80010001,
	CPUID_INTERCEPT = 0x80010002,
	EXCEPTION_INTERCEPT = 0x80010003,
	APIC_EOI = 0x80010004,
	HALT = 0x80010007,
};

static const char *const ACCESS_NAMES[] = {"read", "write", "execute"};

/* The name of a number in a sorted table of ranges, or NULL. */
static const char *find_name(const struct name_row *rows, size_t count, uint32_t value)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (value < rows[middle].first)
			high = middle;
		else if (value > rows[middle].last)
			low = middle + 1;
		else
			return rows[middle].name;
	}
	return NULL;
}

#define FIND_NAME(rows, value) find_name(rows, sizeof(rows) / sizeof((rows)[0]), value)

/* Opens the capture that the command line names, or says why not and ends. */
static FILE *open_capture(int argc, char **argv)
{
	FILE *file;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FILE\n", argv[0]);
		exit(2);
	}
	file = fopen(argv[1], "rb");
	if (!file) {
		perror(argv[1]);
		exit(2);
	}
	setvbuf(file, NULL, _IOFBF, 1 << 16);
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	return file;
}

/* Ends with the status that says whether everything was written. */
static int close_all(FILE *file)
{
	fclose(file);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 2;
}

#endif
