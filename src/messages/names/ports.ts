/** I/O ports a VMM developer meets: `first[-last] NAME description`, ports inclusive.
 * Sources: Ralf Brown's ports list, OSDev, Bochs; QEMU docs/specs, OVMF, Cloud Hypervisor;
 * OpenVMM's firmware_pcat, firmware_uefi, pm, watchdog and tpm devices for the Hyper-V ports. */
export const PORT_ROWS = `\
0x0 DMA1_CH0_ADDR DMA channel 0 address
0x1 DMA1_CH0_COUNT DMA channel 0 count
0x2 DMA1_CH1_ADDR DMA channel 1 address
0x3 DMA1_CH1_COUNT DMA channel 1 count
0x4 DMA1_CH2_ADDR DMA channel 2 address
0x5 DMA1_CH2_COUNT DMA channel 2 count
0x6 DMA1_CH3_ADDR DMA channel 3 address
0x7 DMA1_CH3_COUNT DMA channel 3 count
0x8 DMA1_COMMAND DMA 1 (channels 0-3) status, command
0x9 DMA1_REQUEST DMA 1 (channels 0-3) request
0xa DMA1_MASK DMA 1 (channels 0-3) single channel mask
0xb DMA1_MODE DMA 1 (channels 0-3) mode
0xc DMA1_FLIPFLOP DMA 1 (channels 0-3) clear byte flip-flop
0xd DMA1_RESET DMA 1 (channels 0-3) master reset, temporary register
0xe DMA1_CLEAR_MASK DMA 1 (channels 0-3) clear all masks
0xf DMA1_MULTI_MASK DMA 1 (channels 0-3) write all masks
0x20 PIC1_COMMAND primary 8259 PIC command
0x21 PIC1_DATA primary 8259 PIC data, mask
0x22 IMCR_INDEX interrupt mode configuration select
0x23 IMCR_DATA interrupt mode configuration data
0x28-0x2b BIOS_CONFIG_ADDRESS Hyper-V firmware (BIOS, UEFI) config address
0x2c-0x2d BIOS_CONFIG_DATA Hyper-V firmware (BIOS, UEFI) config data, a dword at 0x2c
0x2e SUPERIO_INDEX Super I/O index
0x2f SUPERIO_DATA Super I/O data
0x30-0x33 WATCHDOG_ADDRESS Hyper-V guest watchdog (WDAT) address
0x34-0x37 WATCHDOG_DATA Hyper-V guest watchdog (WDAT) data
0x40 PIT_CH0 8254 PIT channel 0, IRQ 0 timer
0x41 PIT_CH1 8254 PIT channel 1, DRAM refresh
0x42 PIT_CH2 8254 PIT channel 2, speaker
0x43 PIT_MODE 8254 PIT mode and command
0x4e SUPERIO2_INDEX second Super I/O index
0x4f SUPERIO2_DATA second Super I/O data
0x60 KBD_DATA keyboard controller data
0x61 SYSTEM_CONTROL_B system control port B: speaker gate, NMI status
0x62 EC_DATA ACPI embedded controller data
0x64 KBD_COMMAND keyboard controller status, command
0x66 EC_COMMAND ACPI embedded controller status, command
0x70 CMOS_INDEX RTC/CMOS index, NMI mask in bit 7
0x71 CMOS_DATA RTC/CMOS data
0x72 CMOS_EXT_INDEX extended CMOS index
0x73 CMOS_EXT_DATA extended CMOS data
0x80 POST_CODE POST code, I/O delay
0x81 DMA_PAGE_CH2 DMA channel 2 page
0x82 DMA_PAGE_CH3 DMA channel 3 page
0x83 DMA_PAGE_CH1 DMA channel 1 page
0x84-0x86 DMA_PAGE_SPARE1 DMA page, spare bytes
0x87 DMA_PAGE_CH0 DMA channel 0 page
0x88 DMA_PAGE_SPARE2 DMA page, spare byte
0x89 DMA_PAGE_CH6 DMA channel 6 page
0x8a DMA_PAGE_CH7 DMA channel 7 page
0x8b DMA_PAGE_CH5 DMA channel 5 page
0x8c-0x8e DMA_PAGE_SPARE3 DMA page, spare bytes
0x8f DMA_PAGE_REFRESH DMA refresh page
0x92 SYSTEM_CONTROL_A system control port A: A20 gate, fast reset
0xa0 PIC2_COMMAND secondary 8259 PIC command
0xa1 PIC2_DATA secondary 8259 PIC data, mask
0xb2 APM_CONTROL APM control, raises an SMI
0xb3 APM_STATUS APM status
0xc0 DMA2_CH4_ADDR DMA channel 4 address
0xc2 DMA2_CH4_COUNT DMA channel 4 count
0xc4 DMA2_CH5_ADDR DMA channel 5 address
0xc6 DMA2_CH5_COUNT DMA channel 5 count
0xc8 DMA2_CH6_ADDR DMA channel 6 address
0xca DMA2_CH6_COUNT DMA channel 6 count
0xcc DMA2_CH7_ADDR DMA channel 7 address
0xce DMA2_CH7_COUNT DMA channel 7 count
0xd0 DMA2_COMMAND DMA 2 (channels 4-7) status, command
0xd2 DMA2_REQUEST DMA 2 (channels 4-7) request
0xd4 DMA2_MASK DMA 2 (channels 4-7) single channel mask
0xd6 DMA2_MODE DMA 2 (channels 4-7) mode
0xd8 DMA2_FLIPFLOP DMA 2 (channels 4-7) clear byte flip-flop
0xda DMA2_RESET DMA 2 (channels 4-7) master reset, temporary register
0xdc DMA2_CLEAR_MASK DMA 2 (channels 4-7) clear all masks
0xde DMA2_MULTI_MASK DMA 2 (channels 4-7) write all masks
0xe9 DEBUG_CONSOLE Bochs and QEMU debug console
0xed IO_DELAY_ALT alternative I/O delay
0xf0 FPU_CLEAR_BUSY clear FPU busy, IGNNE
0xf1 FPU_RESET FPU reset
0x170 IDE2_DATA secondary IDE data
0x171 IDE2_ERROR secondary IDE error, features
0x172 IDE2_COUNT secondary IDE sector count
0x173 IDE2_LBA_LOW secondary IDE LBA low, sector number
0x174 IDE2_LBA_MID secondary IDE LBA mid, cylinder low
0x175 IDE2_LBA_HIGH secondary IDE LBA high, cylinder high
0x176 IDE2_DEVICE secondary IDE drive and head
0x177 IDE2_STATUS secondary IDE status, command
0x1ce VBE_INDEX Bochs VBE index
0x1cf VBE_DATA Bochs VBE data
0x1d0 VBE_DATA_ALIGNED Bochs VBE data, aligned
0x1f0 IDE1_DATA primary IDE data
0x1f1 IDE1_ERROR primary IDE error, features
0x1f2 IDE1_COUNT primary IDE sector count
0x1f3 IDE1_LBA_LOW primary IDE LBA low, sector number
0x1f4 IDE1_LBA_MID primary IDE LBA mid, cylinder low
0x1f5 IDE1_LBA_HIGH primary IDE LBA high, cylinder high
0x1f6 IDE1_DEVICE primary IDE drive and head
0x1f7 IDE1_STATUS primary IDE status, command
0x201 GAME_PORT joystick
0x278 LPT2_DATA LPT2 data
0x279 LPT2_STATUS LPT2 status (ISA PnP address)
0x27a LPT2_CONTROL LPT2 control
0x2e8 COM4 COM4 data (transmit/receive buffer, divisor latch low)
0x2e9 COM4_IER interrupt enable, divisor latch high
0x2ea COM4_IIR interrupt identification, FIFO control
0x2eb COM4_LCR line control
0x2ec COM4_MCR modem control
0x2ed COM4_LSR line status
0x2ee COM4_MSR modem status
0x2ef COM4_SCR scratch
0x2f8 COM2 COM2 data (transmit/receive buffer, divisor latch low)
0x2f9 COM2_IER interrupt enable, divisor latch high
0x2fa COM2_IIR interrupt identification, FIFO control
0x2fb COM2_LCR line control
0x2fc COM2_MCR modem control
0x2fd COM2_LSR line status
0x2fe COM2_MSR modem status
0x2ff COM2_SCR scratch
0x376 IDE2_CONTROL secondary IDE alternate status, device control
0x378 LPT1_DATA LPT1 data
0x379 LPT1_STATUS LPT1 status
0x37a LPT1_CONTROL LPT1 control
0x3b4 VGA_MONO_CRTC_INDEX VGA monochrome CRTC index
0x3b5 VGA_MONO_CRTC_DATA VGA monochrome CRTC data
0x3ba VGA_MONO_STATUS1 VGA monochrome input status 1, feature control
0x3bc LPT3_DATA LPT3 data
0x3bd LPT3_STATUS LPT3 status
0x3be LPT3_CONTROL LPT3 control
0x3c0 VGA_ATTR_WRITE VGA attribute index and write data
0x3c1 VGA_ATTR_READ VGA attribute read data
0x3c2 VGA_MISC_WRITE VGA miscellaneous output write, input status 0
0x3c3 VGA_ENABLE VGA subsystem enable
0x3c4 VGA_SEQ_INDEX VGA sequencer index
0x3c5 VGA_SEQ_DATA VGA sequencer data
0x3c6 VGA_DAC_MASK VGA DAC pixel mask
0x3c7 VGA_DAC_READ_INDEX VGA DAC read index, state
0x3c8 VGA_DAC_WRITE_INDEX VGA DAC write index
0x3c9 VGA_DAC_DATA VGA DAC palette data
0x3ca VGA_FEATURE_READ VGA feature control read
0x3cc VGA_MISC_READ VGA miscellaneous output read
0x3ce VGA_GFX_INDEX VGA graphics controller index
0x3cf VGA_GFX_DATA VGA graphics controller data
0x3d4 VGA_CRTC_INDEX VGA CRTC index
0x3d5 VGA_CRTC_DATA VGA CRTC data
0x3da VGA_STATUS1 VGA input status 1, feature control write
0x3e8 COM3 COM3 data (transmit/receive buffer, divisor latch low)
0x3e9 COM3_IER interrupt enable, divisor latch high
0x3ea COM3_IIR interrupt identification, FIFO control
0x3eb COM3_LCR line control
0x3ec COM3_MCR modem control
0x3ed COM3_LSR line status
0x3ee COM3_MSR modem status
0x3ef COM3_SCR scratch
0x3f0 FDC_STATUS_A floppy status A
0x3f1 FDC_STATUS_B floppy status B
0x3f2 FDC_DOR floppy digital output
0x3f3 FDC_TAPE floppy tape drive
0x3f4 FDC_MSR floppy main status, data rate select
0x3f5 FDC_FIFO floppy data FIFO
0x3f6 IDE1_CONTROL primary IDE alternate status, device control
0x3f7 FDC_DIR floppy digital input, configuration control
0x3f8 COM1 COM1 data (transmit/receive buffer, divisor latch low)
0x3f9 COM1_IER interrupt enable, divisor latch high
0x3fa COM1_IIR interrupt identification, FIFO control
0x3fb COM1_LCR line control
0x3fc COM1_MCR modem control
0x3fd COM1_LSR line status
0x3fe COM1_MSR modem status
0x3ff COM1_SCR scratch
0x400-0x401 HYPERV_PM1_STS Hyper-V ACPI PM1 status
0x402-0x403 HYPERV_PM1_EN Hyper-V ACPI PM1 enable (elsewhere: firmware debug console)
0x404-0x405 HYPERV_PM1_CNT Hyper-V ACPI PM1 control
0x408-0x40b HYPERV_PM_TIMER Hyper-V ACPI PM timer
0x40c-0x40d HYPERV_GPE0_STS Hyper-V ACPI GPE0 status
0x40e-0x40f HYPERV_GPE0_EN Hyper-V ACPI GPE0 enable
0x4d0 ELCR1 edge/level control, IRQ 0-7
0x4d1 ELCR2 edge/level control, IRQ 8-15
0x501 DEBUG_EXIT QEMU isa-debug-exit (default base)
0x505 PVPANIC QEMU pvpanic
0x510 FW_CFG_SELECTOR QEMU fw_cfg selector
0x511 FW_CFG_DATA QEMU fw_cfg data
0x514-0x51b FW_CFG_DMA QEMU fw_cfg DMA address, big-endian
0x600-0x601 PM1_STS QEMU ACPI PM1 status; Cloud Hypervisor shutdown
0x602-0x603 PM1_EN QEMU ACPI PM1 enable
0x604-0x605 PM1_CNT QEMU ACPI PM1 control
0x608-0x60b PM_TIMER QEMU and Cloud Hypervisor ACPI PM timer
0x620-0x62f ICH9_GPE0 QEMU Q35 ACPI GPE0 status, enable
0x630-0x633 ICH9_SMI_EN QEMU Q35 SMI enable
0x634-0x637 ICH9_SMI_STS QEMU Q35 SMI status
0x660-0x67f ICH9_TCO QEMU Q35 TCO watchdog
0x778-0x77a LPT1_ECP LPT1 ECP registers
0xa00-0xa17 MEMORY_HOTPLUG QEMU memory hotplug
0xa79 ISAPNP_WRITE ISA PnP write data
0xca2 IPMI_KCS_DATA IPMI KCS data
0xca3 IPMI_KCS_COMMAND IPMI KCS status, command
0xcc0-0xcd7 ICH9_PCI_HOTPLUG QEMU Q35 PCI hotplug
0xcd8-0xcf7 ICH9_CPU_HOTPLUG QEMU Q35 CPU hotplug
0xcf8 PCI_CONFIG_ADDRESS PCI configuration address, a dword
0xcf9 RESET_CONTROL reset control
0xcfc-0xcff PCI_CONFIG_DATA PCI configuration data
0x1040-0x1043 HYPERV_TPM_CONTROL Hyper-V TPM control
0x1044-0x1048 HYPERV_TPM_DATA Hyper-V TPM data
0x46e8 VGA_ADAPTER_ENABLE VGA adapter enable
0x5658 VMWARE_BACKDOOR VMware backdoor
0x5659 VMWARE_BACKDOOR_HB VMware backdoor, high bandwidth
0xae00-0xae17 PIIX4_PCI_HOTPLUG QEMU PIIX4 PCI hotplug
0xaf00-0xaf1f PIIX4_CPU_HOTPLUG QEMU PIIX4 CPU hotplug
0xafe0-0xafe3 PIIX4_GPE0 QEMU PIIX4 ACPI GPE0 status, enable
0xb000-0xb001 PIIX4_PM1_STS PIIX4 ACPI PM1 status (OVMF base)
0xb002-0xb003 PIIX4_PM1_EN PIIX4 ACPI PM1 enable (OVMF base)
0xb004-0xb005 PIIX4_PM1_CNT PIIX4 ACPI PM1 control (OVMF base)
0xb008-0xb00b PIIX4_PM_TIMER PIIX4 ACPI PM timer (OVMF base)`;
