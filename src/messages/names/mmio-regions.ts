/** Guest physical ranges with a conventional address: `first-last NAME description`, inclusive.
 * Sources: Intel SDM vol. 3, IA-PC HPET and TCG PC Client specifications, Intel ICH9 datasheet;
 * QEMU for the IOMMUs, OpenVMM for the Hyper-V battery. */
export const MMIO_REGION_ROWS = `\
0xa0000-0xbffff VGA VGA frame buffer
0xc0000-0xdffff OPTION_ROM option ROMs
0xe0000-0xfffff BIOS system BIOS
0xfec00000-0xfec00fff IOAPIC I/O APIC
0xfed00000-0xfed003ff HPET high precision event timer
0xfed1c000-0xfed1ffff ICH9_RCBA ICH9 root complex registers
0xfed3f000-0xfed3f01f HYPERV_BATTERY Hyper-V battery
0xfed40000-0xfed44fff TPM TPM (TIS/CRB)
0xfed80000-0xfed83fff AMD_IOMMU AMD IOMMU (QEMU)
0xfed90000-0xfed90fff INTEL_IOMMU Intel VT-d remapping (QEMU)
0xfee00000-0xfee00fff APIC local APIC
0xffc00000-0xffffffff FLASH firmware flash, top 4 MiB`;
