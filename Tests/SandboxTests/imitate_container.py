"""Runs a command under the restrictions that Docker's default profile puts on a container.

    imitate_container.py root|few|listened|UID COMMAND...

This is an imitation: the calls that the profile refuses (moby/profiles/seccomp/default.json, without
any capability added) are refused, everything else is allowed; `root` keeps the 14 capabilities that
Docker leaves, `few` is the same in a user namespace that knows the ids 0 and 65534 only, with `listened` the engine
itself listens to a call, which only one can, and a number becomes that user with none. Masked paths and read-only mounts are not imitated. Needs root.
"""

import ctypes
import os
import sys

# Refused unless a capability is added that the default does not have, or refused to everybody.
REFUSED = """unshare setns mount umount umount2 pivot_root fsopen fsconfig fsmount fspick move_mount
open_tree mount_setattr quotactl quotactl_fd setdomainname sethostname syslog lookup_dcookie
fanotify_init bpf perf_event_open open_by_handle_at reboot acct kcmp pidfd_getfd process_madvise
iopl ioperm settimeofday stime clock_settime vhangup init_module finit_module delete_module
kexec_load kexec_file_load swapon swapoff keyctl add_key request_key userfaultfd nfsservctl
get_mempolicy mbind set_mempolicy set_mempolicy_home_node io_uring_setup io_uring_enter
io_uring_register""".split()
NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
CAPABILITIES = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)
LAST_CAPABILITY = 63

ALLOW, NOTIFY, EPERM, ENOSYS = 0x7FFF0000, 0x7FC00000, 0x00050001, 0x00050026
EQUAL_MASKED, NO_NEW_PRIVS = 7, 3
PR_CAPBSET_DROP, PR_CAP_AMBIENT, CLEAR_ALL = 24, 47, 4
CLONE_NEWUSER = 0x10000000


class Comparison(ctypes.Structure):
    _fields_ = [
        ("argument", ctypes.c_uint),
        ("operation", ctypes.c_int),
        ("mask", ctypes.c_uint64),
        ("value", ctypes.c_uint64),
    ]


def checked(status, what):
    if status < 0:
        sys.exit("imitate_container: %s: %s" % (what, os.strerror(-status)))


def load_filter(listens):
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(ALLOW)))

    def rule(action, name, *comparisons):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number < 0:
            return  # another architecture's, or newer than the library
        held = (Comparison * len(comparisons))(*comparisons)
        status = library.seccomp_rule_add_array(
            context, ctypes.c_uint32(action), number, len(comparisons), held
        )
        checked(status, "refuse " + name)

    for name in REFUSED:
        rule(NOTIFY if listens and name == "acct" else EPERM, name)
    for flag in NAMESPACES:
        rule(EPERM, "clone", Comparison(0, EQUAL_MASKED, flag, flag))
    rule(ENOSYS, "clone3")
    rule(EPERM, "socket", Comparison(0, EQUAL_MASKED, 0xFFFFFFFF, 40))
    # The engine is privileged when it loads the filter, so a container begins without no_new_privs.
    checked(library.seccomp_attr_set(context, NO_NEW_PRIVS, 0), "leave no_new_privs alone")
    checked(library.seccomp_load(context), "load the filter")
    if listens:
        listener = library.seccomp_notify_fd(context)
        checked(listener, "listen")
        os.set_inheritable(listener, True)  # lives as long as the command


def map_few_ids():
    """Enters a user namespace whose maps a process outside of it writes."""
    entered, mapped = os.pipe(), os.pipe()
    process = os.getpid()
    mapper = os.fork()
    if mapper == 0:
        os.read(entered[0], 1)
        for kind in ("uid_map", "gid_map"):
            with open("/proc/%d/%s" % (process, kind), "w") as file:
                file.write("0 0 1\n65534 65534 1\n")
        os.write(mapped[1], b"m")
        os._exit(0)
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER):
        sys.exit("imitate_container: no user namespace: " + os.strerror(ctypes.get_errno()))
    os.write(entered[1], b"e")
    os.read(mapped[0], 1)
    os.waitpid(mapper, 0)


def become(user):
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(LAST_CAPABILITY + 1):
        if capability not in CAPABILITIES:
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    libc.prctl(PR_CAP_AMBIENT, CLEAR_ALL, 0, 0, 0)
    if user in ("root", "few", "listened"):
        return  # exec as root takes what the bounding set leaves
    os.setgroups([])
    os.setresgid(int(user), int(user), int(user))
    os.setresuid(int(user), int(user), int(user))


if __name__ == "__main__":
    if sys.argv[1] == "few":
        map_few_ids()
    load_filter(sys.argv[1] == "listened")
    become(sys.argv[1])
    os.execvp(sys.argv[2], sys.argv[2:])
