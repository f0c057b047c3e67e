/** CPUID leaves (EAX): `leaf meaning`, one a line.
 * Sources: Intel SDM vol. 2 CPUID, AMD APM vol. 3 appendix E; hypervisor leaves: TLFS 6.0b
 * chapter 2, with 0x4000000c and 0x40000080 up from Linux's and OpenVMM's headers. */
export const CPUID_ROWS = `\
0x0 vendor and highest basic leaf
0x1 version and features
0x2 cache and tlb descriptors
0x3 processor serial number
0x4 deterministic cache parameters
0x5 monitor/mwait
0x6 thermal and power management
0x7 structured extended features
0x9 direct cache access
0xa architectural performance monitoring
0xb extended topology
0xd xsave state components
0xf resource monitoring (RDT-M)
0x10 resource allocation (RDT-A)
0x12 SGX capabilities
0x14 processor trace
0x15 tsc and core crystal clock
0x16 processor frequency
0x17 SoC vendor attributes
0x18 deterministic address translation (tlb)
0x19 key locker
0x1a hybrid core type
0x1b PCONFIG targets
0x1c last branch records
0x1d AMX tile information
0x1e AMX TMUL information
0x1f extended topology, version 2
0x20 HRESET history reset
0x21 TDX guest enumeration
0x23 architectural performance monitoring, extended
0x24 AVX10 converged vector ISA
0x29 APX advanced performance extensions
0x40000000 hypervisor vendor and highest leaf
0x40000001 hypervisor interface
0x40000002 hypervisor version
0x40000003 hypervisor features and partition privileges
0x40000004 implementation recommendations
0x40000005 implementation limits
0x40000006 hardware features in use
0x40000007 cpu management features
0x40000008 shared virtual memory features
0x40000009 nested hypervisor features
0x4000000a nested virtualization features
0x4000000c isolation configuration
0x40000010 tsc and apic bus frequency (VMware, KVM)
0x40000080 virtualization stack vendor and highest leaf
0x40000081 virtualization stack interface
0x40000082 virtualization stack properties
0x40000100 vendor of a second interface (KVM or Xen after Hyper-V)
0x40000101 features or version of a second interface
0x80000000 highest extended leaf
0x80000001 extended version and features
0x80000002 brand string, part 1
0x80000003 brand string, part 2
0x80000004 brand string, part 3
0x80000005 L1 cache and tlb (AMD)
0x80000006 L2 and L3 cache
0x80000007 advanced power management, invariant tsc
0x80000008 address sizes and core count
0x8000000a SVM features (AMD)
0x80000019 tlb for 1 GiB pages (AMD)
0x8000001a performance optimization hints (AMD)
0x8000001b instruction based sampling (AMD)
0x8000001c lightweight profiling (AMD)
0x8000001d cache topology (AMD)
0x8000001e processor topology (AMD)
0x8000001f encrypted memory: SME and SEV (AMD)
0x80000020 platform quality of service (AMD)
0x80000021 extended features 2 (AMD)
0x80000022 extended performance monitoring (AMD)
0x80000023 multi-key encrypted memory (AMD)
0x80000025 SEV capabilities, continued (AMD)
0x80000026 extended cpu topology (AMD)`;
