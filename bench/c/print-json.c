/*
 * The JSON lines of `hvmsg decode --json`, byte for byte, by a C program with printf: what one would write to
 * look into a capture. It knows clean full-size messages of eight kinds and no others. A comparison for
 * bench/bench.ts.
 */
#include <inttypes.h>

#include "message.h"

#define HEX64 "\"0x%016" PRIx64 "\""

static const char *boolean(bool value)
{
	return value ? "true" : "false";
}

static const char *type_name(uint32_t type)
{
	switch (type) {
	case UNMAPPED_GPA: return "HvMessageTypeUnmappedGpa";
	case GPA_INTERCEPT: return "HvMessageTypeGpaIntercept";
	case HYPERCALL_INTERCEPT: return "HvMessageTypeHypercallIntercept";
	case IO_PORT_INTERCEPT: return "HvMessageTypeX64IoPortIntercept";
	case MSR_INTERCEPT: return "HvMessageTypeMsrIntercept";
	case CPUID_INTERCEPT: return "HvMessageTypeX64CpuidIntercept";
	case EXCEPTION_INTERCEPT: return "HvMessageTypeExceptionIntercept";
	case APIC_EOI: return "HvMessageTypeX64ApicEoi";
	case HALT: return "HvMessageTypeX64Halt";
	default: return NULL;
	}
}

static const char *cache_type_name(uint32_t type)
{
	switch (type) {
	case 0: return "uncached";
	case 1: return "writeCombining";
	case 4: return "writeThrough";
	case 5: return "writeProtected";
	default: return "writeBack";
	}
}

static void print_segment(const char *name, const struct segment *segment)
{
	uint16_t bits = segment->attributes;

	printf("\"%s\":{\"base\":" HEX64 ",\"limit\":%u,\"selector\":%u,\"attributes\":%u,\"segmentType\":%u,"
	       "\"nonSystemSegment\":%s,\"descriptorPrivilegeLevel\":%u,\"present\":%s,\"available\":%s,"
	       "\"long\":%s,\"default\":%s,\"granularity\":%s}",
	       name, segment->base, segment->limit, segment->selector, bits, bits & 15, boolean(bits & 1 << 4),
	       bits >> 5 & 3, boolean(bits & 1 << 7), boolean(bits & 1 << 12), boolean(bits & 1 << 13),
	       boolean(bits & 1 << 14), boolean(bits & 1 << 15));
}

static void print_flags(uint64_t rflags)
{
	static const struct {
		unsigned bit;
		const char *name;
	} FLAGS[] = {
		{0, "CF"}, {2, "PF"}, {4, "AF"}, {6, "ZF"}, {7, "SF"}, {8, "TF"}, {9, "IF"}, {10, "DF"},
		{11, "OF"}, {14, "NT"}, {16, "RF"}, {17, "VM"}, {18, "AC"}, {19, "VIF"}, {20, "VIP"}, {21, "ID"},
	};
	const char *separator = "";

	printf("\"rflags\":" HEX64 ",\"flags\":[", rflags);
	for (size_t i = 0; i < sizeof(FLAGS) / sizeof(FLAGS[0]); i++) {
		if (rflags >> FLAGS[i].bit & 1) {
			printf("%s\"%s\"", separator, FLAGS[i].name);
			separator = ",";
		}
	}
	printf("],\"iopl\":%u", (unsigned)(rflags >> 12 & 3));
}

static void print_header(const struct intercept_header *header)
{
	uint16_t state = header->execution_state;

	printf(",\"vpIndex\":%u,\"instructionLength\":%u,\"cr8\":%u,\"interceptAccessType\":[\"%s\"],"
	       "\"executionState\":{\"cpl\":%u,\"cr0Pe\":%s,\"cr0Am\":%s,\"eferLma\":%s,\"debugActive\":%s,"
	       "\"interruptionPending\":%s,\"vtl\":%u,\"enclaveMode\":%s,\"interruptShadow\":%s,"
	       "\"virtualizationFaultActive\":%s},",
	       header->vp_index, header->instruction_length, header->cr8, ACCESS_NAMES[header->access_type],
	       state & 3, boolean(state & 1 << 2), boolean(state & 1 << 3), boolean(state & 1 << 4),
	       boolean(state & 1 << 5), boolean(state & 1 << 6), state >> 7 & 15, boolean(state & 1 << 11),
	       boolean(state & 1 << 12), boolean(state & 1 << 13));
	print_segment("csSegment", &header->cs);
	printf(",\"rip\":" HEX64 ",", header->rip);
	print_flags(header->rflags);
	putchar(',');
}

static void print_instruction(const uint8_t *bytes, unsigned count)
{
	fputs("\"instructionBytes\":\"", stdout);
	for (unsigned i = 0; i < count && i < 16; i++)
		printf("%02x", bytes[i]);
	putchar('"');
}

static void print_name(const char *called, const char *name)
{
	if (name)
		printf("\"%s\":\"%s\",", called, name);
}

static void print_io_port(const struct io_port *io)
{
	printf("\"payload\":{\"kind\":\"ioPort\",\"portNumber\":%u,", io->port_number);
	print_name("portName", FIND_NAME(PORT_NAMES, io->port_number));
	printf("\"accessInfo\":{\"accessSize\":%u,\"stringOp\":%s,\"repPrefix\":%s},"
	       "\"instructionByteCount\":%u,\"rax\":" HEX64 ",",
	       io->access_info & 7, boolean(io->access_info & 1 << 3), boolean(io->access_info & 1 << 4),
	       io->instruction_byte_count, io->rax);
	print_instruction(io->instruction_bytes, io->instruction_byte_count);
	putchar(',');
	print_segment("dsSegment", &io->ds);
	putchar(',');
	print_segment("esSegment", &io->es);
	printf(",\"rcx\":" HEX64 ",\"rsi\":" HEX64 ",\"rdi\":" HEX64 "}", io->rcx, io->rsi, io->rdi);
}

static void print_msr(const struct msr *msr)
{
	printf("\"payload\":{\"kind\":\"msr\",\"msrNumber\":%u,", msr->msr_number);
	print_name("msrName", FIND_NAME(MSR_NAMES, msr->msr_number));
	printf("\"rdx\":" HEX64 ",\"rax\":" HEX64 "}", msr->rdx, msr->rax);
}

static void print_cpuid(const struct cpuid *cpuid)
{
	printf("\"payload\":{\"kind\":\"cpuid\",\"rax\":" HEX64 ",\"rcx\":" HEX64 ",\"rdx\":" HEX64
	       ",\"rbx\":" HEX64 ",\"defaultResultRax\":" HEX64 ",\"defaultResultRcx\":" HEX64
	       ",\"defaultResultRdx\":" HEX64 ",\"defaultResultRbx\":" HEX64 "}",
	       cpuid->rax, cpuid->rcx, cpuid->rdx, cpuid->rbx, cpuid->default_rax, cpuid->default_rcx,
	       cpuid->default_rdx, cpuid->default_rbx);
}

static void print_memory(const struct memory *memory)
{
	uint8_t info = memory->access_info;

	printf("\"payload\":{\"kind\":\"memory\",\"cacheType\":\"%s\",\"instructionByteCount\":%u,"
	       "\"memoryAccessInfo\":{\"gvaValid\":%s,\"gvaGpaValid\":%s,\"hypercallOutputPending\":%s,"
	       "\"tlbLockedNoOverlay\":%s,\"supervisorShadowStack\":%s},\"tprPriority\":%u,"
	       "\"guestVirtualAddress\":" HEX64 ",\"guestPhysicalAddress\":" HEX64 ",",
	       cache_type_name(memory->cache_type), memory->instruction_byte_count, boolean(info & 1),
	       boolean(info & 1 << 1), boolean(info & 1 << 2), boolean(info & 1 << 3), boolean(info & 1 << 4),
	       memory->tpr_priority, memory->guest_virtual_address, memory->guest_physical_address);
	print_instruction(memory->instruction_bytes, memory->instruction_byte_count);
	putchar('}');
}

static void print_exception(const struct exception *exception)
{
	printf("\"payload\":{\"kind\":\"exception\",\"exceptionVector\":%u,", exception->vector);
	print_name("exceptionName", FIND_NAME(EXCEPTION_NAMES, exception->vector));
	printf("\"exceptionInfo\":{\"errorCodeValid\":%s,\"softwareException\":%s},"
	       "\"instructionByteCount\":%u,\"errorCode\":%u,\"exceptionParameter\":" HEX64 ",",
	       boolean(exception->info & 1), boolean(exception->info & 1 << 1),
	       exception->instruction_byte_count, exception->error_code, exception->parameter);
	print_instruction(exception->instruction_bytes, exception->instruction_byte_count);
	putchar(',');
	print_segment("dsSegment", &exception->ds);
	putchar(',');
	print_segment("ssSegment", &exception->ss);
	printf(",\"rax\":" HEX64 ",\"rcx\":" HEX64 ",\"rdx\":" HEX64 ",\"rbx\":" HEX64 ",\"rsp\":" HEX64
	       ",\"rbp\":" HEX64 ",\"rsi\":" HEX64 ",\"rdi\":" HEX64 ",\"r8\":" HEX64 ",\"r9\":" HEX64
	       ",\"r10\":" HEX64 ",\"r11\":" HEX64 ",\"r12\":" HEX64 ",\"r13\":" HEX64 ",\"r14\":" HEX64
	       ",\"r15\":" HEX64 "}",
	       exception->rax, exception->rcx, exception->rdx, exception->rbx, exception->rsp, exception->rbp,
	       exception->rsi, exception->rdi, exception->r8, exception->r9, exception->r10, exception->r11,
	       exception->r12, exception->r13, exception->r14, exception->r15);
}

static void print_hypercall(const struct hypercall *call)
{
	unsigned code = call->rcx & 0xffff;

	printf("\"payload\":{\"kind\":\"hypercall\",\"rax\":" HEX64 ",\"rbx\":" HEX64 ",\"rcx\":" HEX64
	       ",\"hypercallCode\":%u,",
	       call->rax, call->rbx, call->rcx, code);
	print_name("hypercallName", FIND_NAME(HYPERCALL_NAMES, code));
	printf("\"rdx\":" HEX64 ",\"r8\":" HEX64 ",\"rsi\":" HEX64 ",\"rdi\":" HEX64 ",\"xmmRegisters\":[",
	       call->rdx, call->r8, call->rsi, call->rdi);
	for (int i = 0; i < 6; i++)
		printf("%s\"0x%016" PRIx64 "%016" PRIx64 "\"", i ? "," : "", call->xmm[i][1], call->xmm[i][0]);
	printf("],\"flags\":{\"isolated\":%s}}", boolean(call->flags & 1));
}

/* Returns whether the message is of a kind that this program knows. */
static bool print_message(const struct message *message, uint64_t index)
{
	const char *name = type_name(message->type);

	if (!name)
		return false;
	printf("{\"index\":%" PRIu64 ",\"offset\":%" PRIu64 ",\"messageType\":\"%s\",\"messageTypeCode\":%u,"
	       "\"payloadSize\":%u,\"messagePending\":%s,\"sender\":" HEX64,
	       index, index * 256, name, message->type, message->payload_size, boolean(message->flags & 1),
	       message->sender);
	if (message->type != APIC_EOI)
		print_header(&message->header);
	switch (message->type) {
	case IO_PORT_INTERCEPT: print_io_port(&message->io_port); break;
	case MSR_INTERCEPT: print_msr(&message->msr); break;
	case CPUID_INTERCEPT: print_cpuid(&message->cpuid); break;
	case UNMAPPED_GPA:
	case GPA_INTERCEPT: print_memory(&message->memory); break;
	case EXCEPTION_INTERCEPT: print_exception(&message->exception); break;
	case HYPERCALL_INTERCEPT: print_hypercall(&message->hypercall); break;
	case HALT: fputs("\"payload\":{\"kind\":\"halt\"}", stdout); break;
	default:
		printf(",\"vpIndex\":%u,\"payload\":{\"kind\":\"apicEoi\",\"interruptVector\":%u}",
		       message->apic_eoi.vp_index, message->apic_eoi.interrupt_vector);
	}
	fputs("}\n", stdout);
	return true;
}

int main(int argc, char **argv)
{
	FILE *file = open_capture(argc, argv);
	struct message message;

	for (uint64_t index = 0; fread(&message, sizeof(message), 1, file) == 1; index++) {
		if (!print_message(&message, index)) {
			fprintf(stderr, "message %" PRIu64 " is of type 0x%x\n", index, message.type);
			return 2;
		}
	}
	return close_all(file);
}
