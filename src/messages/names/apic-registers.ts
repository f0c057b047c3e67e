/** Local APIC registers by offset from 0xfee00000: `offset NAME meaning`.
 * An x2APIC MSR is 0x800 + offset / 16.
 * Sources: Intel SDM vol. 3 local APIC register map, AMD APM vol. 2 APIC registers. */
export const APIC_REGISTER_ROWS = `\
0x020 APIC_ID local APIC id
0x030 VERSION version
0x080 TPR task priority
0x090 APR arbitration priority
0x0a0 PPR processor priority
0x0b0 EOI end of interrupt
0x0c0 RRD remote read
0x0d0 LDR logical destination
0x0e0 DFR destination format
0x0f0 SVR spurious interrupt vector
0x100 ISR0 in service, vectors 0-31
0x110 ISR1 in service, vectors 32-63
0x120 ISR2 in service, vectors 64-95
0x130 ISR3 in service, vectors 96-127
0x140 ISR4 in service, vectors 128-159
0x150 ISR5 in service, vectors 160-191
0x160 ISR6 in service, vectors 192-223
0x170 ISR7 in service, vectors 224-255
0x180 TMR0 trigger mode, vectors 0-31
0x190 TMR1 trigger mode, vectors 32-63
0x1a0 TMR2 trigger mode, vectors 64-95
0x1b0 TMR3 trigger mode, vectors 96-127
0x1c0 TMR4 trigger mode, vectors 128-159
0x1d0 TMR5 trigger mode, vectors 160-191
0x1e0 TMR6 trigger mode, vectors 192-223
0x1f0 TMR7 trigger mode, vectors 224-255
0x200 IRR0 interrupt request, vectors 0-31
0x210 IRR1 interrupt request, vectors 32-63
0x220 IRR2 interrupt request, vectors 64-95
0x230 IRR3 interrupt request, vectors 96-127
0x240 IRR4 interrupt request, vectors 128-159
0x250 IRR5 interrupt request, vectors 160-191
0x260 IRR6 interrupt request, vectors 192-223
0x270 IRR7 interrupt request, vectors 224-255
0x280 ESR error status
0x2f0 LVT_CMCI corrected machine check interrupt
0x300 ICR_LOW interrupt command, bits 31:0
0x310 ICR_HIGH interrupt command, bits 63:32
0x320 LVT_TIMER timer interrupt
0x330 LVT_THERMAL thermal sensor interrupt
0x340 LVT_PERF performance counter interrupt
0x350 LVT_LINT0 LINT0 pin interrupt
0x360 LVT_LINT1 LINT1 pin interrupt
0x370 LVT_ERROR error interrupt
0x380 TIMER_INITIAL timer initial count
0x390 TIMER_CURRENT timer current count
0x3e0 TIMER_DIVIDE timer divide configuration
0x3f0 SELF_IPI self IPI (x2APIC only)
0x400 EXT_FEATURE extended features (AMD)
0x410 EXT_CONTROL extended control (AMD)
0x420 SPECIFIC_EOI specific end of interrupt (AMD)
0x480 IER0 interrupt enable (AMD), vectors 0-31
0x490 IER1 interrupt enable (AMD), vectors 32-63
0x4a0 IER2 interrupt enable (AMD), vectors 64-95
0x4b0 IER3 interrupt enable (AMD), vectors 96-127
0x4c0 IER4 interrupt enable (AMD), vectors 128-159
0x4d0 IER5 interrupt enable (AMD), vectors 160-191
0x4e0 IER6 interrupt enable (AMD), vectors 192-223
0x4f0 IER7 interrupt enable (AMD), vectors 224-255
0x500 EXT_LVT0 extended local vector 0 (AMD)
0x510 EXT_LVT1 extended local vector 1 (AMD)
0x520 EXT_LVT2 extended local vector 2 (AMD)
0x530 EXT_LVT3 extended local vector 3 (AMD)`;
