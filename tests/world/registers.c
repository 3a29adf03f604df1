/*
 * Put before the C library of User-mode Linux: ptrace with room for all registers of the processor.
 *
 * Where there are matrix registers (AMX), the extended state is larger than User-mode Linux 6.1 has room for, and the host
 * takes it back whole only: every process in there would die of EFAULT. What lies beyond the room is left as it is at first,
 * since nobody in there has a use for matrices.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

/* The bits of the header behind 512 octets that say which components are not at first; those of matrices are 17 and 18. */
#define HEADER 512
#define MATRICES (UINT64_C(3) << 17)

static char whole[65536];
static size_t length;

long ptrace(enum __ptrace_request request, ...) {
	static long (*real)(enum __ptrace_request, ...);
	va_list list;
	va_start(list, request);
	pid_t process = va_arg(list, pid_t);
	void *kind = va_arg(list, void *);
	struct iovec *place = va_arg(list, void *);
	va_end(list);
	if (!real)
		real = (long (*)(enum __ptrace_request, ...)) dlsym(RTLD_NEXT, "ptrace");
	int is_set = request == PTRACE_SETREGSET;
	if ((uintptr_t) kind != NT_X86_XSTATE || !(is_set || request == PTRACE_GETREGSET))
		return real(request, process, kind, place);
	struct iovec all = { whole, is_set ? length : sizeof whole };
	size_t room = place->iov_len;
	if (is_set && length > room) {
		memset(whole, 0, length);
		memcpy(whole, place->iov_base, room);
		uint64_t components;
		memcpy(&components, whole + HEADER, sizeof components);
		components &= ~MATRICES;
		memcpy(whole + HEADER, &components, sizeof components);
		return real(request, process, kind, &all);
	}
	if (is_set)
		return real(request, process, kind, place);
	long ended = real(request, process, kind, &all);
	if (!ended) {
		length = all.iov_len;
		place->iov_len = length < room ? length : room;
		memcpy(place->iov_base, whole, place->iov_len);
	}
	return ended;
}
