/*
 * A line of text a message with all of its fields, as one would print a capture to compare it with GNU diff: what
 * GNU diff is not shown, it cannot find. Bit fields are printed as one number, which is the least that tells them
 * apart. Record number and offset are left out, because one more message would change every line after it. A
 * comparison for bench/bench.ts.
 */
#include <inttypes.h>

#include "message.h"

#ifndef KEY_FIELDS_ONLY
#define KEY_FIELDS_ONLY false /* print-key-text.c: without what one would leave out of a log to read */
#endif

static const char *or_nothing(const char *name)
{
	return name ? name : "";
}

static void print_instruction(const uint8_t *bytes, unsigned count)
{
	fputs(" bytes ", stdout);
	for (unsigned i = 0; i < count && i < 16; i++)
		printf("%02x", bytes[i]);
}

static void print_segment(const char *name, const struct segment *segment)
{
	if (KEY_FIELDS_ONLY) {
		if (name[0] == 'c')
			printf(" cs 0x%x", segment->selector);
		return;
	}
	printf(" %s 0x%x base 0x%" PRIx64 " limit 0x%x attributes 0x%x", name, segment->selector, segment->base,
	       segment->limit, segment->attributes);
}

static void print_header(const char *type, const struct intercept_header *header)
{
	printf("vp %u %s %s rip 0x%016" PRIx64 " rflags 0x%" PRIx64 " state 0x%x length %u cr8 %u",
	       header->vp_index, type, ACCESS_NAMES[header->access_type], header->rip, header->rflags,
	       header->execution_state, header->instruction_length, header->cr8);
	print_segment("cs", &header->cs);
}

static void print_payload(const struct message *message)
{
	switch (message->type) {
	case IO_PORT_INTERCEPT: {
		const struct io_port *io = &message->io_port;

		print_header("io-port", &io->header);
		printf(" port 0x%x %s info 0x%x rax 0x%" PRIx64 " rcx 0x%" PRIx64 " rsi 0x%" PRIx64 " rdi 0x%" PRIx64,
		       io->port_number, or_nothing(FIND_NAME(PORT_NAMES, io->port_number)), io->access_info, io->rax,
		       io->rcx, io->rsi, io->rdi);
		print_instruction(io->instruction_bytes, io->instruction_byte_count);
		print_segment("ds", &io->ds);
		print_segment("es", &io->es);
		break;
	}
	case MSR_INTERCEPT: {
		const struct msr *msr = &message->msr;

		print_header("msr", &msr->header);
		printf(" msr 0x%x %s rdx 0x%" PRIx64 " rax 0x%" PRIx64, msr->msr_number,
		       or_nothing(FIND_NAME(MSR_NAMES, msr->msr_number)), msr->rdx, msr->rax);
		break;
	}
	case CPUID_INTERCEPT: {
		const struct cpuid *cpuid = &message->cpuid;

		print_header("cpuid", &cpuid->header);
		printf(" rax 0x%" PRIx64 " rcx 0x%" PRIx64 " rdx 0x%" PRIx64 " rbx 0x%" PRIx64 " default 0x%" PRIx64
		       " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64,
		       cpuid->rax, cpuid->rcx, cpuid->rdx, cpuid->rbx, cpuid->default_rax, cpuid->default_rcx,
		       cpuid->default_rdx, cpuid->default_rbx);
		break;
	}
	case UNMAPPED_GPA:
	case GPA_INTERCEPT: {
		const struct memory *memory = &message->memory;

		print_header("memory", &memory->header);
		printf(" gpa 0x%" PRIx64 " gva 0x%" PRIx64 " cache %u info 0x%x tpr %u", memory->guest_physical_address,
		       memory->guest_virtual_address, memory->cache_type, memory->access_info, memory->tpr_priority);
		print_instruction(memory->instruction_bytes, memory->instruction_byte_count);
		break;
	}
	case EXCEPTION_INTERCEPT: {
		const struct exception *exception = &message->exception;

		print_header("exception", &exception->header);
		printf(" vector %u %s error 0x%x parameter 0x%" PRIx64 " rax 0x%" PRIx64 " rcx 0x%" PRIx64
		       " rdx 0x%" PRIx64 " rbx 0x%" PRIx64 " rsp 0x%" PRIx64 " rbp 0x%" PRIx64 " rsi 0x%" PRIx64
		       " rdi 0x%" PRIx64,
		       exception->vector, or_nothing(FIND_NAME(EXCEPTION_NAMES, exception->vector)),
		       exception->error_code, exception->parameter, exception->rax, exception->rcx, exception->rdx,
		       exception->rbx, exception->rsp, exception->rbp, exception->rsi, exception->rdi);
		if (!KEY_FIELDS_ONLY)
			printf(" r8 0x%" PRIx64 " r9 0x%" PRIx64 " r10 0x%" PRIx64 " r11 0x%" PRIx64 " r12 0x%" PRIx64
			       " r13 0x%" PRIx64 " r14 0x%" PRIx64 " r15 0x%" PRIx64 " info 0x%x",
			       exception->r8, exception->r9, exception->r10, exception->r11, exception->r12,
			       exception->r13, exception->r14, exception->r15, exception->info);
		print_instruction(exception->instruction_bytes, exception->instruction_byte_count);
		print_segment("ds", &exception->ds);
		print_segment("ss", &exception->ss);
		break;
	}
	case HYPERCALL_INTERCEPT: {
		const struct hypercall *call = &message->hypercall;

		print_header("hypercall", &call->header);
		printf(" %s rcx 0x%" PRIx64 " rax 0x%" PRIx64 " rbx 0x%" PRIx64 " rdx 0x%" PRIx64 " r8 0x%" PRIx64
		       " rsi 0x%" PRIx64 " rdi 0x%" PRIx64,
		       or_nothing(FIND_NAME(HYPERCALL_NAMES, call->rcx & 0xffff)), call->rcx, call->rax, call->rbx,
		       call->rdx, call->r8, call->rsi, call->rdi);
		if (KEY_FIELDS_ONLY)
			break;
		for (int i = 0; i < 6; i++)
			printf(" xmm%d 0x%016" PRIx64 "%016" PRIx64, i, call->xmm[i][1], call->xmm[i][0]);
		printf(" flags 0x%x", call->flags);
		break;
	}
	case HALT:
		print_header("halt", &message->header);
		break;
	case APIC_EOI:
		printf("vp %u apic-eoi vector 0x%x", message->apic_eoi.vp_index, message->apic_eoi.interrupt_vector);
		break;
	default:
		printf("type 0x%x", message->type);
	}
}

int main(int argc, char **argv)
{
	FILE *file = open_capture(argc, argv);
	struct message message;

	while (fread(&message, sizeof(message), 1, file) == 1) {
		print_payload(&message);
		if (!KEY_FIELDS_ONLY)
			printf(" size %u pending %u", message.payload_size, message.flags & 1);
		printf(" sender %" PRIu64 "\n", message.sender);
	}
	return close_all(file);
}
