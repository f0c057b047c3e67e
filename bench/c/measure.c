/*
 * measure REPORT COMMAND: runs a shell command and writes to REPORT, in one line, its wall time and processor
 * time in nanoseconds, the largest resident set in KiB of any process it waited for, and its exit status. A
 * program of its own, because a child's peak starts at that of the process that it was forked from.
 */
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int64_t nanoseconds(struct timeval time)
{
	return time.tv_sec * 1000000000LL + time.tv_usec * 1000LL;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int64_t start = now();
	int64_t wall;
	int status;
	pid_t child;
	FILE *report;

	if (argc != 3)
		return 2;
	child = fork();
	if (child < 0)
		return 2;
	if (child == 0) {
		execl("/bin/sh", "sh", "-c", argv[2], (char *)NULL);
		_exit(127);
	}
	if (wait4(child, &status, 0, &usage) != child)
		return 2;
	wall = now() - start;
	report = fopen(argv[1], "w");
	if (!report)
		return 2;
	fprintf(report, "%lld %lld %ld %d\n", (long long)wall,
		(long long)(nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime)), usage.ru_maxrss,
		WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return fclose(report) == 0 ? 0 : 2;
}
