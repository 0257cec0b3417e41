import Sandbox
import Subprocess
import Testing

/// One system call under one policy, and what the kernel must answer.
struct PolicyRow: Sendable, CustomTestStringConvertible {
  let words: [String]
  let answer: String

  init(_ words: String, _ answer: String) {
    self.words = words.split(separator: " ").map(String.init)
    self.answer = answer
  }

  var testDescription: String { words.joined(separator: " ") }
}

/// `named` where a listener is asked, else `signal 31`.
private let killed = "killed"
private let refused = "errno EPERM"
private let unknown = "errno ENOSYS"

/// Numbers are those of the kernel's headers: 0x41 is O_WRONLY|O_CREAT, 0x5412 TIOCSTI, and so on.
/// A prefix of 2^32 must change nothing: the kernel looks at the low half of an int only.
private let strictRows = [
  // What a program needs.
  PolicyRow("strict getpid", "ok"), PolicyRow("strict getuid", "ok"),
  PolicyRow("strict openat -100 /usr/lib 0", "ok"), PolicyRow("strict openat -100 /usr/lib 0x10000", "ok"),
  PolicyRow("strict socket 1 1 0", "ok"), PolicyRow("strict socket 2 1 0", "ok"),
  PolicyRow("strict kill $self 0", "ok"), PolicyRow("strict prctl 15 name", "ok"),
  PolicyRow("strict alarm 0", "ok"), PolicyRow("strict umask 0", "ok"),
  // Files may be read only.
  PolicyRow("strict openat -100 /scratch/x 0x41 0600", refused),
  PolicyRow("strict openat -100 /scratch/x 0x100000041 0600", refused),
  PolicyRow("strict openat -100 /scratch 0x410002 0600", refused),
  PolicyRow("strict openat -100 /usr/lib/os-release 0x200", refused),
  PolicyRow("strict openat2 -100 /usr/lib 0 0", unknown),
  PolicyRow("strict mkdirat -100 /scratch/x 0700", refused),
  PolicyRow("strict unlinkat -100 /scratch/x 0", refused),
  PolicyRow("strict truncate /usr/lib/os-release 0", refused),
  PolicyRow("strict fchmodat -100 /scratch 0777", refused), PolicyRow("strict memfd_create x 0", refused),
  PolicyRow("strict symlinkat /etc -100 /scratch/x", refused),
  // No processes, but the fall-back for threads.
  PolicyRow("strict clone 17", refused), PolicyRow("strict clone3 0 0", unknown),
  PolicyRow("strict execve /usr/bin/python3 0 0", refused),
  PolicyRow("strict wait4 -1 0 1 0", refused), PolicyRow("strict setsid", refused),
  PolicyRow("strict waitid 0 0 0 5", refused),
  // Signals to oneself only.
  PolicyRow("strict kill 1 9", refused), PolicyRow("strict kill -1 9", refused),
  PolicyRow("strict kill 0 9", refused), PolicyRow("strict tgkill 1 1 9", refused),
  PolicyRow("strict tkill 1 9", refused), PolicyRow("strict pidfd_open 1 0", refused),
  PolicyRow("strict pidfd_send_signal 1 9 0 0", refused),
  PolicyRow("strict kill 0x100000001 9", refused),
  // No network, no messages.
  PolicyRow("strict connect 0 x 16", refused), PolicyRow("strict bind 0 x 16", refused),
  PolicyRow("strict listen 0 1", refused), PolicyRow("strict accept4 0 0 0 0", refused),
  PolicyRow("strict sendmsg 1 0 0", refused), PolicyRow("strict sendto 1 x 1 0 x 16", refused),
  PolicyRow("strict socket 16 3 0", refused),
  PolicyRow("strict socket 40 1 0", killed), PolicyRow("strict socket 38 5 0", killed),
  PolicyRow("strict socket 17 3 0", killed), PolicyRow("strict socket 0x100000028 1 0", killed),
  // Shared state of the machine.
  PolicyRow("strict shmget 0 4096 0600", refused), PolicyRow("strict flock 1 2", refused),
  PolicyRow("strict fcntl 1 1031 4096", refused), PolicyRow("strict fcntl 1 6 0", refused),
  PolicyRow("strict setpriority 0 0 -20", refused), PolicyRow("strict setresuid 0 0 0", refused),
  PolicyRow("strict prctl 1 0", refused), PolicyRow("strict prctl 4 1", refused),
  PolicyRow("strict prctl 2 x", refused), PolicyRow("strict prctl 22 2 0", refused),
  PolicyRow("strict prlimit64 1 0 x 0", refused),
  // What only an attacker calls.
  PolicyRow("strict ptrace 0 0 0 0", killed), PolicyRow("strict process_vm_readv 1 0 0 0 0 0", killed),
  PolicyRow("strict unshare 0x10000000", killed), PolicyRow("strict setns 1 0", killed),
  PolicyRow("strict clone 0x10000011", killed), PolicyRow("strict clone 0x20011", killed),
  PolicyRow("strict clone 0x40000011", killed), PolicyRow("strict clone 0x10010000", killed),
  PolicyRow("strict mount x x x 0 0", killed), PolicyRow("strict umount2 / 2", killed),
  PolicyRow("strict pivot_root . .", killed), PolicyRow("strict chroot /", killed),
  PolicyRow("strict bpf 0 0 0", killed), PolicyRow("strict perf_event_open 0 0 0 0 0", killed),
  PolicyRow("strict userfaultfd 0", killed), PolicyRow("strict keyctl 0 0", killed),
  PolicyRow("strict open_by_handle_at 1 0 0", killed), PolicyRow("strict seccomp 1 0 0", killed),
  PolicyRow("strict personality 0", killed), PolicyRow("strict clock_settime 0 0", killed),
  PolicyRow("strict ioctl 1 0x5412 x", killed), PolicyRow("strict ioctl 1 0x100005412 x", killed),
  PolicyRow("strict ioctl 1 0x541c x", killed), PolicyRow("strict ioctl 1 0x5414 x", refused),
  // What libraries probe for.
  PolicyRow("strict io_uring_setup 1 0", unknown), PolicyRow("strict landlock_create_ruleset 0 0 1", unknown),
]

private let harnessRows = [
  PolicyRow("zygote clone 17", "ok"), PolicyRow("zygote setsid", "ok"), PolicyRow("zygote prctl 4 0", "ok"),
  PolicyRow("zygote prctl 1 9", "ok"), PolicyRow("zygote wait4 -1 0 1 0", "errno ECHILD"),
  PolicyRow("zygote clone 0x10000011", killed), PolicyRow("zygote unshare 0", killed),
  PolicyRow("zygote ptrace 0", killed), PolicyRow("zygote connect 0 x 16", refused),
  PolicyRow("zygote openat -100 /scratch/x 0x41 0600", refused),
  PolicyRow("zygote execve /usr/bin/python3 0 0", refused), PolicyRow("zygote seccomp 1 0 0", killed),
  PolicyRow("zygote prctl 22 1 0", refused), PolicyRow("zygote fcntl 1 1031 4096", refused),
  PolicyRow("judge fcntl 99 1031 4096", "errno EBADF"), PolicyRow("judge fcntl 99 6 0", refused),
  PolicyRow("judge clone 17", refused), PolicyRow("judge execve /usr/bin/python3 0 0", refused),
  PolicyRow("judge seccomp 1 0 0", killed), PolicyRow("judge ptrace 0", killed),
  PolicyRow("judge connect 0 x 16", refused), PolicyRow("judge openat -100 /scratch/x 0x41 0600", refused),
  PolicyRow("init getuid", refused), PolicyRow("init openat -100 / 0", refused),
]

@Suite(.serialized)
struct JailPolicyTests {
  @Test(arguments: strictRows + harnessRows)
  func theKernelAnswers(_ row: PolicyRow) async throws {
    let program = try await JailProgram.shared.value
    let listens = row.words[0] != "judge" && !program.report.missingLayers.contains("notify")
    let answer = row.answer == killed ? (listens ? "named" : "signal 31") : row.answer
    #expect(try await program.trying(row.words) == answer)
  }

  /// Where nobody can listen, an attack still ends the process.
  @Test(arguments: strictRows.filter { $0.answer == killed })
  func anAttackIsKilledWithoutAListener(_ row: PolicyRow) async throws {
    let program = try await JailProgram.shared.value
    let without = Set(program.report.missingLayers + ["notify"]).sorted()
    #expect(try await program.trying(row.words, without: without) == "signal 31")
  }

  @Test func everyPolicyHasAFingerprint() async throws {
    let program = try await JailProgram.shared.value
    let outcome = try await program.call("policies")
    #expect(outcome.status.isSuccess)
    for role in ["strict", "zygote", "judge", "init"] { #expect(outcome.output.contains("\"\(role)\"")) }
    let again = try await program.call("policies")
    #expect(outcome.output == again.output)
    #expect(outcome.output.contains(program.report.policyHash))
  }
}
