/*
 * Appends the message of every intercept to a file, for a VMM on Linux's /dev/mshv.
 *
 * NOT RUN ON A LIVE HYPERVISOR: there was none where this was written. What was checked: it compiles without warnings
 * (gcc -fsyntax-only -Wall -Wextra), and the request number is that of the kernel's include/uapi/linux/mshv.h.
 *
 * Call capture_run_vp() where the VMM called ioctl(vp, MSHV_RUN_VP, run). `log` is opened once, for all VPs:
 *
 *     int log = open("capture.bin", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
 *
 * and read with `hvmsg decode capture.bin`. The message holds registers and memory contents of the guest.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifndef MSHV_RUN_VP
/* As in include/uapi/linux/mshv.h, for build machines without it. */
struct mshv_run_vp {
	unsigned char msg_buf[256];
};
#define MSHV_RUN_VP _IOR(0xB8, 0x00, struct mshv_run_vp)
#endif

_Static_assert(sizeof(struct mshv_run_vp) == 256, "hvmsg reads messages of 256 bytes");

/*
 * Runs a VP until its next intercept, and appends the message to `log`. O_APPEND makes one write of 256 bytes whole,
 * whichever VP's thread does it. Returns what ioctl returned; a failed write is left alone, the guest matters more.
 */
int capture_run_vp(int vp, struct mshv_run_vp *run, int log)
{
	int result = ioctl(vp, MSHV_RUN_VP, run);

	if (result == 0) {
		int saved = errno;

		if (write(log, run->msg_buf, sizeof(run->msg_buf)) < 0) {
			/* A full disk must not stop the VP. */
		}
		errno = saved;
	}
	return result;
}
