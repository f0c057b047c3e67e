/** WHV_RUN_VP_EXIT_REASON of the Windows Hypervisor Platform, which its VMMs log: `number NAME meaning`, and the
 * message types that tell of the same event.
 * Source: WinHvPlatformDefs.h of the Windows SDK. */
export const WHV_EXIT_REASON_ROWS = `\
0x0 WHvRunVpExitReasonNone no exit
0x1 WHvRunVpExitReasonMemoryAccess an access to guest memory; message type unmapped-gpa, gpa-intercept
0x2 WHvRunVpExitReasonX64IoPortAccess message type io-port
0x4 WHvRunVpExitReasonUnrecoverableException a triple fault; message type unrecoverable-exception
0x5 WHvRunVpExitReasonInvalidVpRegisterValue message type invalid-vp-register-value
0x6 WHvRunVpExitReasonUnsupportedFeature message type unsupported-feature
0x7 WHvRunVpExitReasonX64InterruptWindow an interrupt can be delivered; message type interruption-deliverable
0x8 WHvRunVpExitReasonX64Halt message type halt
0x9 WHvRunVpExitReasonX64ApicEoi message type apic-eoi
0xa WHvRunVpExitReasonSynicSintDeliverable message type sint-deliverable
0x1000 WHvRunVpExitReasonX64MsrAccess message type msr
0x1001 WHvRunVpExitReasonX64Cpuid message type cpuid
0x1002 WHvRunVpExitReasonException message type exception
0x1003 WHvRunVpExitReasonX64Rdtsc message type rdtsc
0x1004 WHvRunVpExitReasonX64ApicSmiTrap message type apic-smi
0x1005 WHvRunVpExitReasonHypercall message type hypercall
0x1006 WHvRunVpExitReasonX64ApicInitSipiTrap message type apic-init-sipi
0x1007 WHvRunVpExitReasonX64ApicWriteTrap message type apic-write
0x2001 WHvRunVpExitReasonCanceled the VMM took the processor back`;
