/** Exception vectors 0 to 31 that are defined: `vector NAME meaning`.
 * Sources: Intel SDM vol. 3 table 6-1, AMD APM vol. 2 table 8-1. */
export const EXCEPTION_ROWS = `\
0 #DE divide error
1 #DB debug
2 NMI non-maskable interrupt
3 #BP breakpoint
4 #OF overflow
5 #BR bound range exceeded
6 #UD invalid opcode
7 #NM device not available
8 #DF double fault
9 #CSO coprocessor segment overrun (386)
10 #TS invalid TSS
11 #NP segment not present
12 #SS stack fault
13 #GP general protection
14 #PF page fault
16 #MF x87 floating point
17 #AC alignment check
18 #MC machine check
19 #XM SIMD floating point
20 #VE virtualization (Intel)
21 #CP control protection
28 #HV hypervisor injection (AMD)
29 #VC VMM communication (AMD)
30 #SX security (AMD)`;
