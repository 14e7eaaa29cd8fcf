//! Owns which system calls hints may make. What is not on the list is refused, so that a program can say so; the
//! process ends at what no hint has a reason to try. Pointers cannot be looked at: what depends on them is not allowed.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

use super::said;

/// Allowed whatever their arguments are.
#[rustfmt::skip]
const ALLOWED: &[i64] = &[
    // descriptors that are there, and files as far as Landlock allows
    libc::SYS_read, libc::SYS_readv, libc::SYS_pread64, libc::SYS_preadv, libc::SYS_write, libc::SYS_writev,
    libc::SYS_pwrite64, libc::SYS_pwritev, libc::SYS_lseek, libc::SYS_close, libc::SYS_close_range,
    libc::SYS_openat, libc::SYS_fstat, libc::SYS_newfstatat, libc::SYS_statx, libc::SYS_fstatfs,
    libc::SYS_faccessat, libc::SYS_faccessat2, libc::SYS_getdents64, libc::SYS_readlinkat, libc::SYS_getcwd,
    libc::SYS_dup, libc::SYS_dup3, libc::SYS_pipe2, libc::SYS_ppoll, libc::SYS_pselect6,
    libc::SYS_epoll_create1, libc::SYS_epoll_ctl, libc::SYS_epoll_pwait, libc::SYS_epoll_pwait2,
    libc::SYS_eventfd2,
    // the one socket
    libc::SYS_recvfrom, libc::SYS_recvmsg, libc::SYS_sendmsg, libc::SYS_shutdown, libc::SYS_getsockname,
    libc::SYS_getpeername, libc::SYS_getsockopt, libc::SYS_setsockopt,
    // memory
    libc::SYS_brk, libc::SYS_mmap, libc::SYS_munmap, libc::SYS_mremap, libc::SYS_mprotect, libc::SYS_madvise,
    libc::SYS_mincore, libc::SYS_membarrier,
    // threads and signals of its own
    libc::SYS_futex, libc::SYS_set_robust_list, libc::SYS_rseq, libc::SYS_set_tid_address,
    libc::SYS_gettid, libc::SYS_exit, libc::SYS_exit_group, libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity, libc::SYS_getcpu, libc::SYS_rt_sigaction, libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn, libc::SYS_rt_sigpending, libc::SYS_rt_sigtimedwait, libc::SYS_rt_sigsuspend,
    libc::SYS_sigaltstack, libc::SYS_restart_syscall, libc::SYS_wait4, libc::SYS_waitid,
    // clocks
    libc::SYS_clock_gettime, libc::SYS_clock_getres, libc::SYS_clock_nanosleep, libc::SYS_nanosleep,
    libc::SYS_gettimeofday, libc::SYS_times, libc::SYS_getitimer, libc::SYS_setitimer,
    // who and where it is
    libc::SYS_getpid, libc::SYS_getppid, libc::SYS_getuid, libc::SYS_geteuid, libc::SYS_getgid,
    libc::SYS_getegid, libc::SYS_getresuid, libc::SYS_getresgid, libc::SYS_getgroups, libc::SYS_uname,
    libc::SYS_sysinfo, libc::SYS_getrusage, libc::SYS_getrandom, libc::SYS_umask,
];

/// What libraries do without when they are told that there is none: they look for other ways. Who makes threads uses
/// `clone`, which can be looked at, and who wants memory with a name takes some without.
const UNKNOWN: &[i64] = &[libc::SYS_clone3, libc::SYS_memfd_create];

/// The same, where the kernel still has the older forms of these.
#[cfg(target_arch = "x86_64")]
#[rustfmt::skip]
const OLDER: &[i64] = &[
    libc::SYS_open, libc::SYS_stat, libc::SYS_lstat, libc::SYS_access, libc::SYS_readlink, libc::SYS_dup2,
    libc::SYS_pipe, libc::SYS_poll, libc::SYS_select, libc::SYS_epoll_create, libc::SYS_epoll_wait,
    libc::SYS_eventfd, libc::SYS_time, libc::SYS_alarm, libc::SYS_getrlimit, libc::SYS_getpgrp,
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[i64] = &[];

/// What ends the process: nothing that a hint could mean.
#[rustfmt::skip]
const NEVER: &[i64] = &[
    libc::SYS_ptrace, libc::SYS_process_vm_readv, libc::SYS_process_vm_writev, libc::SYS_kcmp,
    libc::SYS_mount, libc::SYS_umount2, libc::SYS_pivot_root, libc::SYS_chroot, libc::SYS_setns,
    libc::SYS_bpf, libc::SYS_perf_event_open, libc::SYS_userfaultfd, libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter, libc::SYS_io_uring_register, libc::SYS_add_key, libc::SYS_request_key,
    libc::SYS_keyctl, libc::SYS_init_module, libc::SYS_finit_module, libc::SYS_delete_module,
    libc::SYS_kexec_load, libc::SYS_reboot, libc::SYS_swapon, libc::SYS_swapoff, libc::SYS_open_by_handle_at,
];

/// What `ioctl` may ask: the state of a terminal, its size, bytes that wait, and how a descriptor behaves.
const IOCTLS: &[u64] = &[
    libc::TCGETS,
    libc::TIOCGWINSZ,
    libc::FIONREAD,
    libc::FIONBIO,
    libc::FIOCLEX,
    libc::FIONCLEX,
];
/// And what it may set on a terminal that the user sits at.
const TERMINAL_IOCTLS: &[u64] = &[libc::TCSETS, libc::TCSETSW, libc::TCSETSF];
/// What `fcntl` may do. Locks would be a channel to others that read the same files.
const FCNTLS: &[i32] = &[
    libc::F_DUPFD,
    libc::F_DUPFD_CLOEXEC,
    libc::F_GETFD,
    libc::F_SETFD,
    libc::F_GETFL,
    libc::F_SETFL,
];
/// The lock on the line that the host and hints share on a terminal.
const TERMINAL_FCNTLS: &[i32] = &[libc::F_SETLK, libc::F_SETLKW, libc::F_GETLK];
/// Names of threads and of memory.
const PRCTLS: &[i32] = &[libc::PR_SET_NAME, libc::PR_GET_NAME, libc::PR_SET_VMA];

/// A thread, of this process and in its namespaces.
const THREAD: u64 = (libc::CLONE_THREAD | libc::CLONE_VM | libc::CLONE_SIGHAND) as u64;
const NAMESPACES: u64 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET) as u64;

/// Lets this thread, and those that it starts, make no other calls.
///
/// # Errors
/// When the kernel has no filters.
pub(super) fn restrict(terminal: bool) -> Result<(), String> {
    let refused = SeccompAction::Errno(libc::EPERM as u32);
    let unknown = SeccompAction::Errno(libc::ENOSYS as u32);
    let any = |calls: &[i64]| calls.iter().map(|call| (*call, Vec::new())).collect();
    let filters = [
        (allowed(terminal)?, refused, SeccompAction::Allow),
        (any(UNKNOWN), SeccompAction::Allow, unknown),
        (any(NEVER), SeccompAction::Allow, SeccompAction::KillProcess),
    ];
    let architecture = TargetArch::try_from(std::env::consts::ARCH);
    let architecture = architecture.map_err(|error| said("seccomp", error))?;
    let mut programs: Vec<BpfProgram> = Vec::new();
    for (rules, otherwise, then) in filters {
        let filter = SeccompFilter::new(rules, otherwise, then, architecture);
        let program = filter.and_then(BpfProgram::try_from);
        programs.push(program.map_err(|error| said("seccomp", error))?);
    }
    // The list last: it does not allow what installs the others.
    programs.rotate_left(1);
    for program in &programs {
        apply_filter(program).map_err(|error| said("seccomp", error))?;
    }
    Ok(())
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn allowed(terminal: bool) -> Result<Rules, String> {
    let mut rules: Rules = ALLOWED
        .iter()
        .chain(OLDER)
        // The filter that refuses these says more.
        .chain(UNKNOWN)
        .map(|call| (*call, Vec::new()))
        .collect();
    let us = u64::from(std::process::id());
    let signed = |value: &i32| u64::from(value.unsigned_abs());
    let ioctls = IOCTLS
        .iter()
        .chain(TERMINAL_IOCTLS.iter().filter(|_| terminal));
    let fcntls = FCNTLS
        .iter()
        .chain(TERMINAL_FCNTLS.iter().filter(|_| terminal));
    let mut only = |call: i64, alternatives: Vec<Vec<Condition>>| -> Result<(), String> {
        let built = alternatives.into_iter().map(|conditions| {
            let conditions: Result<Vec<_>, _> = conditions.into_iter().map(build).collect();
            SeccompRule::new(conditions?)
        });
        let built: Result<Vec<_>, _> = built.collect();
        rules.insert(call, built.map_err(|error| said("seccomp", error))?);
        Ok(())
    };
    let each = |argument, values: &mut dyn Iterator<Item = u64>| -> Vec<Vec<Condition>> {
        values.map(|value| vec![is(argument, value)]).collect()
    };
    only(libc::SYS_ioctl, each(1, &mut ioctls.copied()))?;
    only(libc::SYS_fcntl, each(1, &mut fcntls.map(signed)))?;
    only(libc::SYS_prctl, each(0, &mut PRCTLS.iter().map(signed)))?;
    // To itself, as `abort` does.
    only(libc::SYS_kill, vec![vec![is(0, us)]])?;
    only(libc::SYS_tgkill, vec![vec![is(0, us)]])?;
    // Limits are read, not set, and those of no other process.
    let own_limits = [0, us].map(|pid| vec![is(0, pid), whole(2, 0)]);
    only(libc::SYS_prlimit64, own_limits.into())?;
    only(
        libc::SYS_clone,
        vec![vec![masked(0, THREAD | NAMESPACES, THREAD)]],
    )?;
    // To nobody else than the other end.
    only(libc::SYS_sendto, vec![vec![whole(4, 0)]])?;
    // Both ends are here, and a stream can be sent to nobody else.
    let pair = vec![
        is(0, libc::AF_UNIX as u64),
        masked(1, 0xf, libc::SOCK_STREAM as u64),
    ];
    only(libc::SYS_socketpair, vec![pair])?;
    Ok(rules)
}

/// Of one argument.
struct Condition {
    argument: u8,
    length: SeccompCmpArgLen,
    operator: SeccompCmpOp,
    value: u64,
}

fn is(argument: u8, value: u64) -> Condition {
    Condition {
        argument,
        length: SeccompCmpArgLen::Dword,
        operator: SeccompCmpOp::Eq,
        value,
    }
}

/// All 64 bits.
fn whole(argument: u8, value: u64) -> Condition {
    Condition {
        length: SeccompCmpArgLen::Qword,
        ..is(argument, value)
    }
}

fn masked(argument: u8, mask: u64, value: u64) -> Condition {
    Condition {
        operator: SeccompCmpOp::MaskedEq(mask),
        ..is(argument, value)
    }
}

fn build(condition: Condition) -> Result<SeccompCondition, seccompiler::BackendError> {
    let Condition {
        argument,
        length,
        operator,
        value,
    } = condition;
    SeccompCondition::new(argument, length, operator, value)
}
